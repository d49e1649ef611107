import type { TreeCheck } from "../../core/sights.ts";

const managers: ReadonlySet<string> = new Set([
  "apk",
  "apt",
  "apt-get",
  "aptitude",
  "dnf",
  "dnf5",
  "dpkg",
  "microdnf",
  "opkg",
  "pacman",
  "rpm",
  "tdnf",
  "yum",
  "zypper",
]);

const places: ReadonlySet<string> = new Set([
  "bin",
  "sbin",
  "usr/bin",
  "usr/sbin",
  "usr/local/bin",
  "usr/local/sbin",
]);

/** A package manager of an operating system that can be run. */
export const packageManager: TreeCheck = {
  text: {
    id: "SW-IM-001",
    aliases: [],
    title: "OS package manager in the image",
    severity: "medium",
    why: "Whoever gets a command line in the container can install any tool with it, and the package manager itself brings libraries that have flaws of their own. A program that only runs needs none.",
    remedy:
      "Build in one stage and copy what runs into a base image without a package manager (distroless, Wolfi's or chiselled images, scratch).",
    example: {
      before: "FROM debian:12\nCOPY app /app",
      after: "FROM gcr.io/distroless/base-debian12\nCOPY app /app",
    },
    links: ["https://github.com/GoogleContainerTools/distroless"],
  },
  look({ path, name, kind, target, program }, tree) {
    if (!managers.has(name) || !places.has(path.slice(0, Math.max(0, path.length - name.length - 1))))
      return undefined;
    const isProgram = kind === "symlink" ? tree.find(path)?.program === true && target !== "" : program;
    return isProgram ? { group: name, message: `the package manager ${name} can be run` } : undefined;
  },
};
