import assert from "node:assert/strict";
import { test } from "node:test";
import { codeOf } from "../core/errors.ts";
import { decodeMessage, encodeMessage } from "./protobuf.ts";

// Bytes of the encoding guide, https://protobuf.dev/programming-guides/encoding/.
test("decodeMessage() reads the guide's examples", () => {
  assert.equal(decodeMessage(Buffer.from("089601", "hex")).number(1), 150);
  assert.equal(decodeMessage(Buffer.from("120774657374696e67", "hex")).text(2), "testing");
  assert.equal(decodeMessage(Buffer.from("1a03089601", "hex")).message(3).number(1), 150);
});

test("decodeMessage() passes over fixed-width fields and takes the last of a scalar", () => {
  const message = decodeMessage(Buffer.from("0900000000000000000d000000001005100a", "hex"));
  assert.equal(message.number(2), 10);
  assert.equal(message.text(7), "");
  assert.equal(message.number(1), 0);
});

test("decodeMessage() reads a map, __proto__ among its keys", () => {
  const entry = (key: string, value: string): Buffer => {
    const pair = encodeMessage({ 1: key, 2: value });
    return Buffer.concat([Uint8Array.of(0x2a, pair.length), pair]);
  };
  const map = decodeMessage(Buffer.concat([entry("a", "1"), entry("__proto__", "2")])).map(5);
  assert.deepEqual(Object.entries(map), [
    ["a", "1"],
    ["__proto__", "2"],
  ]);
});

test("encodeMessage() writes what decodeMessage() reads", () => {
  const message = decodeMessage(encodeMessage({ 1: "é", 2: 0, 3: "", 4: 2 ** 40 + 1, 16: "x".repeat(300) }));
  assert.equal(message.text(1), "é");
  assert.equal(message.number(2), 0);
  assert.equal(message.number(4), 2 ** 40 + 1);
  assert.equal(message.text(16), "x".repeat(300));
});

const hostile: readonly [what: string, hex: string][] = [
  ["a number that breaks off", "0896"],
  ["a number without end", `08${"ff".repeat(11)}`],
  ["a length beyond the message", "12ff7461"],
  ["a length of 2^63", "12ffffffffffffffff7f"],
  ["a fixed field that breaks off", "0d0000"],
  ["a group", "0b"],
  ["an unknown wire type", "0f"],
];
for (const [what, hex] of hostile)
  test(`decodeMessage() refuses ${what}`, () =>
    assert.throws(
      () => decodeMessage(Buffer.from(hex, "hex")),
      (thrown) => codeOf(thrown) === "malformed",
    ));

test("decodeMessage() refuses more fields than any message has", () => {
  assert.throws(() => decodeMessage(Buffer.alloc(400_000, Uint8Array.of(8, 1))), /more than 100000 fields/);
});
