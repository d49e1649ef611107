import assert from "node:assert/strict";
import { test } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";
import { file } from "../../tests/support/image.ts";
import { dayOfSeconds, type Offers, readApkOffers, readDebOffers } from "./package-list.ts";
import { writeTar } from "./tar-write.ts";

const question = (...names: readonly string[]) => ({
  names: new Set(names),
  architecture: "amd64",
  what: "list",
});
const bounds = { bytes: 10_000, line: 1000 };

// Seven bytes at a time: no line comes whole.
async function* streamed(content: Uint8Array | string): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(content);
  for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
}

const shown = (offers: Offers) =>
  [...offers].map(
    ([name, all]) =>
      `${name} ${all.map(({ version, source, built }) => [version, source.name, source.version, built].join("/")).join()}`,
  );

const stanza = (name: string, version: string, arch = "amd64", more = "") =>
  `Package: ${name}\nArchitecture: ${arch}\n${more}Version: ${version}\nDescription: x\n Package: no\n\n`;

const debs: readonly (readonly [why: string, text: string, found: readonly string[]])[] = [
  ["one of two", stanza("a", "1") + stanza("b", "1"), ["a 1/a/1/"]],
  ["two versions", stanza("a", "1") + stanza("a", "2", "all") + stanza("a", "2"), ["a 1/a/1/,2/a/2/"]],
  ["another architecture's", stanza("a", "1", "arm64"), []],
  ["a source", stanza("a", "1+b1", "amd64", "Source: s (1)\n"), ["a 1+b1/s/1/"]],
  ["a source of the same version", stanza("a", "1", "amd64", "Source: s\n"), ["a 1/s/1/"]],
  ["no last line feed", stanza("a", "1").trimEnd(), ["a 1/a/1/"]],
  ["lines that end as on Windows", stanza("a", "1").replaceAll("\n", "\r\n"), ["a 1/a/1/"]],
  ["nothing", "", []],
];
for (const [why, text, found] of debs)
  test(`readDebOffers() finds ${found.join() || "nothing"} in a list with ${why}`, async () => {
    assert.deepEqual(shown(await readDebOffers(streamed(text), question("a"))), found);
  });

const hostile: readonly (readonly [why: string, text: string, code: string])[] = [
  ["a web page", "<html>\n<body>\n", "malformed"],
  ["a line without end", "x".repeat(2000), "limit-exceeded"],
  ["too many bytes", stanza("a", "1").repeat(500), "limit-exceeded"],
];
for (const [why, text, code] of hostile)
  test(`readDebOffers() refuses ${why}`, async () => {
    await assert.rejects(readDebOffers(streamed(text), question("a"), bounds), { code });
  });

test("readDebOffers() refuses more versions of a package than any repository keeps, and takes no time to find out", async () => {
  const blocks = Array.from(
    { length: 200_000 },
    (_, at) => `Package: a\nArchitecture: all\nVersion: ${at}\n\n`,
  );
  async function* whole(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(blocks.join(""));
  }
  const start = process.cpuUsage();
  await assert.rejects(readDebOffers(whole(), question("a")), { code: "limit-exceeded" });
  const { user } = process.cpuUsage(start);
  assert.ok(user < 1_000_000, `${user} µs`);
});

const record = "C:Q1x=\nP:a\nV:1.2-r3\nA:amd64\nS:1\no:origin\nt:1700000000\nD:so:x\n\nP:b\nV:1\nA:amd64\n\n";
// As `apk index` and `abuild-sign` leave it: a tar without its end for the signature, in a gzip member of its own.
const signature = writeTar([file(".SIGN.RSA.key.pub", "signature")]);
const apkIndex = (content: string, name = "APKINDEX") =>
  Buffer.concat([
    gzipSync(signature.subarray(0, signature.length - 1024)),
    gzipSync(writeTar([file("DESCRIPTION", "v3.18"), file(name, content)])),
  ]);

test("readApkOffers() reads the list behind its signature", async () => {
  const found = await readApkOffers(streamed(gunzipSync(apkIndex(record))), question("a"));
  assert.deepEqual(shown(found), ["a 1.2-r3/origin/1.2-r3/2023-11-14"]);
});

test("readApkOffers() refuses what is no list", async () => {
  const ask = (content: Uint8Array) => readApkOffers(streamed(content), question("a"), bounds);
  await assert.rejects(ask(gunzipSync(apkIndex(record, "OTHER"))), { code: "malformed" });
  await assert.rejects(ask(gunzipSync(apkIndex("no list\n"))), { code: "malformed" });
  await assert.rejects(ask(Buffer.from("<html>".repeat(200))), { code: "malformed" });
  const whole = gunzipSync(apkIndex(record));
  await assert.rejects(ask(whole.subarray(0, signature.length + 100)), { code: "truncated" });
});

test("dayOfSeconds() answers nothing for what is no time", () => {
  assert.deepEqual(["", "0", "-1", "x", "1e9", "99999999999"].map(dayOfSeconds), [
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
    "5138-11-16",
  ]);
});
