import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { assert as check, dictionary, jsonValue, property, string } from "fast-check";
import type { RandomAccess } from "../core/plugin.ts";
import { objectMembers } from "./big-json.ts";

function access(text: string | Uint8Array): RandomAccess {
  const bytes = Buffer.from(text);
  return { size: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) };
}

function parsed(text: string): Record<string, unknown> {
  const members = [...objectMembers(access(text))];
  return Object.fromEntries(
    members.map(({ key, value }) => [key, JSON.parse(Buffer.from(value).toString())]),
  );
}

describe("objectMembers()", () => {
  const rows = [
    "{}",
    " \n{ \t} \r\n",
    '{"a":1}',
    '{ "a" : [1,{"b":"}],{"}] , "c" : "\\"}," , "" : null }',
    '{"k\\":,{\\u00e9":{"a":{"b":[[]]}},"ünï":"☃"}',
  ];
  for (const text of rows)
    it(`splits ${JSON.stringify(text)}`, () => assert.deepEqual(parsed(text), JSON.parse(text)));

  it("splits members that lie across chunks", () => {
    const value = { first: "x".repeat((1 << 20) - 12), second: 'y\\"'.repeat(1 << 19), third: 3 };
    assert.deepEqual(parsed(JSON.stringify(value)), value);
  });

  it("agrees with JSON.parse for every object", () => {
    check(
      property(
        dictionary(
          string().filter((key) => key !== "__proto__"),
          jsonValue(),
        ),
        (value) => {
          const text = JSON.stringify(value, undefined, 2);
          assert.deepEqual(parsed(text), JSON.parse(text));
        },
      ),
    );
  });

  const hostile: readonly [string, string, RegExp][] = [
    ["", "malformed", /does not begin/],
    ["[1]", "malformed", /does not begin/],
    ["{", "truncated", /ends inside/],
    ['{"a"', "truncated", /ends inside/],
    ['{"a":1', "truncated", /ends inside/],
    ['{"a":"b', "truncated", /ends inside/],
    ['{"a":[1}', "truncated", /ends inside/],
    ['{"a":1}{}', "malformed", /follows/],
    ['{"a"}', "malformed", /no value/],
    ['{"a",}', "malformed", /no value/],
    ["{1:2}", "malformed", /not a string/],
    ["{a:2}", "malformed", /not a string/],
    ['{"a":1,}', "malformed", /no value/],
  ];
  for (const [text, code, message] of hostile)
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => [...objectMembers(access(text))], { code, message });
    });

  it("never yields a member of a document that is cut off", () => {
    const whole = '{"a":{"b":"c"},"d":[1,2]}';
    for (let length = 0; length < whole.length; length++)
      assert.throws(() => [...objectMembers(access(whole.slice(0, length)))], { name: "SeaworthyError" });
  });

  it("refuses a member over 64 MiB without reading it whole", () => {
    const endless: RandomAccess = {
      size: 1e12,
      read: (offset, length) => Buffer.alloc(length, offset === 0 ? '{"a":"' : "x"),
    };
    assert.throws(() => [...objectMembers(endless)], { code: "limit-exceeded" });
  });
});
