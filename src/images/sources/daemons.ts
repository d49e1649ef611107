import { existsSync } from "node:fs";
import { join } from "node:path";
import { type LocalAddress, parseLocalAddress } from "../../net/local-http.ts";

/** The container engines whose images can be read. */
export type Daemon = "docker" | "podman" | "containerd";

type Environment = Readonly<Record<string, string | undefined>>;

/** The engines whose sockets are there, in the order in which they are asked. */
export function presentDaemons(env: Environment, home: string): readonly Daemon[] {
  const daemons: readonly Daemon[] = ["docker", "podman", "containerd"];
  return daemons.filter((daemon) => candidates(daemon, env, home).some(isThere));
}

/**
 * Where an engine listens: where the environment says, else at the first of its usual places where there is a socket.
 * @throws SeaworthyError `unsupported` for an address that is not of this machine.
 */
export function daemonAddress(daemon: Daemon, env: Environment, home: string): LocalAddress {
  const places = candidates(daemon, env, home);
  return parseLocalAddress(places.find(isThere) ?? places[0] ?? "");
}

function candidates(daemon: Daemon, env: Environment, home: string): readonly string[] {
  const runtime = env["XDG_RUNTIME_DIR"];
  const ofUser = (path: string): readonly string[] => (runtime ? [`unix://${join(runtime, path)}`] : []);
  switch (daemon) {
    case "docker":
      if (env["DOCKER_HOST"]) return [env["DOCKER_HOST"]];
      return [
        "unix:///var/run/docker.sock",
        ...ofUser("docker.sock"),
        `unix://${join(home, ".docker/run/docker.sock")}`,
      ];
    case "podman":
      if (env["CONTAINER_HOST"]) return [env["CONTAINER_HOST"]];
      return [...ofUser("podman/podman.sock"), "unix:///run/podman/podman.sock"];
    case "containerd":
      return [env["CONTAINERD_ADDRESS"] || "unix:///run/containerd/containerd.sock"];
  }
}

// A port cannot be looked at without opening it.
function isThere(address: string): boolean {
  const path = address.startsWith("unix://") ? address.slice("unix://".length) : address;
  return path.startsWith("/") ? existsSync(path) : true;
}
