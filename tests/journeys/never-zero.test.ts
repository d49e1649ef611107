import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { zstdCompressSync } from "node:zlib";
import { writeTar } from "../../src/formats/tar-write.ts";
import { apkRoot, dpkgRoot, npmPackage, osRelease, program } from "../support/distro-files.ts";
import { file, gone, type ImagePlan, opaque, writeLayout } from "../support/image.ts";
import { scan } from "../support/scan.ts";
import { scratch } from "../support/scratch.ts";

// An image of which something could not be read is never "0 findings": each row is a way to lose packages quietly, with the
// verdict and the reason that it must get. Clean images must pass: the word has to keep its worth.

type Decision = "pass" | "fail" | "unknown";
type Row = readonly [why: string, decision: Decision, reason: string | undefined, plan: ImagePlan];

const debian = [osRelease("debian", "12"), ...dpkgRoot()];
const alpine = [osRelease("alpine", "3.18.4"), ...apkRoot()];
const clean = npmPackage("left-pad", "1.3.0");

function layers(...each: readonly NonNullable<ImagePlan["layers"][number]["items"]>[]): ImagePlan {
  return { layers: each.map((items) => ({ items })) };
}

const lodash = "usr/lib/node_modules/lodash/package.json";
const owning = [
  osRelease("debian", "12"),
  ...dpkgRoot({ name: "seaworthy-probe", version: "2.0", files: [lodash] }).slice(0, 2),
];

