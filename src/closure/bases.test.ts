import assert from "node:assert/strict";
import { test } from "node:test";
import type { SlimPackage } from "../core/slim.ts";
import { basePackages, suitableBases } from "./bases.ts";

const debian = { id: "debian", version: "12", idLike: [], prettyName: "" };

function pkg(
  name: string,
  state: SlimPackage["state"] = "needed",
  type: SlimPackage["type"] = "deb",
  version = "1",
): SlimPackage {
  return { purl: name, type, name, version, state, bytes: 1, keptBytes: 1, findings: {}, chain: [] };
}

const rows: readonly (readonly [
  what: string,
  names: readonly SlimPackage[],
  distro: typeof debian,
  bases: readonly string[],
])[] = [
  ["a static program", [pkg("base-files")], debian, ["scratch", "static-debian12"]],
  [
    "a static program of another distribution",
    [pkg("alpine-baselayout", "needed", "apk")],
    { ...debian, id: "alpine" },
    ["scratch", "static-debian12"],
  ],
  ["a program of C alone", [pkg("libc6")], debian, ["scratch", "base-nossl-debian12"]],
  [
    "one with OpenSSL",
    [pkg("libc6"), pkg("libssl3")],
    debian,
    ["scratch", "base-nossl-debian12", "base-debian12"],
  ],
  [
    "one of C++",
    [pkg("libc6"), pkg("libstdc++6")],
    debian,
    ["scratch", "base-nossl-debian12", "cc-debian12"],
  ],
  [
    "one of Python",
    [pkg("libc6"), pkg("python3.11-minimal")],
    debian,
    ["scratch", "base-nossl-debian12", "python3-debian12"],
  ],
  [
    "one whose OpenSSL leaves",
    [pkg("libc6"), pkg("libssl3", "unneeded")],
    debian,
    ["scratch", "base-nossl-debian12"],
  ],
  [
    "one of Node",
    [pkg("libc6"), pkg("node", "needed", "generic", "22.9.0")],
    debian,
    ["scratch", "base-nossl-debian12", "nodejs22-debian12"],
  ],
  [
    "one of a Node that distroless has not",
    [pkg("libc6"), pkg("node", "needed", "generic", "2.1.0")],
    debian,
    ["scratch", "base-nossl-debian12"],
  ],
  [
    "one of Debian's Java",
    [pkg("libc6"), pkg("openjdk-17-jre-headless", "needed", "deb", "17.0.9+9-1~deb12u1")],
    debian,
    ["scratch", "base-nossl-debian12", "java17-debian12"],
  ],
  ["a release that distroless has not", [pkg("libc6")], { ...debian, version: "11" }, ["scratch"]],
  ["musl", [pkg("musl", "needed", "apk")], { ...debian, id: "alpine" }, ["scratch"]],
  ["another distribution's libc6", [pkg("libc6")], { ...debian, id: "ubuntu" }, ["scratch"]],
];

for (const [what, packages, distro, bases] of rows)
  test(`suitableBases() names ${bases.join(", ")} for ${what}`, () => {
    const short = suitableBases(packages, distro).map(({ reference }) =>
      reference.replace(/^.*\/|:nonroot$/gu, ""),
    );
    assert.deepEqual(short, bases);
  });

test("suitableBases() tells what a base brings and what is still to be copied", () => {
  const base = suitableBases([pkg("libc6"), pkg("libssl3"), pkg("libpq5")], debian).at(-1);
  assert.deepEqual([base?.has, base?.copied], [["libc6", "libssl3"], ["libpq5"]]);
});

test("basePackages() knows the images below a base, and no other references", () => {
  assert.ok(basePackages("gcr.io/distroless/cc-debian12")?.has("libc6"));
  assert.ok(basePackages("gcr.io/distroless/nodejs22-debian12:nonroot")?.has("libstdc++6"));
  assert.equal(basePackages("gcr.io/distroless/nodejs9-debian12"), undefined);
  assert.equal(basePackages("gcr.io/distroless/cc-debian11"), undefined);
  assert.equal(basePackages("debian:12"), undefined);
});
