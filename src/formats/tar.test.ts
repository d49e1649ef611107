import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import * as fc from "fast-check";
import { needs } from "../../tests/support/needs.ts";
import { scratch, tool } from "../../tests/support/scratch.ts";
import { SeaworthyError } from "../core/errors.ts";
import { createTarReader, type TarEntry, type TarLimits } from "./tar.ts";
import { sparseAccess } from "./tar-sparse.ts";
import { writeTar } from "./tar-write.ts";

interface Read {
  readonly path: string;
  readonly kind: TarEntry["kind"];
  readonly size: number;
  readonly target: string;
  readonly sha: string;
}

/** Reads a whole archive in chunks of `step` bytes; content of every file is taken. */
function readAll(archive: Uint8Array, step = archive.length, limits?: TarLimits): Read[] {
  const found: Read[] = [];
  const reader = createTarReader(
    {
      entry(entry, head) {
        const parts: Uint8Array[] = [];
        const note = (sha: string): void => {
          const { path, kind, size, linkTarget } = entry;
          const target = kind === "symlink" || kind === "hardlink" ? linkTarget : "";
          found.push({ path: path.replace(/\/$/, ""), kind, size, target, sha });
        };
        if (entry.kind !== "file") {
          note("");
          return undefined;
        }
        assert.equal(head.length, Math.min(512, entry.stored));
        return {
          write: (chunk) => void parts.push(Uint8Array.from(chunk)),
          end() {
            const stored = Buffer.concat(parts);
            assert.equal(stored.length, entry.stored);
            const access = {
              size: stored.length,
              read: (at: number, n: number) => stored.subarray(at, at + n),
            };
            const bytes =
              entry.sparse === undefined ? stored : sparseAccess(entry.sparse, access).read(0, entry.size);
            note(createHash("sha256").update(bytes).digest("hex"));
          },
        };
      },
    },
    limits,
  );
  for (let at = 0; at < archive.length; at += step) reader.push(archive.subarray(at, at + step));
  reader.end();
  return found;
}

/** What python's tarfile says of the same archive. */
async function pythonReads(path: string): Promise<Read[]> {
  const script = `
import tarfile, json, hashlib, sys
out = []
for m in tarfile.open(sys.argv[1]):
    kind = "file" if m.isfile() else "directory" if m.isdir() else "symlink" if m.issym() else "hardlink" if m.islnk() else "other"
    sha = hashlib.sha256(tarfile.open(sys.argv[1]).extractfile(m.name).read()).hexdigest() if kind == "file" else ""
    out.append({"path": m.name, "kind": kind, "size": m.size if kind == "file" else 0, "target": m.linkname if kind in ("symlink", "hardlink") else "", "sha": sha})
print(json.dumps(out))`;
  const parsed: Read[] = JSON.parse(await tool("python3", ["-c", script, path]));
  return parsed;
}

/** A tree with what makes tars differ. */
async function makeTree(longNames: boolean): Promise<string> {
  const dir = join(scratch("tar"), "tree");
  mkdirSync(join(dir, "usr/lib"), { recursive: true });
  writeFileSync(join(dir, "empty"), "");
  writeFileSync(join(dir, "usr/lib/small"), "hello\n");
  writeFileSync(join(dir, "block"), Buffer.alloc(512, 7));
  writeFileSync(join(dir, "odd"), Buffer.alloc(70_001, 3), { mode: 0o755 });
  writeFileSync(join(dir, "smörgås ☃"), "unicode");
  symlinkSync("usr/lib", join(dir, "lib"));
  linkSync(join(dir, "odd"), join(dir, "zz-hard"));
  await tool("mkfifo", [join(dir, "pipe")]);
  if (!longNames) return dir;
  const deep = join(dir, ...Array.from({ length: 6 }, (_, index) => `${"d".repeat(45)}${index}`));
  mkdirSync(deep, { recursive: true });
  writeFileSync(join(deep, "x".repeat(200)), "deep");
  symlinkSync(`../${"t".repeat(150)}`, join(dir, "long-link"));
  linkSync(join(deep, "x".repeat(200)), join(dir, "zz-long-hard"));
  return dir;
}