const rows: readonly Row[] = [
  // Clean and fully read.
  ["debian 12, all fixed", "pass", undefined, layers(debian)],
  ["alpine 3.18, all fixed", "pass", undefined, layers(alpine)],
  ["an application without an OS", "pass", undefined, layers([clean])],
  ["debian with an application in two layers", "pass", undefined, layers(debian, [clean])],
  [
    "os-release only in usr/lib",
    "pass",
    undefined,
    layers([...debian.slice(1), file("usr/lib/os-release", 'ID=debian\nVERSION_ID="12"\n')]),
  ],
  ["an unowned program beside packages", "pass", undefined, layers(debian, [program("opt/tool")])],
  [
    "a flaw in a file of an OS package, left to its distribution",
    "pass",
    undefined,
    layers([...owning, npmPackage("lodash", "4.17.4", "usr/lib")]),
  ],
  ["a layer that deletes a whole application", "pass", undefined, layers(debian, [clean], [gone("app")])],

  // Flaws.
  [
    "debian 12 with a fixable flaw",
    "fail",
    "finding-refused",
    layers([debian[0] ?? clean, ...dpkgRoot({ name: "seaworthy-probe", version: "1.0" })]),
  ],
  ["an application with a flaw", "fail", "finding-refused", layers([npmPackage("lodash", "4.17.4")])],
  [
    "a flaw that a later layer put over the file of an OS package",
    "fail",
    "finding-refused",
    layers(
      [...owning, npmPackage("lodash", "4.17.21", "usr/lib")],
      [npmPackage("lodash", "4.17.4", "usr/lib")],
    ),
  ],
  [
    "a flaw beside a gap",
    "fail",
    "finding-refused",
    layers([osRelease("plan9", "4"), npmPackage("lodash", "4.17.4")]),
  ],

  // The OS is not what it says, or nobody says what it is.
  ["no os-release", "unknown", "os-unknown", layers(dpkgRoot())],
  ["an empty os-release", "unknown", "os-unknown", layers([file("etc/os-release", ""), ...dpkgRoot()])],
  ["an OS that nobody knows", "unknown", "os-unknown", layers([osRelease("plan9", "4"), ...dpkgRoot()])],
  ["os-release deleted by a later layer", "unknown", "os-unknown", layers(debian, [gone("etc/os-release")])],
  [
    "alpine's os-release on dpkg packages",
    "unknown",
    "os-contradiction",
    layers(debian, [osRelease("alpine", "3.18.4")]),
  ],
  [
    "debian's os-release on apk packages",
    "unknown",
    "os-contradiction",
    layers([osRelease("debian", "12"), ...apkRoot()]),
  ],
  [
    "ubuntu's os-release on debian's packages",
    "unknown",
    "os-contradiction",
    layers(
      [osRelease("debian", "12"), ...dpkgRoot({ name: "base-files", version: "12.4+deb12u5" })],
      [osRelease("ubuntu", "22.04")],
    ),
  ],
  [
    "alpine's os-release beside an older alpine-release",
    "unknown",
    "os-contradiction",
    layers([osRelease("alpine", "3.18.4"), file("etc/alpine-release", "3.10.2\n"), ...apkRoot()]),
  ],
  ["debian 9, past its end", "unknown", "os-end-of-life", layers([osRelease("debian", "9"), ...dpkgRoot()])],
  [
    "alpine 3.10, past its end",
    "unknown",
    "os-end-of-life",
    layers([osRelease("alpine", "3.10.2"), ...apkRoot()]),
  ],
  ["ubuntu without a feed", "unknown", "feed-missing", layers([osRelease("ubuntu", "24.04"), ...dpkgRoot()])],
  [
    "debian of a release to come",
    "unknown",
    "feed-missing",
    layers([osRelease("debian", "19"), ...dpkgRoot()]),
  ],

  // The package database is gone, emptied, hidden or damaged.
  ["dpkg's database deleted", "unknown", "package-database-missing", layers(debian, [gone("var/lib/dpkg")])],
  [
    "dpkg's status deleted",
    "unknown",
    "package-database-missing",
    layers(debian, [gone("var/lib/dpkg/status")]),
  ],
  [
    "dpkg's status emptied",
    "unknown",
    "package-database-missing",
    layers(debian, [file("var/lib/dpkg/status", "")]),
  ],
  [
    "dpkg's folder made opaque",
    "unknown",
    "package-database-missing",
    layers(debian, [opaque("var/lib/dpkg")]),
  ],
  [
    "dpkg's folder behind a dangling link",
    "unknown",
    "package-database-missing",
    layers(debian, [gone("var/lib/dpkg"), { kind: "symlink", path: "var/lib/dpkg", target: "/nowhere" }]),
  ],
  [
    "dpkg's status with one package taken out",
    "unknown",
    "package-database-incomplete",
    layers(
      [
        osRelease("debian", "12"),
        ...dpkgRoot(
          { name: "a", version: "1", files: ["usr/bin/a"] },
          { name: "b", version: "1", files: ["usr/bin/b"] },
        ),
      ],
      dpkgRoot({ name: "a", version: "1", files: ["usr/bin/a"] }).slice(0, 1),
    ),
  ],
  [
    "os-release of debian and nothing else",
    "unknown",
    "package-database-missing",
    layers([osRelease("debian", "12"), program("usr/bin/dpkg")]),
  ],
  [
    "apk's database emptied",
    "unknown",
    "package-database-missing",
    layers(alpine, [file("lib/apk/db/installed", "")]),
  ],
  ["apk's database deleted", "unknown", "package-database-missing", layers(alpine, [gone("lib/apk")])],
  [
    "garbage in dpkg's status",
    "unknown",
    undefined,
    layers([
      osRelease("debian", "12"),
      file("var/lib/dpkg/status", "\0\xff".repeat(500)),
      file("var/lib/dpkg/info/a.list", "/usr/bin/a\n"),
      program("usr/bin/a"),
    ]),
  ],
  [
    "dpkg's status cut inside a record",
    "unknown",
    undefined,
    layers([
      osRelease("debian", "12"),
      file("var/lib/dpkg/status", "Package: a\nStatus: install ok installed\nVers"),
      program("usr/bin/a"),
    ]),
  ],
  [
    "garbage in rpm's database",
    "unknown",
    undefined,
    layers([
      osRelease("rocky", "9.3"),
      file("var/lib/rpm/rpmdb.sqlite", "SQLite format 3\0garbage"),
      program("usr/bin/rpm"),
    ]),
  ],
  [
    "an empty rpm database",
    "unknown",
    undefined,
    layers([osRelease("rocky", "9.3"), file("var/lib/rpm/rpmdb.sqlite", ""), program("usr/bin/rpm")]),
  ],

  // A package file that cannot be read.
  [
    "a package.json that is no JSON",
    "unknown",
    "file-unreadable",
    layers([clean, file("app/node_modules/x/package.json", '{"name":"x","version":')]),
  ],
  [
    "a jar cut short",
    "unknown",
    "file-unreadable",
    layers([clean, file("opt/log4j-core-2.14.1.jar", "PK\x03\x04 then nothing")]),
  ],
  [
    "a METADATA without a version",
    "unknown",
    "file-unreadable",
    layers([
      clean,
      file("usr/lib/python3/dist-packages/x-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: x\n"),
    ]),
  ],
  [
    "a package.json deleted, its code left",
    "unknown",
    "file-unreadable",
    layers(
      [clean, npmPackage("lodash", "4.17.4"), file("app/node_modules/lodash/lodash.js", "x")],
      [gone("app/node_modules/lodash/package.json")],
    ),
  ],
  [
    "a RECORD without its METADATA, its code left",
    "unknown",
    "file-unreadable",
    layers([
      clean,
      file("usr/lib/python3/site-packages/x-1.dist-info/RECORD", "x.py,,\n"),
      file("usr/lib/python3/site-packages/x.py", ""),
    ]),
  ],
  [
    "a version that does not parse",
    "unknown",
    undefined,
    layers([osRelease("debian", "12"), ...dpkgRoot({ name: "seaworthy-probe", version: "-no:version-" })]),
  ],

  // Nothing to judge by.
  ["an image without layers", "unknown", "nothing-found", { layers: [] }],
  ["an empty layer", "unknown", "nothing-found", layers([])],
  ["one static program of nobody's", "unknown", "nothing-found", layers([program("server")])],
  ["files of no known kind", "unknown", "nothing-found", layers([file("data/a.bin", "x")])],

  // A layer that is not what the manifest says.
  [
    "a layer of the wrong diff id",
    "unknown",
    "diff-id-mismatch",
    { layers: [{ items: debian, diffId: `sha256:${"0".repeat(64)}` }] },
  ],
  [
    "a foreign layer",
    "unknown",
    "layer-unreadable",
    {
      layers: [
        { items: debian },
        {
          items: [clean],
          absent: true,
          mediaType: "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
        },
      ],
    },
  ],
  [
    "an encrypted layer",
    "unknown",
    "layer-unreadable",
    {
      layers: [
        { items: debian },
        { items: [clean], mediaType: "application/vnd.oci.image.layer.v1.tar+gzip+encrypted" },
      ],
    },
  ],
  [
    "a layer of an unknown type",
    "unknown",
    "layer-unreadable",
    { layers: [{ items: debian }, { items: [clean], mediaType: "application/vnd.example.layer.squashfs" }] },
  ],
];

