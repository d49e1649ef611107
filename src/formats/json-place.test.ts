import assert from "node:assert/strict";
import { test } from "node:test";
import { assert as check, constantFrom, json, nat, oneof, property, tuple } from "fast-check";
import { jsonFault, jsonPlace } from "./json-place.ts";

const places: readonly (readonly [text: string, path: readonly (string | number)[], place: string])[] = [
  ["1", [], "1:1"],
  [' {"a": 1}', [], "1:2"],
  ['{"a": 1}', ["a"], "1:7"],
  ['{\n  "a": [1,\n   {"b": null}]\n}', ["a", 1, "b"], "3:10"],
  ['{\n  "a": [1,\n   {"b": null}]\n}', ["a", 1, "none"], "3:4"],
  ['{"a": {"b": 1}, "b": 2}', ["b"], "1:22"],
  ['{"a": 1, "a": 2}', ["a"], "1:15"],
  ['[[], {}, "x"]', [2], "1:10"],
  ['{"\\u0061": 1}', ["a"], "1:12"],
];
for (const [text, path, place] of places)
  test(`jsonPlace() finds ${JSON.stringify(path)} of ${JSON.stringify(text)}`, () => {
    const { line, column } = jsonPlace(text, path);
    assert.equal(`${line}:${column}`, place);
  });

const faults: readonly (readonly [text: string, place: string | undefined])[] = [
  ["", "1:1"],
  ["hello", "1:1"],
  ['{"a": 1,}', "1:9"],
  ['{"a" 1}', "1:6"],
  ['{\n"a": 1\n"b": 2}', "3:1"],
  ["[1, 2", "1:6"],
  ["[1] 2", "1:5"],
  ['["a\nb"]', "1:2"],
  ["[01]", "1:3"],
  ["{a: 1}", "1:2"],
  ["[}", "1:2"],
  ["{]", "1:2"],
  ['{"a": [1, {"b": 2.5e3}], "c": "\\n"}', undefined],
];
for (const [text, place] of faults)
  test(`jsonFault() ${place === undefined ? "passes" : "refuses"} ${JSON.stringify(text)}`, () => {
    const found = jsonFault(text);
    assert.equal(found && `${found.line}:${found.column}`, place);
  });

test("jsonFault() passes what JSON.parse reads and refuses what it refuses", () => {
  const broken = tuple(json(), nat(), constantFrom("", ",", "]", "}", '"', "x", "0", ":")).map(
    ([text, at, more]) =>
      text.slice(0, at % (text.length + 1)) + more + text.slice((at % (text.length + 1)) + 1),
  );
  check(
    property(oneof(json(), broken), (text) => {
      let sound = true;
      try {
        JSON.parse(text);
      } catch {
        sound = false;
      }
      assert.equal(jsonFault(text) === undefined, sound, text);
    }),
  );
});

test("jsonFault() and jsonPlace() take what is nested a million deep", () => {
  const deep = "[".repeat(1_000_000);
  assert.deepEqual(jsonFault(deep), { line: 1, column: 1_000_001 });
  assert.deepEqual(jsonPlace(deep, [0, 0]), { line: 1, column: 3 });
});

test("jsonFault() takes a text of twenty million characters", () => {
  const long = "\\n".repeat(10_000_000);
  assert.deepEqual(jsonFault(`["${long}", ]`), { line: 1, column: 20_000_006 });
});