for (const format of ["v7", "ustar", "oldgnu", "gnu", "posix"])
  test(`createTarReader() reads what GNU tar writes as ${format}`, {
    skip: needs("tar", "python3"),
  }, async () => {
    const dir = await makeTree(format !== "v7" && format !== "ustar");
    const path = join(scratch("tar"), "a.tar");
    // v7 has no type for a pipe, and GNU tar then ends with an error.
    const without = format === "v7" ? ["--exclude=pipe"] : [];
    await tool("tar", [`--format=${format}`, "--sort=name", ...without, "-C", dir, "-cf", path, "."]);
    const truth = await pythonReads(path);
    assert.ok(truth.length > 9);
    for (const step of [1 << 20, 4096, 777])
      assert.deepEqual(readAll(readFileSync(path), step), truth, `${step}`);
  });

for (const format of ["v7", "ustar", "gnutar", "pax"])
  test(`createTarReader() reads what bsdtar writes as ${format}`, {
    skip: needs("bsdtar", "python3"),
  }, async () => {
    const dir = await makeTree(format === "gnutar" || format === "pax");
    const path = join(scratch("tar"), "a.tar");
    await tool("bsdtar", ["--format", format, "-C", dir, "-cf", path, "."]);
    assert.deepEqual(readAll(readFileSync(path), 4096), await pythonReads(path));
  });

const sparseForms = [
  ["--format=gnu"],
  ["--format=oldgnu"],
  ["--format=posix", "--sparse-version=0.0"],
  ["--format=posix", "--sparse-version=0.1"],
  ["--format=posix", "--sparse-version=1.0"],
];
for (const form of sparseForms)
  test(`createTarReader() reads sparse files of tar ${form.join(" ")}`, { skip: needs("tar") }, async () => {
    const dir = join(scratch("tar"), "sparse");
    mkdirSync(dir);
    // Holes at the beginning, between and at the end; many regions, so that the map needs extension blocks; no data at all.
    await writeAt(
      join(dir, "holes"),
      [
        [1 << 20, "middle"],
        [3 << 20, "later"],
      ],
      5 << 20,
    );
    await writeAt(
      join(dir, "start"),
      [
        [0, "start"],
        [1 << 20, "end"],
      ],
      (1 << 20) + 3,
    );
    await writeAt(
      join(dir, "many"),
      Array.from({ length: 60 }, (_, n) => [n << 16, `region ${n}`] as const),
      61 << 16,
    );
    writeFileSync(join(dir, "none"), "");
    truncateSync(join(dir, "none"), 1 << 20);
    writeFileSync(join(dir, "zz-after"), "still in step");
    const path = join(scratch("tar"), "s.tar");
    await tool("tar", [...form, "--sparse", "--sort=name", "-C", dir, "-cf", path, "."]);
    const read = readAll(readFileSync(path), 5000).filter(({ kind }) => kind === "file");
    assert.deepEqual(
      read.map(({ path }) => path),
      ["./holes", "./many", "./none", "./start", "./zz-after"],
    );
    for (const { path, sha, size } of read) {
      const bytes = readFileSync(join(dir, path));
      assert.equal(size, bytes.length, path);
      assert.equal(sha, createHash("sha256").update(bytes).digest("hex"), path);
    }
  });

async function writeAt(
  path: string,
  parts: readonly (readonly [number, string])[],
  size: number,
): Promise<void> {
  const file = await open(path, "w");
  for (const [offset, text] of parts) await file.write(text, offset);
  await file.truncate(size);
  await file.close();
}

// Hostile input, made by hand.

function header(fields: { name?: string; type?: string; size?: string | Buffer; magic?: string }): Buffer {
  const block = Buffer.alloc(512);
  block.write(fields.name ?? "f", 0, 100);
  block.write("0000644\0", 100);
  const size = fields.size ?? "00000000000\0";
  if (typeof size === "string") block.write(size, 124);
  else size.copy(block, 124);
  block.write(fields.type ?? "0", 156);
  block.write(fields.magic ?? "ustar\x0000", 257);
  return summed(block);
}

function summed(block: Buffer, signed = false): Buffer {
  block.write("        ", 148);
  let sum = 0;
  for (const byte of block) sum += signed && byte > 127 ? byte - 256 : byte;
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}

function pax(records: Readonly<Record<string, string>>, type = "x"): Buffer {
  let body = "";
  for (const [key, value] of Object.entries(records)) {
    let length = Buffer.byteLength(` ${key}=${value}\n`) + 1;
    while (Buffer.byteLength(`${length} ${key}=${value}\n`) !== length) length += 1;
    body += `${length} ${key}=${value}\n`;
  }
  const bytes = Buffer.from(body);
  const octal = `${bytes.length.toString(8).padStart(11, "0")}\0`;
  return Buffer.concat([
    header({ type, size: octal, name: "pax" }),
    bytes,
    Buffer.alloc(-bytes.length & 511),
  ]);
}

