import type { Distro } from "./package.ts";

/**
 * The key under which a distribution's advisories stand, `<id>:<release>`; undefined where Seaworthy knows no advisories for it.
 * Feeds write these keys and matchers read them. `--distro debian:12` is the same spelling.
 */
export function distroKey(distro: Pick<Distro, "id" | "version">): string | undefined {
  const [major = "", minor = ""] = distro.version.split(".");
  switch (distro.id) {
    case "debian":
      return major === "" ? undefined : `debian:${major}`;
    case "ubuntu":
      return minor === "" ? undefined : `ubuntu:${major}.${minor}`;
    case "alpine":
      return distro.version.includes("_") || distro.version === "edge"
        ? "alpine:edge"
        : minor === ""
          ? undefined
          : `alpine:${major}.${minor}`;
    case "rhel":
    case "centos":
      return major === "" ? undefined : `rhel:${major}`;
    case "almalinux":
    case "rocky":
      return major === "" ? undefined : `${distro.id}:${major}`;
    case "sles":
      return major === "" ? undefined : `sles:${minor === "" ? major : `${major}.${minor}`}`;
    case "opensuse-leap":
      return minor === "" ? undefined : `opensuse-leap:${major}.${minor}`;
    case "opensuse-tumbleweed":
      return "opensuse-tumbleweed";
    default:
      return undefined;
  }
}
