import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { type TarItem, writeTar } from "../src/formats/tar-write.ts";
import { makeElf } from "../tests/support/programs.ts";
import { ndbFile, rpmHeader } from "../tests/support/rpm-write.ts";
import { writeZip } from "../tests/support/zip-write.ts";

// Peak memory of a whole `seaworthy scan` of images of many shapes, each made on the fly as an OCI layout and removed again.
//
//   node bench/memory.ts [NAME…]      only the shapes whose names hold one of these words
//
// Real shapes must be read wholly within 300 MB. Those marked "beyond" are larger than anything real: they, too, stay within it, and
// what a limit left out is a gap. A line tells peak memory, processor time (user and system), packages, and gaps by code.

type Chunks = Iterable<Uint8Array>;

/** An image to make: a generator of tar chunks for each layer. */
interface Shape {
  readonly name: string;
  readonly layers: readonly (() => Chunks)[];
  readonly gzip?: boolean;
}

const bound = 300;
const dpkgStatus = "var/lib/dpkg/status";
const emptyMegabyte = Buffer.alloc(1e6);
const shapes: readonly Shape[] = [
  { name: "idle", layers: [() => packed([file("a", "b")])] },
  { name: "60,000 package.json", layers: [() => packed(npmPackages(60_000))] },
  { name: "200,000 package.json (beyond)", layers: [() => packed(npmPackages(200_000))] },
  { name: "1,000,000 files", layers: [() => packed(files(1_000_000, 20))] },
  { name: "1,000,000 files in 3 layers", layers: [0, 1, 2].map((n) => () => packed(files(333_333, 20, n))) },
  { name: "100,000 links", layers: [() => packed(links(100_000))] },
  { name: "1,000,000 links (beyond)", layers: [() => packed(links(1_000_000))] },
  { name: "100,000 directories", layers: [() => packed(directories(100_000))] },
  { name: "1,200,000 directories (beyond)", layers: [() => packed(directories(1_200_000))] },
  {
    name: "10,000 deb packages, 1,000,000 owned paths",
    layers: [1, 2, 3, 4].map((n) => () => packed(debPackages(n, 2500, 100))),
  },
  { name: "240,000 deb packages (beyond)", layers: [() => packed([file(dpkgStatus, stanzas(240_000))])] },
  {
    name: "4,000,000 lines of apk (beyond)",
    layers: [() => packed([file("lib/apk/db/installed", apkLines(4_000_000))])],
  },
  { name: "160 Go programs of 15 MB", layers: [1, 2, 3, 4].map((n) => () => packed(goPrograms(n, 40, 15))) },
  { name: "6 Go programs of 100 MB", layers: [1, 2].map((n) => () => packed(goPrograms(n, 3, 100))) },
  { name: "40 jars of 15 MB", layers: [1, 2].map((n) => () => packed(jars(n, 20, 15))) },
  { name: "jar of 200 MB with 200 inside", layers: [() => packed([nestedJar(200)])] },
  { name: "rpm database of 500 MB", layers: [() => packed([rpmDatabase(500)])] },
  { name: "10 GB", layers: [1, 2, 3, 4].map((n) => () => zeros(n, 2.5e9)) },
  { name: "8 GB out of 8 MB (beyond)", gzip: true, layers: [() => bomb(8e9)] },
];

// maxRSS begins with what the parent had at the fork (getrusage(2) after vfork), so that the kernel's mark for the program counts.
const preload = `data:text/javascript,${encodeURIComponent(`
  import { isMainThread } from "node:worker_threads";
  import { readFileSync, writeSync } from "node:fs";
  if (isMainThread)
    process.on("exit", () => {
      const { userCPUTime, systemCPUTime } = process.resourceUsage();
      const [, peak] = /VmHWM:\\s*(\\d+)/.exec(readFileSync("/proc/self/status", "utf8"));
      writeSync(3, JSON.stringify({ peak: (peak * 1024) / 1e6, cpu: (userCPUTime + systemCPUTime) / 1e6 }));
    });`)}`;
