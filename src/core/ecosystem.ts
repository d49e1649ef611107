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

/** The key of the release that people and purls call by its codename: `bookworm` → `debian:12`; undefined for another word. */
export function releaseOfCodename(codename: string): string | undefined {
  return codenames.get(codename.toLowerCase());
}

const codenames: ReadonlyMap<string, string> = new Map([
  ["stretch", "debian:9"],
  ["buster", "debian:10"],
  ["bullseye", "debian:11"],
  ["bookworm", "debian:12"],
  ["trixie", "debian:13"],
  ["forky", "debian:14"],
  ["xenial", "ubuntu:16.04"],
  ["bionic", "ubuntu:18.04"],
  ["focal", "ubuntu:20.04"],
  ["jammy", "ubuntu:22.04"],
  ["noble", "ubuntu:24.04"],
]);
