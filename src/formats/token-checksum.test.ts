import assert from "node:assert/strict";
import { test } from "node:test";
import { base36Checksum, base62Checksum, bech32Checksum, hexChecksum, isBech32 } from "./token-checksum.ts";

// Made by the services themselves: a revoked token of GitHub's and one of npm's that were published as samples, cut in parts.
test("base62Checksum() is what GitHub and npm write", () => {
  assert.equal(base62Checksum("zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ"), "0mLq17");
  assert.equal(base62Checksum("qkJaB6MffYVzZXWqmcoF49yrUxP3wf"), "0LsakP");
  assert.equal(base62Checksum(""), "000000");
});

// From the tests of Grafana.
test("hexChecksum() is what Grafana writes", () => {
  assert.equal(hexChecksum(["glsa", "iNValIdinValiDinvalidinvalidinva"].join("_")), "5b582697");
});

test("base36Checksum() is a CRC-32 in seven digits", () => {
  assert.equal(base36Checksum("123456789"), (0xcbf43926).toString(36).padStart(7, "0"));
  assert.equal(base36Checksum(""), "0000000");
});

// Strings of BIP 173.
const rows: readonly (readonly [text: string, holds: boolean])[] = [
  ["A12UEL5L", true],
  ["a12uel5l", true],
  ["abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw", true],
  ["split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w", true],
  ["split1checkupstagehandshakeupstreamerranterredcaperred2y9e3x", false],
  ["A12uEL5L", false],
  ["10a06t8", false],
  ["", false],
  ["1", false],
  ["a1b", false],
  ["a".repeat(5000), false],
];
for (const [text, holds] of rows)
  test(`isBech32() says ${holds} of "${text.slice(0, 70)}"`, () => assert.equal(isBech32(text), holds));

test("bech32Checksum() ends what isBech32() accepts", () => {
  assert.equal(bech32Checksum("abcdef", "qpzry9x8gf2tvdw0s3jn54khce6mua7l"), "mqqqxw");
});
