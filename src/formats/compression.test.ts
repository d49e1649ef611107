import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { constants, gzipSync, zstdCompressSync } from "node:zlib";
import { needs } from "../../tests/support/needs.ts";
import { scratch, tool } from "../../tests/support/scratch.ts";
import { type InflateLimits, inflate, inflateLimits, layerInflateLimits } from "./compression.ts";

// As a file is read: into one buffer, again and again.
async function* cut(bytes: Uint8Array, step: number): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.alloc(Math.min(step, bytes.length));
  for (let at = 0; at < bytes.length; at += step) {
    const part = bytes.subarray(at, at + step);
    buffer.set(part);
    yield buffer.subarray(0, part.length);
    buffer.fill(0xee);
  }
}

async function inflated(
  bytes: Uint8Array,
  step = bytes.length || 1,
  limits?: InflateLimits,
): Promise<{ compression: string; bytes: Buffer }> {
  const { compression, chunks } = await inflate(cut(bytes, step), limits);
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(Uint8Array.from(chunk));
  return { compression, bytes: Buffer.concat(parts) };
}

const text = Buffer.from("a layer, or what could be one\n".repeat(9000));
const noise = randomBytes(300_000);
const skippable = (size: number): Buffer => {
  const frame = Buffer.alloc(8 + size, 0x28);
  frame.writeUInt32LE(0x184d2a53, 0);
  frame.writeUInt32LE(size, 4);
  return frame;
};
const checked = { params: { [constants.ZSTD_c_checksumFlag]: 1 } };

const good: readonly [string, string, Buffer, Buffer][] = [
  ["nothing", "none", Buffer.alloc(0), Buffer.alloc(0)],
  ["plain bytes", "none", text, text],
  ["three plain bytes", "none", Buffer.from("abc"), Buffer.from("abc")],
  ["gzip", "gzip", gzipSync(text), text],
  ["gzip of nothing", "gzip", gzipSync(Buffer.alloc(0)), Buffer.alloc(0)],
  ["gzip of noise", "gzip", gzipSync(noise), noise],
  [
    "several gzip members",
    "gzip",
    Buffer.concat([gzipSync(text), gzipSync(noise), gzipSync("")]),
    Buffer.concat([text, noise]),
  ],
  ["gzip with zero padding", "gzip", Buffer.concat([gzipSync(text), Buffer.alloc(1000)]), text],
  ["zstd", "zstd", zstdCompressSync(text), text],
  ["zstd of noise with checksum", "zstd", zstdCompressSync(noise, checked), noise],
  [
    "several zstd frames",
    "zstd",
    Buffer.concat([zstdCompressSync(text), zstdCompressSync(noise, checked), zstdCompressSync("")]),
    Buffer.concat([text, noise]),
  ],
  [
    "zstd:chunked: skippable frames before, between and after",
    "zstd",
    Buffer.concat([
      skippable(20),
      zstdCompressSync(text),
      skippable(0),
      zstdCompressSync(noise),
      skippable(300),
    ]),
    Buffer.concat([text, noise]),
  ],
  ["only a skippable frame", "zstd", skippable(9), Buffer.alloc(0)],
  [
    "many small zstd frames",
    "zstd",
    Buffer.concat(Array.from({ length: 300 }, (_, n) => zstdCompressSync(`frame ${n}\n`))),
    Buffer.from(Array.from({ length: 300 }, (_, n) => `frame ${n}\n`).join("")),
  ],
];
for (const [name, compression, stored, plain] of good)
  test(`inflate() reads ${name}`, async () => {
    for (const step of [stored.length || 1, 4096, 7]) {
      if (step === 7 && stored.length > 20_000) continue;
      const result = await inflated(stored, step);
      assert.equal(result.compression, compression);
      assert.ok(
        result.bytes.equals(plain),
        `${result.bytes.length} bytes where ${plain.length} are right (${step})`,
      );
    }
  });

const gz = gzipSync(text);
const zst = zstdCompressSync(text, checked);
const noisyZst = zstdCompressSync(noise);
const damaged = (bytes: Buffer, at: number): Buffer =>
  Buffer.from(bytes.map((byte, index) => (index === at ? byte ^ 0xff : byte)));
const bad: readonly [string, Buffer, string][] = [
  ["gzip cut short", gz.subarray(0, gz.length - 9), "truncated"],
  ["gzip without its trailer", gz.subarray(0, gz.length - 1), "truncated"],
  ["gzip cut in its header", gz.subarray(0, 5), "truncated"],
  ["gzip with a wrong checksum", damaged(gz, gz.length - 6), "malformed"],
  ["gzip with bytes after its end", Buffer.concat([gz, Buffer.from("garbage")]), "malformed"],
  ["gzip damaged inside", damaged(gz, 40), "malformed"],
  ["second gzip member cut short", Buffer.concat([gz, gz.subarray(0, 50)]), "truncated"],
  ["zstd cut short", zst.subarray(0, zst.length - 5), "truncated"],
  ["zstd without the end of its checksum", zst.subarray(0, zst.length - 1), "truncated"],
  ["zstd cut in its header", zst.subarray(0, 5), "truncated"],
  ["zstd with a wrong checksum", damaged(zst, zst.length - 2), "malformed"],
  ["zstd with bytes after its end", Buffer.concat([zst, Buffer.from("garbage")]), "malformed"],
  ["zstd with one byte after its end", Buffer.concat([zst, Buffer.from("g")]), "truncated"],
  ["zstd with gzip after its end", Buffer.concat([zst, gz]), "malformed"],
  ["second zstd frame cut short", Buffer.concat([zst, noisyZst.subarray(0, 200_000)]), "truncated"],
  ["a skippable frame cut short", skippable(100).subarray(0, 50), "truncated"],
  ["zstd with a window of 2 GiB", windowed(0xa8), "limit-exceeded"],
  [
    "zstd with a reserved bit",
    Buffer.concat([zst.subarray(0, 4), Buffer.from([0x08, 0, 0, 0])]),
    "malformed",
  ],
  [
    "zstd with a block of reserved type",
    Buffer.concat([windowed(0), Buffer.from([0x07, 0, 0])]),
    "malformed",
  ],
  ["zstd with a block of 2 MiB", Buffer.concat([windowed(0), Buffer.from([0x01, 0, 0xff])]), "malformed"],
];
// A frame header without content size whose window descriptor is `byte`.
function windowed(byte: number): Buffer {
  return Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, byte]);
}
for (const [name, stored, code] of bad)
  test(`inflate() refuses ${name}`, async () => {
    for (const step of [stored.length, 1000, 3]) {
      if (step === 3 && stored.length > 20_000) continue;
      await assert.rejects(inflated(stored, step), { name: "SeaworthyError", code });
    }
  });

