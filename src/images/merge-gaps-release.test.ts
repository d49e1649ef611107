import assert from "node:assert/strict";
import { test } from "node:test";
import { assembled } from "../../tests/support/assembled.ts";
import { apkRoot, dpkgRoot, osRelease } from "../../tests/support/distro-files.ts";
import { file } from "../../tests/support/image.ts";
import type { Distro, FoundPackage, PackageType } from "../core/package.ts";
import { releaseGaps } from "./merge-gaps-release.ts";

const says = (id: string, version: string): Distro => ({ id, version, idLike: [], prettyName: id });

function found(type: PackageType, text: string): FoundPackage {
  const [name = "", version = "", ...vendor] = text.split(" ");
  return { type, name, version, licences: [], vendor: vendor.join(" ") };
}

type Case = readonly [
  os: string,
  type: PackageType,
  packages: readonly string[],
  files?: Readonly<Record<string, string>>,
];

function told([os, type, packages, files = {}]: Case): readonly string[] {
  const distroOf = (text: string): Distro => says(text.split(" ")[0] ?? "", text.split(" ")[1] ?? "");
  return releaseGaps({
    distro: distroOf(os),
    packages: packages.map((text) => found(type, text)),
    files: new Map(Object.entries(files).map(([path, text]) => [path, distroOf(text)])),
  }).map(({ code, message }) => `${code}: ${message.slice("read os-release: ".length)}`);
}

