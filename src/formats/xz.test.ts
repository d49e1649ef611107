import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import * as fc from "fast-check";
import { needs } from "../../tests/support/needs.ts";
import { codeOf } from "../core/errors.ts";
import { unxz } from "./xz.ts";

const skip = needs("xz");
const xz = (content: Uint8Array, ...args: readonly string[]): Buffer =>
  execFileSync("xz", ["-c", ...args], { input: content, maxBuffer: 2 ** 28 });
const whole = (bytes: Uint8Array) => Buffer.concat([...unxz(bytes)]);

// Text that repeats itself near and far, noise, and both in turn.
function text(size: number): Buffer {
  let seed = 1;
  const words = Array.from({ length: 500 }, (_, at) => `Package: lib${at * 7919}\nVersion: 1.${at}-1\n`);
  const parts: string[] = [];
  for (let length = 0; length < size; length += parts.at(-1)?.length ?? 0) {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    parts.push(words[seed % words.length] ?? "");
  }
  return Buffer.from(parts.join("")).subarray(0, size);
}

function noise(size: number): Buffer {
  let seed = 7;
  return Buffer.from(
    Uint8Array.from({ length: size }, () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return seed >> 16;
    }),
  );
}

const mixed = Buffer.concat([text(300_000), noise(200_000), text(300_000)]);
const rows: readonly (readonly [why: string, content: Buffer, args: readonly string[]])[] = [
  ["nothing", Buffer.alloc(0), []],
  ["a byte", Buffer.from("x"), []],
  ["text", text(5_000_000), ["-1"]],
  ["text as small as can be", text(1_000_000), ["-9e"]],
  ["a dictionary that is passed many times", text(5_000_000), ["--lzma2=dict=64KiB"]],
  ["noise, which is stored", noise(300_000), []],
  ["both", mixed, []],
  ["zeros", Buffer.alloc(3_000_000), []],
  ["other contexts", text(500_000), ["--lzma2=lc=1,lp=3,pb=0"]],
  ["several blocks", text(1_000_000), ["--block-size=100000"]],
  ["no check", text(10_000), ["--check=none"]],
  ["SHA-256", text(10_000), ["--check=sha256"]],
];
for (const [why, content, args] of rows)
  test(`unxz() undoes xz ${args.join(" ")} of ${why}`, { skip }, () => {
    assert.ok(whole(xz(content, ...args)).equals(content));
  });

test("unxz() reads several streams with padding between", { skip }, () => {
  const one = xz(Buffer.from("one"));
  assert.equal(whole(Buffer.concat([one, Buffer.alloc(4), xz(Buffer.from("two"))])).toString(), "onetwo");
});

test("unxz() refuses what is none, and what ends too early", { skip }, () => {
  const sound = xz(text(10_000));
  const code = (bytes: Uint8Array) => {
    try {
      whole(bytes);
      return "read";
    } catch (thrown) {
      return codeOf(thrown);
    }
  };
  assert.equal(code(Buffer.alloc(0)), "truncated");
  assert.equal(code(Buffer.from("hello, I am no xz")), "malformed");
  assert.equal(code(xz(text(100), "--x86", "--lzma2")), "unsupported");
  assert.equal(code(xz(text(100), "--lzma2=dict=128MiB")), "limit-exceeded");
  for (let end = 1; end < sound.length; end += 37)
    assert.notEqual(code(sound.subarray(0, end)), "read", `${end}`);
});

test("unxz() ends on damaged bytes, with an error of its own or other bytes", { skip }, () => {
  const sound = xz(mixed.subarray(0, 20_000));
  fc.assert(
    fc.property(fc.nat(sound.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const bytes = Buffer.from(sound);
      bytes[at] = (bytes[at] ?? 0) ^ change;
      try {
        let size = 0;
        for (const chunk of unxz(bytes)) size += chunk.length;
        return size < 2 ** 24;
      } catch (thrown) {
        return codeOf(thrown) !== "internal";
      }
    }),
    { numRuns: 300 },
  );
});

test("unxz() takes no memory and little time for each of many empty blocks", () => {
  const header = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 0, 0, 0, 0, 0];
  // A dictionary of 64 MiB, and a chunk that ends the block at once.
  const block = [2, 0, 0x21, 1, 28, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
  const bytes = Uint8Array.from([...header, ...Array.from({ length: 20_000 }, () => block).flat()]);
  const start = process.cpuUsage();
  assert.throws(() => whole(bytes), { code: "truncated" });
  const { user, system } = process.cpuUsage(start);
  assert.ok(user + system < 3_000_000, `${user + system} µs`);
});