const root = fileURLToPath(new URL("..", import.meta.url));
// The published build where `npm run build` has made it: stripping types takes a checkout some 50 MB more.
const built = join(root, "dist/cli/entry.js");
const entry = existsSync(built) ? built : join(root, "src/cli/entry.ts");
const chosen = process.argv.slice(2);
const work = mkdtempSync(join(process.env["SEAWORTHY_BENCH_DIR"] ?? tmpdir(), "seaworthy-bench-"));

try {
  for (const shape of shapes) {
    if (chosen.length > 0 && !chosen.some((word) => shape.name.includes(word))) continue;
    const layout = join(work, "image");
    await writeLayout(layout, shape);
    print(shape.name, await scan(layout));
    rmSync(layout, { recursive: true });
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}

async function writeLayout(layout: string, { layers, gzip = false }: Shape): Promise<void> {
  mkdirSync(join(layout, "blobs/sha256"), { recursive: true });
  const mediaType = `application/vnd.oci.image.layer.v1.tar${gzip ? "+gzip" : ""}`;
  const blobs: { digest: string; size: number }[] = [];
  for (const layer of layers) blobs.push(await writeBlob(layout, layer()));
  const config = await writeBlob(layout, [
    json({
      architecture: "amd64",
      os: "linux",
      config: {},
      // What comes out of a compressed layer is not hashed here: the scan tells a mismatch.
      rootfs: { type: "layers", diff_ids: blobs.map(({ digest }) => digest) },
    }),
  ]);
  const manifest = await writeBlob(layout, [
    json({
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      config: { mediaType: "application/vnd.oci.image.config.v1+json", ...config },
      layers: blobs.map((blob) => ({ mediaType, ...blob })),
    }),
  ]);
  writeFileSync(join(layout, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
  const named = { mediaType: "application/vnd.oci.image.manifest.v1+json", ...manifest };
  writeFileSync(join(layout, "index.json"), json({ schemaVersion: 2, manifests: [named] }));
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

async function writeBlob(layout: string, chunks: Chunks): Promise<{ digest: string; size: number }> {
  const draft = join(layout, "draft");
  const hasher = createHash("sha256");
  const out = createWriteStream(draft);
  for (const chunk of chunks) {
    hasher.update(chunk);
    if (!out.write(chunk)) await new Promise<void>((resolve) => out.once("drain", resolve));
  }
  out.end();
  await finished(out);
  const digest = hasher.digest("hex");
  const { size } = statSync(draft);
  renameSync(draft, join(layout, "blobs/sha256", digest));
  return { digest: `sha256:${digest}`, size };
}

interface Figures {
  readonly peak: number;
  readonly cpu: number;
  readonly report: string;
}

async function scan(layout: string): Promise<Figures> {
  const report = join(work, "report.json");
  const args = ["scan", "--offline", "--no-progress", "--format", `json=${report}`, `oci:${layout}`];
  const child = spawn(process.execPath, ["--import", preload, entry, ...args], {
    stdio: ["ignore", "ignore", "inherit", "pipe"],
    env: { ...process.env, HOME: work, XDG_CACHE_HOME: join(work, "cache"), SEAWORTHY_DB: undefined },
  });
  const told: Buffer[] = [];
  child.stdio[3]?.on("data", (bytes: Buffer) => told.push(bytes));
  await new Promise((resolve) => child.once("close", resolve));
  const figures: Omit<Figures, "report"> = JSON.parse(Buffer.concat(told).toString() || '{"peak":0,"cpu":0}');
  return { ...figures, report };
}

function print(name: string, { peak, cpu, report }: Figures): void {
  const { size } = statSync(report);
  const {
    packages,
    coverage,
  }: { packages: unknown[]; coverage: { gaps: { code: string; message: string }[] } } = JSON.parse(
    readFileSync(report, "utf8"),
  );
  const kinds = Object.entries(Object.groupBy(coverage.gaps, ({ code }) => code));
  const gaps = kinds.map(([code, all]) => `${all?.length} ${code}`).join(", ");
  const mark = peak > bound ? "OVER" : "";
  const figures = [`${peak.toFixed(0)} MB`.padStart(8), `${cpu.toFixed(1)} s`.padStart(8)];
  process.stdout.write(
    `${name.padEnd(44)} ${figures.join("")} ${mark.padEnd(5)} ${packages.length} packages, report ${(size / 1e6).toFixed(1)} MB; ${gaps}\n`,
  );
  if (process.env["SEAWORTHY_BENCH_GAPS"] === "1")
    for (const { message } of coverage.gaps.slice(0, 10)) process.stdout.write(`    ${message}\n`);
}

// A tar in chunks of a thousand entries, or of one when they are large.
function* packed(items: Iterable<TarItem>): Generator<Uint8Array> {
  let batch: TarItem[] = [];
  let size = 0;
  for (const item of items) {
    batch.push(item);
    size += item.kind === "file" ? item.data.length : 0;
    if (batch.length < 1000 && size < 2 ** 22) continue;
    yield writeTar(batch).subarray(0, -1024);
    batch = [];
    size = 0;
  }
  yield writeTar(batch);
}

function file(path: string, content: string | Uint8Array, mode = 0o644): TarItem {
  return { kind: "file", path, data: typeof content === "string" ? Buffer.from(content) : content, mode };
}

function* npmPackages(count: number): Generator<TarItem> {
  for (let index = 0; index < count; index += 1) {
    const app = `srv/workspace/packages/service-${index % 300}/node_modules`;
    const name = `some-library-${Math.floor(index / 3)}`;
    const about = {
      name,
      version: `1.${index % 3}.${index % 7}`,
      license: "MIT",
      description: "x".repeat(400),
    };
    yield file(`${app}/${name}/package.json`, JSON.stringify(about));
    yield file(`${app}/${name}/index.js`, "");
  }
}

function* files(count: number, perDirectory: number, layer = 0): Generator<TarItem> {
  for (let index = 0; index < count; index += 1)
    yield file(
      `usr/share/l${layer}/directory-${Math.floor(index / perDirectory)}/file-number-${index}.txt`,
      "",
    );
}

function* links(count: number): Generator<TarItem> {
  for (let index = 0; index < count; index += 1)
    yield {
      kind: "symlink",
      path: `usr/share/zone/${index % 1000}/link-number-${index}`,
      target: `../../other/${index % 1000}/target-of-the-link-${index}`,
    };
}

function* directories(count: number): Generator<TarItem> {
  for (let index = 0; index < count; index += 1)
    yield { kind: "directory", path: `srv/data/${index % 1000}/directory-number-${index}` };
}

function stanzas(count: number): Buffer {
  const each = (_: unknown, index: number): string =>
    `Package: libsomething-${index}\nStatus: install ok installed\nPriority: optional\nSection: libs\n` +
    `Maintainer: Debian Someone ${index % 500} <someone${index % 500}@debian.example>\nArchitecture: amd64\n` +
    `Source: something-${index >> 2}\nVersion: 1.${index % 50}.3-${index % 9}+deb12u1\nDescription: words\n\n`;
  return Buffer.from(Array.from({ length: count }, each).join(""));
}

// One layer of several: its packages' lists, every fourth of their files, and the status of all packages so far.
function* debPackages(layer: number, packages: number, paths: number): Generator<TarItem> {
  yield file("etc/os-release", 'ID=debian\nVERSION_ID="12"\n');
  yield file(dpkgStatus, stanzas(layer * packages));
  for (let index = (layer - 1) * packages; index < layer * packages; index += 1) {
    const own = Array.from({ length: paths }, (_, n) => `usr/share/something-${index}/file-number-${n}.so`);
    yield file(`var/lib/dpkg/info/libsomething-${index}.list`, own.map((path) => `/${path}\n`).join(""));
    for (const path of own) if (path.length % 4 === 0) yield file(path, "");
    yield file(`usr/bin/something-${index}`, "#!/bin/sh\n", 0o755);
  }
}

function apkLines(count: number): Buffer {
  const each = (_: unknown, index: number): string =>
    `${index % 400 === 0 ? `\nP:package-${index}\nV:1.2.3-r${index % 10}\nA:x86_64\nF:usr/lib/${index}\n` : ""}R:f${index % 97}\n`;
  return Buffer.from(`${Array.from({ length: count }, each).join("").slice(1)}\n`);
}

// The build information stands at the end, behind code that nothing compresses away.
function* goPrograms(layer: number, count: number, megabytes: number): Generator<TarItem> {
  for (let index = 0; index < count; index += 1)
    yield file(`usr/local/bin/program-${layer}-${index}`, goProgram(`${layer}.${index}`, megabytes), 0o755);
}

function goProgram(version: string, megabytes: number): Buffer {
  const mark = "0123456789abcdef";
  const needs = Array.from(
    { length: 150 },
    (_, n) => `dep\texample.com/some/module-${n}\tv1.${n}.${version}\th1:x\n`,
  );
  const text = `${mark}path\ta.b/c\nmod\ta.b/c\tv1.${version}\th1:x\n${needs.join("")}${mark}`;
  const head = Buffer.concat([Buffer.from("\xff Go buildinf:\x08\x02", "latin1"), Buffer.alloc(16)]);
  const bytes = Buffer.concat([head, counted("go1.22.1"), counted(text)]);
  const code = Buffer.alloc(megabytes * 1e6, "some machine code ");
  return makeElf([
    { name: ".text", bytes: code },
    { name: ".go.buildinfo", bytes, data: true },
  ]);
}

function counted(text: string): Buffer {
  const length: number[] = [];
  let left = text.length;
  for (; left >= 0x80; left = Math.floor(left / 128)) length.push((left % 128) | 0x80);
  return Buffer.concat([Buffer.from([...length, left]), Buffer.from(text)]);
}

function* jars(layer: number, count: number, megabytes: number): Generator<TarItem> {
  for (let index = 0; index < count; index += 1)
    yield file(
      `opt/app/lib/library-${layer}-${index}-1.2.3.jar`,
      jar(`library-${layer}-${index}`, megabytes),
    );
}

function jar(name: string, megabytes: number): Uint8Array {
  const classes = Array.from({ length: 2000 }, (_, n) => [
    `org/example/${name.replaceAll("-", "")}/Class${n}.class`,
    Buffer.alloc((megabytes * 1e6) / 2000, `${n}`),
  ]);
  const properties = `groupId=org.example\nartifactId=${name}\nversion=1.2.3\n`;
  return writeZip({
    ...Object.fromEntries(classes),
    [`META-INF/maven/org.example/${name}/pom.properties`]: properties,
  });
}

function nestedJar(count: number): TarItem {
  const inner = Array.from({ length: count }, (_, n) => [
    `BOOT-INF/lib/inner-${n}-1.0.jar`,
    jar(`inner-${n}`, 1),
  ]);
  return file("opt/app/app.jar", writeZip(Object.fromEntries(inner)));
}

// 2,000 packages of 60 files; the rest is change logs, as in a real one.
function rpmDatabase(megabytes: number): TarItem {
  const text = "x".repeat((megabytes * 1e6) / 2000 - 8000);
  const headers = Array.from({ length: 2000 }, (_, n) => {
    const names = Array.from({ length: 60 }, (_unused, k) => `file-${k}`);
    const tags = { 1082: [text], 1117: names, 1116: names.map(() => 0), 1118: [`/usr/lib/package-${n}/`] };
    return rpmHeader({ name: `package-${n}`, tags });
  });
  return file("usr/lib/sysimage/rpm/Packages.db", ndbFile(headers));
}

function* zeros(layer: number, bytes: number): Generator<Uint8Array> {
  const size = bytes.toString(8).padStart(11, "0");
  const [head] = [writeTar([file(`data/model-${layer}`, "")]).subarray(0, 512)];
  if (head === undefined) return;
  const block = Buffer.from(head);
  block.write(size, 124);
  block.write("        ", 148);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  yield block;
  for (let at = 0; at < bytes; at += emptyMegabyte.length) yield emptyMegabyte;
  yield Buffer.alloc(1024 + ((512 - (bytes % 512)) % 512));
}

function* bomb(bytes: number): Generator<Uint8Array> {
  const [head] = zeros(1, bytes);
  if (head !== undefined) yield gzipSync(head);
  const member = gzipSync(Buffer.alloc(100e6), { level: 9 });
  for (let at = 0; at < bytes; at += 100e6) yield member;
}