// As the images of the distributions have them: os-release, packages with their maintainers, what further files say.
const sound: readonly Case[] = [
  [
    "debian 12",
    "deb",
    ["base-files 12.4+deb12u5 santiago@debian.org", "libc6 2.36-9+deb12u4 x@lists.debian.org"],
    { "etc/debian_version": "debian 12" },
  ],
  ["debian 8", "deb", ["base-files 8+deb8u11 santiago@debian.org"], { "etc/debian_version": "debian 8" }],
  ["debian 13", "deb", ["base-files 13.8+deb13u1 santiago@debian.org"]],
  ["debian ", "deb", ["base-files 13.6 santiago@debian.org"]],
  [
    "debian 12",
    "deb",
    ["base-files 12.4+deb12u5 santiago@debian.org", "docker-ce 5:24.0-1~ubuntu.22.04 x@docker.com"],
  ],
  ["debian 12", "deb", ["seaworthy-probe 2.0 t@t.invalid"]],
  [
    "ubuntu 24.04",
    "deb",
    ["base-files 13ubuntu10.2 ubuntu-devel-discuss@lists.ubuntu.com"],
    { "etc/lsb-release": "ubuntu 24.04" },
  ],
  [
    "ubuntu 16.04",
    "deb",
    [
      "base-files 9.4ubuntu4.14 x@lists.ubuntu.com",
      "zlib1g 1:1.2.8.dfsg-2 x@lists.ubuntu.com",
      "postgresql-16 16.1-1.pgdg team+postgresql@tracker.debian.org",
    ],
  ],
  ["ubuntu 23.10", "deb", ["base-files 13ubuntu2.1 x@lists.ubuntu.com"]],
  [
    "raspbian 12",
    "deb",
    ["base-files 12.4+deb12u5+rpi1 santiago@debian.org"],
    { "etc/debian_version": "debian 12" },
  ],
  [
    "linuxmint 21.2",
    "deb",
    ["base-files 12ubuntu4.4 x@lists.ubuntu.com"],
    { "etc/lsb-release": "linuxmint 21.2" },
  ],
  ["kali 2024.1", "deb", ["base-files 1:2024.1.2 devel@kali.org"]],
  [
    "alpine 3.21.3",
    "apk",
    ["alpine-release 3.21.3-r0", "alpine-baselayout 3.6.8-r1", "alpine-keys 2.5-r0"],
    { "etc/alpine-release": "alpine 3.21.3" },
  ],
  ["alpine 3.22.0_alpha20250108", "apk", ["alpine-release 3.22.0_alpha20250108-r0"]],
  [
    "alpine 3.16.9",
    "apk",
    ["alpine-baselayout 3.2.0-r23", "alpine-keys 2.4-r1"],
    { "etc/alpine-release": "alpine 3.16.9" },
  ],
  ["wolfi 20230201", "apk", ["wolfi-baselayout 20230214-r15"]],
  ["chainguard 20230214", "apk", ["chainguard-baselayout 20230214-r8"]],
  ["postmarketos v24.06", "apk", ["alpine-release 3.20.3-r0"], { "etc/alpine-release": "alpine 3.20.3" }],
  ["rhel 9.4", "rpm", ["redhat-release 9.4-0.5.el9"], { "etc/redhat-release": "rhel 9.4" }],
  ["rhel 7.9", "rpm", ["redhat-release-server 7.9-8.el7_9"]],
  ["centos 7", "rpm", ["centos-release 7-9.2009.1.el7.centos"], { "etc/centos-release": "centos 7.9.2009" }],
  ["centos 9", "rpm", ["centos-stream-release 9.0-26.el9"], { "etc/redhat-release": "centos 9" }],
  ["rocky 9.3", "rpm", ["rocky-release 9.3-1.3.el9"], { "etc/rocky-release": "rocky 9.3" }],
  ["almalinux 8.9", "rpm", ["almalinux-release 8.9-1.el8"]],
  [
    "ol 8.9",
    "rpm",
    ["oraclelinux-release 8:8.9-1.0.4.el8", "redhat-release 3:8.9-0.1.0.1.el8"],
    { "etc/redhat-release": "rhel 8.9", "etc/oracle-release": "ol 8.9" },
  ],
  ["fedora 39", "rpm", ["fedora-release-common 39-36", "fedora-release-container 39-36"]],
  [
    "amzn 2023",
    "rpm",
    ["system-release 2023.3.20240131-0.amzn2023"],
    { "etc/system-release": "amzn 2023.3.20240131" },
  ],
  ["amzn 2", "rpm", ["system-release 1:2-16.amzn2"], { "etc/system-release": "amzn 2" }],
  ["amzn 2", "rpm", ["system-release 2017.12-1.amzn2"]],
  ["sles 15.5", "rpm", ["sles-release 15.5-150500.61.4.1"]],
  ["sles 12", "rpm", ["sles-release 12-4.6"], { "etc/SuSE-release": "sles 12" }],
  ["opensuse-leap 15.6", "rpm", ["openSUSE-release 15.6-lp156.414.3.1"]],
  ["opensuse-tumbleweed 20240115", "rpm", ["openSUSE-release 20240115-3032.1"]],
  ["azurelinux 3.0", "rpm", ["azurelinux-release 3.0-25.azl3"]],
  ["photon 5.0", "rpm", ["photon-release 5.0-3.ph5"]],
  ["bazzite 39", "rpm", ["fedora-release-common 40-1"]],
  ["alpine edge", "apk", ["alpine-release 3.22.0_alpha20250108-r0"]],
  ["ubuntu 24.04.1", "deb", ["base-files 13ubuntu10.2 x@lists.ubuntu.com"]],
  ["ubuntu 24.10", "deb", ["base-files 13.3ubuntu6 x@lists.ubuntu.com"]],
  ["ubuntu 26.04", "deb", ["base-files 14ubuntu6 x@lists.ubuntu.com"]],
  ["ubuntu 18.10", "deb", ["base-files 10.1ubuntu7 x@lists.ubuntu.com"]],
  ["ubuntu 12.04", "deb", ["base-files 6.5ubuntu6 x@lists.ubuntu.com"]],
  ["rhel 9.4", "rpm", ["glibc 2.34-100.el9 Red Hat, Inc.", "tini 0.19-1.el9 Fedora Project"]],
  ["sles 15.5", "rpm", ["glibc 2.31-1 SUSE", "zypper 1.14-1 openSUSE"]],
  ["rocky 9.3", "rpm", ["glibc 2.34-100.el9"]],
  ["debian 12", "npm", ["base-files 1.0.0", "fedora-release 1.0.0"]],
  ["alpine 3.21.3", "pypi", ["rocky-release 9.3"]],
];
for (const one of sound)
  test(`releaseGaps() says nothing of ${one[0]} with ${one[2].join(", ")}`, () => {
    assert.deepEqual(told(one), []);
  });