test("inflate() refuses every truncation", async () => {
  for (const whole of [gzipSync("short"), zstdCompressSync("short", checked)])
    for (let length = 4; length < whole.length; length += 1)
      await assert.rejects(inflated(whole.subarray(0, length)), { code: "truncated" }, `${length}`);
});

test("inflate() stops at its limits", async () => {
  const zeros = Buffer.alloc(80 * 2 ** 20);
  const bomb = zstdCompressSync(zeros);
  const tight = { bytes: 2 ** 40, ratio: 100, free: 2 ** 26 };
  for (const each of [bomb, gzipSync(zeros)])
    await assert.rejects(inflated(each, each.length, tight), {
      code: "limit-exceeded",
      message: /100 times/,
    });
  // A hole in a file of that size is nothing special.
  assert.equal((await inflated(bomb)).bytes.length, zeros.length);
  await assert.rejects(inflated(gzipSync(text), 100, { bytes: 1000, ratio: 2000, free: 0 }), {
    code: "limit-exceeded",
  });
  await assert.rejects(inflated(text, 100, { bytes: 1000, ratio: 2000, free: 0 }), {
    code: "limit-exceeded",
  });
  assert.equal((await inflated(gzipSync(zeros))).bytes.length, zeros.length);
});

test("inflate() stops at its limit of bytes when small zstd frames hold much", async () => {
  const frame = zstdCompressSync(Buffer.alloc(20 * 2 ** 20));
  assert.ok(frame.length < 2 ** 16);
  await assert.rejects(inflated(frame, frame.length, { bytes: 2 ** 20, ratio: Infinity, free: 0 }), {
    code: "limit-exceeded",
  });
  assert.equal(
    (await inflated(frame, frame.length, { bytes: 2 ** 30, ratio: Infinity, free: 0 })).bytes.length,
    20 * 2 ** 20,
  );
});

for (const [layers, free] of [
  [0, 2 ** 30],
  [1, 2 ** 30],
  [8, 2 ** 30],
  [16, 2 ** 29],
  [128, 2 ** 26],
  [5000, 2 ** 26],
] as const)
  test(`layerInflateLimits() of ${layers} layers lets ${free} bytes out of each for nothing`, () => {
    assert.deepEqual(layerInflateLimits(layers), { ...inflateLimits, free });
  });

test("inflate() says which compression it does not undo", async () => {
  const bzip2 = Buffer.from("BZh91AY&SY");
  const xz = Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]);
  await assert.rejects(inflated(bzip2), { code: "unsupported", message: /bzip2/ });
  await assert.rejects(inflated(xz), { code: "unsupported", message: /xz/ });
});

test("inflate() passes on what the source throws", async () => {
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield gz.subarray(0, 100);
    throw new RangeError("the line went dead");
  }
  const { chunks } = await inflate(broken());
  await assert.rejects(Array.fromAsync(chunks), { name: "RangeError" });
});

for (const [program, args] of [
  ["gzip", ["-9"]],
  ["pigz", ["-p2", "-b128"]],
  ["zstd", ["-3", "--long=27"]],
  ["zstd", ["-19", "--check", "-T2"]],
] as const)
  test(`inflate() reads what ${program} ${args.join(" ")} writes`, { skip: needs(program) }, async () => {
    const path = join(scratch("inflate"), "data");
    const plain = Buffer.concat([text, noise, text]);
    writeFileSync(path, plain);
    await tool(program, [...args, "-k", path]);
    const stored = readFileSync(`${path}.${program === "zstd" ? "zst" : "gz"}`);
    assert.ok((await inflated(stored, 10_000)).bytes.equals(plain));
  });

test("inflate() gives chunks that stay what they are, unless they may be reused", async () => {
  const plain = randomBytes(3_500_000);
  for (const stored of [gzipSync(plain), zstdCompressSync(plain)]) {
    const { chunks } = await inflate(cut(stored, 100_000));
    assert.ok(Buffer.concat(await Array.fromAsync(chunks)).equals(plain));
  }
  const { chunks } = await inflate(cut(gzipSync(plain), 100_000), inflateLimits, {
    memory: "reused",
    proof: "checksum",
  });
  assert.ok(!Buffer.concat(await Array.fromAsync(chunks)).equals(plain));
});