const end = Buffer.alloc(1024);
const base256 = (bytes: number[]): Buffer =>
  Buffer.from([...Array.from({ length: 12 - bytes.length }, () => 0), ...bytes]);
const rows: readonly [string, Buffer, string | number][] = [
  ["nothing at all", Buffer.alloc(0), 0],
  ["no end mark", header({}), 1],
  ["one block of zeros at the end", Buffer.concat([header({}), Buffer.alloc(512)]), 1],
  ["junk after the end", Buffer.concat([header({}), end, Buffer.alloc(700, 0x41)]), 1],
  ["an entry after one block of zeros", Buffer.concat([Buffer.alloc(512), header({})]), "malformed"],
  ["text", Buffer.from("this is no tar".repeat(50)), "malformed"],
  ["a few bytes", Buffer.from("abc"), "truncated"],
  ["a wrong checksum", Buffer.from(header({}).map((byte, at) => (at === 3 ? byte ^ 1 : byte))), "malformed"],
  ["a signed checksum", summed(Buffer.from(header({ name: "\u00ff\u00ff" })), true), 1],
  [
    "size in base 256",
    Buffer.concat([
      header({ size: Buffer.from([0x80, ...Array.from({ length: 10 }, () => 0), 5]) }),
      Buffer.alloc(512),
    ]),
    1,
  ],
  ["negative size", header({ size: Buffer.alloc(12, 0xff) }), "malformed"],
  ["size of 2^62", header({ size: Buffer.from([0x80, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0]) }), "malformed"],
  ["size that is no number", header({ size: "12x45\0" }), "malformed"],
  ["size larger than the archive", header({ size: "77777777777\0" }), "truncated"],
  ["base 256 without its mark", header({ size: base256([5]) }), "malformed"],
  ["a long name of 8 GiB", header({ type: "L", size: "77777777777\0" }), "limit-exceeded"],
  [
    "a long name and no entry",
    Buffer.concat([header({ type: "L", size: "00000000003\0" }), Buffer.alloc(512, 0x61)]),
    "truncated",
  ],
  ["an extended header and no entry", Buffer.concat([pax({ path: "x" }), end]), 0],
  [
    "an extended header that lies about lengths",
    Buffer.concat([
      header({ type: "x", size: "00000000010\0" }),
      Buffer.from("99 path=x\n"),
      Buffer.alloc(502),
      header({}),
      end,
    ]),
    "malformed",
  ],
  [
    "an extended header of letters",
    Buffer.concat([header({ type: "x", size: "00000000010\0" }), Buffer.alloc(512, 0x61), header({}), end]),
    "malformed",
  ],
  ["a path with a NUL", Buffer.concat([pax({ path: "a\0b" }), header({}), end]), "malformed"],
  [
    "an extended size",
    Buffer.concat([pax({ size: "5" }), header({ size: "77777777777\0" }), Buffer.alloc(512), end]),
    1,
  ],
  ["an extended size that is negative", Buffer.concat([pax({ size: "-5" }), header({}), end]), "malformed"],
  ["a global comment", Buffer.concat([pax({ comment: "c" }, "g"), header({}), end]), 1],
  ["a global path", Buffer.concat([pax({ path: "x" }, "g"), header({}), end]), "unsupported"],
  [
    "a size on a directory",
    Buffer.concat([header({ type: "5", size: "77777777777\0" }), header({}), end]),
    2,
  ],
  ["a size on a symlink", Buffer.concat([header({ type: "2", size: "00000001000\0" }), header({}), end]), 2],
  [
    "an unknown type with content",
    Buffer.concat([header({ type: "Z", size: "00000001000\0" }), Buffer.alloc(512, 1), header({}), end]),
    2,
  ],
  [
    "sparse: overlapping regions",
    Buffer.concat([
      pax({
        "GNU.sparse.major": "0",
        "GNU.sparse.minor": "1",
        "GNU.sparse.size": "10",
        "GNU.sparse.map": "0,5,3,5",
      }),
      header({ size: "00000000012\0" }),
      Buffer.alloc(512),
      end,
    ]),
    "malformed",
  ],
  [
    "sparse: region past the end",
    Buffer.concat([
      pax({ "GNU.sparse.size": "10", "GNU.sparse.map": "8,5" }),
      header({ size: "00000000005\0" }),
      Buffer.alloc(512),
      end,
    ]),
    "malformed",
  ],
  [
    "sparse: sum is not what is stored",
    Buffer.concat([
      pax({ "GNU.sparse.size": "10", "GNU.sparse.map": "0,4" }),
      header({ size: "00000000005\0" }),
      Buffer.alloc(512),
      end,
    ]),
    "malformed",
  ],
  [
    "sparse: odd count",
    Buffer.concat([
      pax({ "GNU.sparse.size": "10", "GNU.sparse.map": "0,4,4" }),
      header({ size: "00000000004\0" }),
      Buffer.alloc(512),
      end,
    ]),
    "malformed",
  ],
  ["sparse 1.0: huge count", sparse10("999999999\n"), "malformed"],
  ["sparse 1.0: no count", sparse10("a".repeat(512)), "malformed"],
  ["sparse 1.0: map longer than the file", sparse10("100\n"), "malformed"],
  [
    "sparse 1.0: version 1.7",
    Buffer.concat([pax({ "GNU.sparse.major": "1", "GNU.sparse.minor": "7" }), header({}), end]),
    "unsupported",
  ],
];

