import { programCheck } from "./program-check.ts";

const systems: Readonly<Record<string, string>> = {
  apk: "Alpine's",
  apt: "Debian's",
  opkg: "OpenWrt's",
  pacman: "Arch Linux'",
  portage: "Gentoo's",
  rpm: "the rpm",
  xbps: "Void Linux'",
};

/** A package manager of an operating system that can be run. */
export const packageManager = programCheck({
  text: {
    id: "SW-IM-001",
    aliases: ["CIS-DI-0003", "CIS-Docker-4.3"],
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
  families: {
    apk: "apk",
    apt: "apt apt-get aptitude dpkg",
    opkg: "opkg",
    pacman: "pacman",
    portage: "emerge",
    rpm: "dnf microdnf rpm tdnf yum zypper",
    xbps: "xbps-install",
  },
  message: (family) => `${systems[family] ?? family} package manager can be run`,
  scripts: true,
});
