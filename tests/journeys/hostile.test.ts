import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { createGzip, deflateRawSync, gzipSync } from "node:zlib";
import { type TarItem, writeTar } from "../../src/formats/tar-write.ts";
import { dpkgRoot, npmPackage, osRelease } from "../support/distro-files.ts";
import { file, type ImagePlan, type LayerPlan, writeLayout } from "../support/image.ts";
import { type Measured, measuredSeaworthy } from "../support/measured.ts";
import { testDatabase } from "../support/scan.ts";
import { scratch } from "../support/scratch.ts";
import { writeZip } from "../support/zip-write.ts";

// Images made to hurt: within bounds of memory and time, nothing written outside the cache, never a pass by exhaustion.

const debian = [osRelease("debian", "12"), ...dpkgRoot()];
const memoryMib = 300;
const seconds = 120;

interface Hostile extends Measured {
  /** Files left in the temporary directory and the working directory. */
  readonly left: readonly string[];
}

async function scanHostile(reference: string): Promise<Hostile> {
  const tmp = scratch("tmp");
  const args = ["scan", "--format", "json", "--db", await testDatabase(), reference];
  const measured = await measuredSeaworthy(args, seconds, { TMPDIR: tmp });
  return { ...measured, left: readdirSync(tmp, { recursive: true }).map(String) };
}

function plan(...layers: readonly LayerPlan[]): ImagePlan {
  return { layers };
}

function layerOf(...items: readonly TarItem[]): LayerPlan {
  return { items };
}

/** A gzip layer of `size` zero bytes after `head`, without holding them. */
async function zeros(head: Uint8Array, size: number): Promise<LayerPlan> {
  const gzip = createGzip({ level: 1 });
  const hash = createHash("sha256").update(head);
  const stored: Buffer[] = [];
  gzip.on("data", (chunk: Buffer) => stored.push(chunk));
  const done = new Promise((resolve) => gzip.once("end", resolve));
  const block = Buffer.alloc(1 << 20);
  gzip.write(head);
  for (let written = 0; written < size; written += block.length) {
    hash.update(block);
    if (!gzip.write(block)) await new Promise((resolve) => gzip.once("drain", resolve));
  }
  gzip.end();
  await done;
  const mediaType = "application/vnd.oci.image.layer.v1.tar+gzip";
  return {
    tar: Buffer.concat(stored),
    compression: "none",
    mediaType,
    diffId: `sha256:${hash.digest("hex")}`,
  };
}

// The size field of a header, patched in place with its checksum.
function withSize(tar: Uint8Array, size: number): Uint8Array {
  const header = Buffer.from(tar.subarray(0, 512));
  header.write(`${size.toString(8).padStart(11, "0")}\0`, 124);
  header.write("        ", 148);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return header;
}

function deflatedZip(name: string, size: number): Uint8Array {
  // A stored zip whose only member is patched to be deflated zeros: the sizes of both headers are set by hand.
  const data = deflateRawSync(Buffer.alloc(size));
  const zip = Buffer.from(writeZip({ [name]: data }));
  const central = zip.length - 22 - 46 - name.length;
  for (const at of [8, central + 10]) zip.writeUInt16LE(8, at);
  for (const at of [22, central + 24]) zip.writeUInt32LE(size, at);
  return zip;
}

function nestedJar(depth: number): Uint8Array {
  let jar: Uint8Array = writeZip({ "META-INF/MANIFEST.MF": "Manifest-Version: 1.0\n" });
  for (let level = 0; level < depth; level++) jar = writeZip({ [`lib/level-${level}.jar`]: jar });
  return jar;
}