function sparse10(map: string): Buffer {
  const block = Buffer.alloc(512);
  block.write(map);
  const records = { "GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": "100" };
  return Buffer.concat([pax(records), header({ size: "00000001000\0" }), block, end]);
}

for (const [name, archive, expected] of rows)
  test(`createTarReader() on hostile input: ${name}`, () => {
    for (const step of [archive.length || 1, 13]) {
      if (typeof expected === "number") assert.equal(readAll(archive, step).length, expected);
      else assert.throws(() => readAll(archive, step), { name: "SeaworthyError", code: expected });
    }
  });

test("createTarReader() stops at its limit of entries", () => {
  const archive = Buffer.concat([header({}), header({}), header({}), end]);
  assert.equal(readAll(archive, 512, { entries: 3, meta: 100 }).length, 3);
  assert.throws(() => readAll(archive, 512, { entries: 2, meta: 100 }), { code: "limit-exceeded" });
});

test("createTarReader() gives the same entries however the bytes are cut, and names the place where they end", () => {
  const archive = writeTar([
    { kind: "file", path: "a".repeat(150), data: Buffer.alloc(700, 1) },
    { kind: "hardlink", path: "h", target: "a" },
    { kind: "file", path: "b", data: Buffer.from("b") },
  ]);
  const whole = readAll(archive);
  for (let step = 1; step < 1100; step += 37) assert.deepEqual(readAll(archive, step), whole);
  for (let length = 0; length < archive.length - 1024; length += 1) {
    const atBoundary = [0, 2560, 3072].includes(length);
    if (atBoundary) assert.ok(readAll(archive.subarray(0, length)).length < 3);
    else assert.throws(() => readAll(archive.subarray(0, length)), { code: "truncated" }, `${length}`);
  }
});

test("createTarReader() never throws anything but SeaworthyError for damaged archives", () => {
  const archive = Buffer.concat([
    pax({ "GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": "100", path: "p" }),
    header({ size: "00000001003\0" }),
    Buffer.concat([Buffer.from("1\n0\n3\n"), Buffer.alloc(506)]),
    Buffer.alloc(512, 65),
    writeTar([{ kind: "file", path: "n".repeat(120), data: Buffer.from("x") }]),
  ]);
  const whole = readAll(archive);
  assert.equal(whole.length, 2);
  const flip = fc.record({ at: fc.nat(archive.length - 1), to: fc.nat(255) });
  fc.assert(
    fc.property(
      fc.array(flip, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 600 }),
      (flips, step) => {
        const damaged = Buffer.from(archive);
        for (const { at, to } of flips) damaged[at] = to;
        // Mend the checksums, or nearly every damage would end there.
        for (let at = 0; at + 512 <= damaged.length; at += 512)
          if (damaged.toString("latin1", at + 257, at + 262) === "ustar")
            summed(damaged.subarray(at, at + 512));
        try {
          readAll(damaged, step);
        } catch (thrown) {
          assert.ok(thrown instanceof SeaworthyError, String(thrown));
        }
      },
    ),
    { numRuns: 500 },
  );
});