const rows: readonly (readonly [one: Case, state: string])[] = [
  [
    ["debian 11", "deb", ["base-files 12.4+deb12u5"]],
    'it says "debian 11", but package "base-files" is of debian 12.4+deb12u5',
  ],
  [
    ["debian 12", "deb", [], { "etc/debian_version": "debian 11" }],
    'it says "debian 12", but "etc/debian_version" says "debian 11"',
  ],
  [
    ["ubuntu 22.04", "deb", ["libc6 2.36-9+deb12u4", "zlib1g 1:1.2.13 x@tracker.debian.org"]],
    'it says "ubuntu 22.04", but 2 packages are of debian and 0 of ubuntu',
  ],
  [
    ["debian 12", "deb", ["libc6 2.35-0ubuntu3.6", "bash 5.1-6ubuntu1"]],
    'it says "debian 12", but 2 packages are of ubuntu and 0 of debian',
  ],
  [
    ["ubuntu 22.04", "deb", [], { "etc/debian_version": "debian 12" }],
    'it says "ubuntu 22.04", but "etc/debian_version" says "debian 12"',
  ],
  [
    ["ubuntu 24.04", "deb", ["base-files 12ubuntu4.6"]],
    'it says "ubuntu 24.04", but package "base-files" is of another: 12ubuntu4.6',
  ],
  [
    ["ubuntu 24.04", "deb", [], { "etc/lsb-release": "ubuntu 22.04" }],
    'it says "ubuntu 24.04", but "etc/lsb-release" says "ubuntu 22.04"',
  ],
  [
    ["alpine 3.21", "apk", [], { "etc/alpine-release": "alpine 3.10.2" }],
    'it says "alpine 3.21", but "etc/alpine-release" says "alpine 3.10.2"',
  ],
  [
    ["alpine 3.21.0", "apk", ["alpine-release 3.19.1-r0"]],
    'it says "alpine 3.21.0", but package "alpine-release" is of alpine 3.19.1-r0',
  ],
  [
    ["alpine 3.21.0", "apk", [], { "usr/lib/os-release": "alpine 3.19.1" }],
    'it says "alpine 3.21.0", but "usr/lib/os-release" says "alpine 3.19.1"',
  ],
  [
    ["wolfi 20230201", "apk", ["alpine-release 3.10.2-r0"]],
    'it says "wolfi 20230201", but package "alpine-release" is of alpine 3.10.2-r0',
  ],
  [
    ["alpine 3.21.0", "apk", ["wolfi-baselayout 20230201-r15"]],
    'it says "alpine 3.21.0", but package "wolfi-baselayout" is of wolfi 20230201-r15',
  ],
  [
    ["debian 12", "deb", [], { "usr/lib/os-release": "ubuntu 22.04" }],
    'it says "debian 12", but "usr/lib/os-release" says "ubuntu 22.04"',
  ],
  [
    ["rocky 9.3", "rpm", ["rocky-release 8.9-1.6.el8"]],
    'it says "rocky 9.3", but package "rocky-release" is of rocky 8.9-1.6.el8',
  ],
  [
    ["rhel 9.3", "rpm", ["rocky-release 9.3-1.3.el9"]],
    'it says "rhel 9.3", but package "rocky-release" is of rocky 9.3-1.3.el9',
  ],
  [
    ["amzn 2023", "rpm", [], { "etc/system-release": "amzn 2" }],
    'it says "amzn 2023", but "etc/system-release" says "amzn 2"',
  ],
  [
    ["sles 15.5", "rpm", ["sles-release 15.3-1"]],
    'it says "sles 15.5", but package "sles-release" is of sles 15.3-1',
  ],
  [
    ["alpine edge", "apk", ["alpine-release 3.16.1-r0"]],
    'it says "alpine edge", but package "alpine-release" is of alpine 3.16.1-r0',
  ],
  [
    ["alpine 3.16.1_alpha20220101", "apk", [], { "etc/alpine-release": "alpine 3.16.1" }],
    'it says "alpine 3.16.1_alpha20220101", but "etc/alpine-release" says "alpine 3.16.1"',
  ],
  [
    ["ubuntu 24.04.1", "deb", ["base-files 12ubuntu4.6"]],
    'it says "ubuntu 24.04.1", but package "base-files" is of another: 12ubuntu4.6',
  ],
  [
    ["ubuntu 26.04", "deb", ["base-files 12ubuntu4.6"]],
    'it says "ubuntu 26.04", but package "base-files" is of another: 12ubuntu4.6',
  ],
  [
    ["ubuntu 19.10", "deb", ["base-files 9.4ubuntu4.14"]],
    'it says "ubuntu 19.10", but package "base-files" is of another: 9.4ubuntu4.14',
  ],
  [
    ["rhel 9.4", "rpm", ["glibc 2.34-100.el9 Oracle America", "bash 5.1.8-9.el9 Oracle America"]],
    'it says "rhel 9.4", but none of 2 packages with a vendor is of rhel',
  ],
];
for (const [one, state] of rows)
  test(`releaseGaps() contradicts ${one[0]} with ${[...one[2], ...Object.entries(one[3] ?? {}).flat()].join(", ")}`, () => {
    assert.deepEqual(told(one), [`os-contradiction: ${state}`]);
  });

test("assembleImage() tells a release that packages and files contradict", () => {
  const codes = (...items: Parameters<typeof assembled>[0]): readonly string[] =>
    assembled(items).gaps.map(({ code }) => code);
  const alpine = osRelease("alpine", "3.21.0");
  assert.deepEqual(codes(alpine, ...apkRoot(), file("etc/alpine-release", "3.21.0\n")), []);
  assert.deepEqual(codes(alpine, ...apkRoot(), file("etc/alpine-release", "3.10.2\n")), ["os-contradiction"]);
  const files = dpkgRoot({ name: "base-files", version: "12.4+deb12u5" });
  assert.deepEqual(codes(osRelease("debian", "12"), ...files, file("etc/debian_version", "12.5\n")), []);
  assert.deepEqual(codes(osRelease("ubuntu", "24.04"), ...files), ["os-contradiction"]);
});