const rows: readonly (readonly [
  why: string,
  make: () => ImagePlan | Promise<ImagePlan>,
  codes: readonly number[],
])[] = [
  [
    "a gzip bomb of 3 GB in one file that an extractor wants",
    async () =>
      plan(await zeros(withSize(writeTar([file("var/lib/dpkg/status", "")]), 3 * 2 ** 30), 3 * 2 ** 30)),
    [2, 3],
  ],
  [
    "a zip bomb as a jar",
    () => plan(layerOf(...debian, file("a.jar", deflatedZip("b.jar", 600 << 20)))),
    [3],
  ],
  ["a jar of 500 levels", () => plan(layerOf(...debian, file("a.jar", nestedJar(500)))), [3]],
  [
    "a jar that says it has a billion members",
    () => {
      const zip = Buffer.from(writeZip({ a: "b" }));
      zip.writeUInt16LE(0xffff, zip.length - 14);
      zip.writeUInt16LE(0xffff, zip.length - 12);
      return plan(layerOf(...debian, file("a.jar", zip)));
    },
    [3],
  ],
  [
    "200,000 entries",
    () =>
      plan({
        items: [...debian, ...Array.from({ length: 200_000 }, (_, index) => file(`many/${index}`, ""))],
      }),
    [0],
  ],
  ["a name of 900 KiB", () => plan(layerOf(...debian, file("n".repeat(900 << 10), ""))), [0, 3]],
  ["a name of 3 MiB", () => plan(layerOf(...debian, file("n".repeat(3 << 20), ""))), [2, 3]],
  ["directories 50,000 deep", () => plan(layerOf(...debian, file(`${"d/".repeat(50_000)}f`, ""))), [0, 3]],
  [
    "links in a circle",
    () =>
      plan(
        layerOf(
          ...debian,
          { kind: "symlink", path: "a", target: "b" },
          { kind: "symlink", path: "b", target: "a" },
          { kind: "symlink", path: "self", target: "self/self" },
          { kind: "symlink", path: "usr/lib/python3", target: "/usr/lib/python3/x" },
          { kind: "hardlink", path: "h1", target: "h2" },
          { kind: "hardlink", path: "h2", target: "h1" },
        ),
      ),
    [0, 3],
  ],
  [
    "os-release behind a circle of links",
    () =>
      plan(
        layerOf(
          ...dpkgRoot(),
          { kind: "symlink", path: "etc/os-release", target: "../usr/lib/os-release" },
          { kind: "symlink", path: "usr/lib/os-release", target: "/etc/os-release" },
        ),
      ),
    [3],
  ],
  [
    "names that climb out",
    () =>
      plan(
        layerOf(
          ...debian,
          file("../../../../tmp/seaworthy-escape", "x"),
          file("/absolute/escape", "x"),
          { kind: "symlink", path: "out", target: "../../../../../../etc" },
          file("out/passwd", "x"),
        ),
      ),
    [0, 3],
  ],
  [
    "a package.json of __proto__",
    () =>
      plan(
        layerOf(
          npmPackage("a", "1.0.0"),
          file("node_modules/p/package.json", '{"__proto__":{"name":"x","version":"1.0.0"}}'),
        ),
      ),
    [0, 3],
  ],
  [
    "a package.json of 200,000 brackets",
    () => plan(layerOf(...debian, file("node_modules/p/package.json", "[".repeat(200_000)))),
    [3],
  ],
  [
    "a config of diff ids only",
    () => ({ layers: [layerOf(...debian)], config: { Env: Array.from({ length: 100_000 }, () => "A=B") } }),
    [0, 2],
  ],
];

for (const [why, make, codes] of rows)
  test(`scan stays within bounds with ${why}`, { timeout: (seconds + 60) * 1000 }, async () => {
    const layout = writeLayout(join(scratch("hostile"), "image"), await make());
    const { code, stdout, stderr, peakMib, left } = await scanHostile(`oci:${layout}`);
    assert.ok(codes.includes(code ?? -1), `ended with ${code}: ${stderr.slice(0, 500)} ${verdictOf(stdout)}`);
    assert.ok(peakMib < memoryMib, `${peakMib.toFixed(0)} MiB`);
    assert.deepEqual(left, []);
    assert.doesNotMatch(stderr, /\n\s+at /u, "a stack trace");
  });

function verdictOf(stdout: string): string {
  return /"verdict":.*$/su.exec(stdout)?.[0].slice(0, 1500) ?? stdout.slice(0, 500);
}

const archives: readonly (readonly [why: string, bytes: () => Uint8Array])[] = [
  ["nothing", () => new Uint8Array(0)],
  ["noise", () => createHash("sha512").update("noise").digest()],
  ["a tar of one file", () => writeTar([file("a", "b")])],
  ["a manifest that is no JSON", () => writeTar([file("manifest.json", "{")])],
  ["a manifest without images", () => writeTar([file("manifest.json", "[]")])],
  [
    "a manifest of what is not there",
    () => writeTar([file("manifest.json", '[{"Config":"c.json","RepoTags":null,"Layers":["l.tar"]}]')]),
  ],
  [
    "a manifest that climbs out",
    () => writeTar([file("manifest.json", '[{"Config":"../../etc/passwd","RepoTags":null,"Layers":[]}]')]),
  ],
  [
    "gzip of half a tar",
    () => gzipSync(writeTar([file("manifest.json", "[]"), file("b", "x".repeat(5000))]).subarray(0, 3000)),
  ],
  ["half of gzip", () => gzipSync(writeTar([file("manifest.json", "[]")])).subarray(0, 60)],
];

for (const [why, bytes] of archives)
  test(`scan refuses an archive of ${why} with one line`, async () => {
    const path = join(scratch("archive"), "image.tar");
    writeFileSync(path, bytes());
    const { code, stdout, stderr, left } = await scanHostile(path);
    assert.equal(code, 2, stderr);
    assert.match(stderr, /^seaworthy: (?!internal)[a-z-]+: [^\n]+\n$/u);
    assert.equal(typeof JSON.parse(stdout).error.code, "string");
    assert.deepEqual(left, []);
  });

test("scan refuses a layout whose digest climbs out of it", async () => {
  const layout = writeLayout(join(scratch("hostile"), "image"), plan(layerOf(...debian)));
  writeFileSync(
    join(layout, "index.json"),
    JSON.stringify({
      schemaVersion: 2,
      manifests: [
        {
          mediaType: "application/vnd.oci.image.manifest.v1+json",
          digest: "sha256:../../../../etc/passwd",
          size: 10,
        },
      ],
    }),
  );
  const { code, stderr } = await scanHostile(`oci:${layout}`);
  assert.equal(code, 2, stderr);
  assert.match(stderr, /^seaworthy: (?!internal)/u);
});
