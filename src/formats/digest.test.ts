import assert from "node:assert/strict";
import { test } from "node:test";
import { createDigester } from "./digest.ts";

// FIPS 180-4, and the digest of no bytes that every registry knows.
for (const [parts, digest] of [
  [[], "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
  [["abc"], "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
  [["a", "", "bc"], "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
] as const)
  test(`createDigester() of ${JSON.stringify(parts)}`, () => {
    const digester = createDigester();
    for (const part of parts) digester.update(Buffer.from(part));
    assert.equal(digester.finish(), digest);
  });