for (const [why, decision, reason, plan] of rows)
  test(`scan gives ${decision}${reason === undefined ? "" : ` (${reason})`} to ${why}`, async () => {
    const { report, code, stderr } = await scan(`oci:${writeLayout(scratch("image"), plan)}`);
    const said = JSON.stringify([report.verdict, report.coverage.gaps], undefined, 1);
    assert.equal(report.verdict.decision, decision, said);
    assert.equal(code, { pass: 0, fail: 1, unknown: 3 }[decision], stderr);
    const codes = new Set([...report.verdict.reasons, ...report.coverage.gaps].map((each) => each.code));
    if (reason !== undefined) assert.ok(codes.has(reason), said);
    if (decision === "pass") assert.deepEqual(report.coverage.gaps, []);
    else assert.notEqual(report.verdict.reasons.length, 0);
  });

const flipped = (at: number) => (stored: Uint8Array) => {
  const copy = Uint8Array.from(stored);
  copy[at] = (copy[at] ?? 0) ^ 0xff;
  return copy;
};

// Bytes that are not those of the digest: nothing of the image can be trusted, so there may be no report at all.
const damages: readonly [why: string, plan: ImagePlan][] = [
  [
    "a layer cut short",
    { layers: [{ items: debian, damage: (stored) => stored.subarray(0, stored.length / 2) }] },
  ],
  ["a layer with a flipped byte", { layers: [{ items: debian, damage: flipped(40) }] }],
  [
    "a layer with more bytes",
    { layers: [{ items: debian, damage: (stored) => Buffer.concat([stored, Buffer.from("more")]) }] },
  ],
  ["a layer that is absent", { layers: [{ items: debian, absent: true }] }],
  [
    "a plain layer cut inside a file",
    { layers: [{ items: debian, compression: "none", damage: (stored) => stored.subarray(0, 700) }] },
  ],
  [
    "a zstd layer cut short",
    { layers: [{ items: debian, compression: "zstd", damage: (stored) => stored.subarray(0, -20) }] },
  ],
];

for (const [why, plan] of damages)
  test(`scan refuses or doubts ${why}`, async () => {
    const { code, stdout } = await scan(`oci:${writeLayout(scratch("image"), plan)}`);
    assert.ok(code === 2 || code === 3, `${code}: ${stdout.slice(0, 400)}`);
    const said: unknown = JSON.parse(stdout);
    assert.doesNotMatch(JSON.stringify(said), /"decision":"pass"/u);
  });

test("scan reads zstd in many frames with skippable ones between", async () => {
  const tar = writeTar([...debian, clean]);
  // https://github.com/facebook/zstd/blob/dev/doc/zstd_compression_format.md#skippable-frames
  const skippable = Buffer.concat([Buffer.from([0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0]), Buffer.from("skip")]);
  const stored: Uint8Array[] = [skippable];
  for (let at = 0; at < tar.length; at += 1000)
    stored.push(zstdCompressSync(tar.subarray(at, at + 1000)), skippable);
  const mediaType = "application/vnd.oci.image.layer.v1.tar+zstd";
  const plan = {
    layers: [{ tar: Buffer.concat(stored), compression: "none", mediaType, diffId: digestOf(tar) }],
  } as const;
  const { report } = await scan(`oci:${writeLayout(scratch("image"), plan)}`);
  assert.deepEqual(report.packages.map(({ name }) => name).sort(), ["left-pad", "seaworthy-probe"]);
  assert.equal(report.verdict.decision, "pass", JSON.stringify(report.coverage.gaps));
});

function digestOf(data: Uint8Array): string {
  return `sha256:${createHash("sha256").update(data).digest("hex")}`;
}
