import assert from "node:assert/strict";
import { test } from "node:test";
import {
  count,
  isRecord,
  list,
  optionalRecord,
  optionalText,
  parseJson,
  record,
  text,
  textList,
  textMap,
} from "./shape.ts";

const refused: readonly (readonly [what: string, run: () => unknown, message: RegExp])[] = [
  ["text() a number", () => text(1, "a.b"), /^read a\.b: expected a string, found number$/u],
  ["text() null", () => text(null, "x"), /found null$/u],
  ["optionalText() an array", () => optionalText([], "x"), /found an array$/u],
  ["record() an array", () => record([], "x"), /expected an object, found an array$/u],
  ["optionalRecord() a string", () => optionalRecord("", "x"), /found string$/u],
  ["count() a fraction", () => count(1.5, "x"), /whole number, found number$/u],
  ["count() a negative number", () => count(-1, "x"), /whole number/u],
  ["count() more than a double holds exactly", () => count(2 ** 53, "x"), /whole number/u],
  ["count() infinity", () => count(Infinity, "x"), /whole number/u],
  ["list() an object", () => list({ length: 1 }, "x"), /expected an array, found object$/u],
  ["textList() a number inside", () => textList(["a", 1], "x"), /^read x\[1\]: expected a string/u],
  ["textMap() a number inside", () => textMap({ a: 1 }, "x"), /^read x\.a: expected a string/u],
  ["parseJson() a cut document", () => parseJson('{"a":', "m.json"), /^parse m\.json: not valid JSON$/u],
];

for (const [what, run, message] of refused)
  test(`${what} is refused as malformed`, () => assert.throws(run, { code: "malformed", message }));

test("the optional readers answer undefined or empty for what is absent", () => {
  for (const absent of [undefined, null]) {
    assert.equal(optionalText(absent, "x"), undefined);
    assert.equal(optionalRecord(absent, "x"), undefined);
    assert.deepEqual([list(absent, "x"), textList(absent, "x"), textMap(absent, "x")], [[], [], {}]);
  }
});

test("textMap() keeps __proto__ as a key of its own", () => {
  const read = textMap(parseJson('{"__proto__":"x","a":"y"}', "x"), "x");
  assert.deepEqual(Object.keys(read), ["__proto__", "a"]);
  assert.equal(Object.getPrototypeOf(read), Object.prototype);
});

test("isRecord() takes objects only", () => {
  assert.deepEqual([{}, [], null, "", 1].map(isRecord), [true, false, false, false, false]);
});
