import assert from "node:assert/strict";
import { test } from "node:test";
import { readAptRelease } from "./apt-release.ts";

const sum = "a".repeat(64);
const plain = `Origin: x\nCodename: bookworm\nAcquire-By-Hash: yes\nMD5Sum:\n ${"b".repeat(32)} 1 main/x\nSHA256:\n ${sum}  7 main/binary-amd64/Packages.gz\n`;
const read = (text: string) => readAptRelease(Buffer.from(text), "Release");

test("readAptRelease() reads names, flags and sums", () => {
  assert.deepEqual(read(plain), {
    origin: "x",
    codename: "bookworm",
    notAutomatic: false,
    byHash: true,
    allApart: false,
    files: new Map([["main/binary-amd64/Packages.gz", { sha256: sum, size: 7 }]]),
  });
});

test("readAptRelease() reads through the armour of a signed message", () => {
  const signed = `-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n${plain}-----BEGIN PGP SIGNATURE-----\n\nx\n-----END PGP SIGNATURE-----\n`;
  assert.deepEqual(read(signed), read(plain));
  assert.equal(read(signed.replaceAll("\n", "\r\n")).codename, "bookworm");
});

const hostile: readonly (readonly [why: string, text: string])[] = [
  ["nothing", ""],
  ["no sums", "Codename: x\n"],
  ["a web page", "<html>\n"],
  ["armour without an end", "-----BEGIN PGP SIGNED MESSAGE-----\n\nSHA256:\n"],
  ["a field twice", `${plain}SHA256: x\n`],
];
for (const [why, text] of hostile)
  test(`readAptRelease() refuses ${why}`, () => assert.throws(() => read(text), { code: "malformed" }));

test("readAptRelease() leaves out files that would be outside", () => {
  const text = `SHA256:\n ${sum} 1 ../../x\n ${sum} 1 /etc/x\n ${sum} x y\n ${sum} 1 ok\n`;
  assert.deepEqual([...read(text).files.keys()], ["ok"]);
});

for (const [fields, apart] of [
  ["Architectures: all amd64\n", true],
  ["Architectures: amd64 arm64\n", false],
  ["Architectures: all amd64\nNo-Support-for-Architecture-all: Packages\n", false],
] as const)
  test(`readAptRelease() says that packages for all are ${apart ? "apart" : "in each list"} by ${fields.trim()}`, () => {
    assert.equal(read(fields + plain).allApart, apart);
  });
