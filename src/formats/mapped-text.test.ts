import assert from "node:assert/strict";
import { test } from "node:test";
import { array, assert as holds, integer, property, string } from "fast-check";
import { joinMapped, mapSlice, placeOf, placesOf, sliceMapped, spanOf, trimMapped } from "./mapped-text.ts";

test("joinMapped() and sliceMapped() keep each character's place whatever is cut", () => {
  holds(
    property(
      string({ maxLength: 40 }),
      array(integer({ min: 0, max: 40 }), { maxLength: 8 }),
      integer({ min: 0, max: 40 }),
      (file, cuts, from) => {
        const ordered = cuts.map((cut) => Math.min(cut, file.length)).toSorted((a, b) => a - b);
        const parts = ordered.flatMap((start, at) =>
          at % 2 === 0 ? [mapSlice(file, { start, end: ordered[at + 1] ?? file.length })] : [],
        );
        const joined = joinMapped(parts);
        const cut = trimMapped(sliceMapped(joined, Math.min(from, joined.text.length)));
        for (let at = 0; at < cut.text.length; at += 1) assert.equal(file[placeOf(cut, at)], cut.text[at]);
      },
    ),
  );
});

test("spanOf() ends behind the last character, not at the next line's first", () => {
  const file = "ab \\\n  cd";
  const joined = joinMapped([mapSlice(file, { start: 0, end: 3 }), mapSlice(file, { start: 5, end: 9 })]);
  assert.equal(joined.text, "ab   cd");
  assert.deepEqual(spanOf(joined, 0, 3), { start: 0, end: 3 });
  assert.deepEqual(spanOf(joined, 5), { start: 7, end: 9 });
});

test("placesOf() counts lines and columns from 1", () => {
  const place = placesOf("a\r\nbc\n\nd");
  const rows = [
    [0, 1, 1],
    [3, 2, 1],
    [5, 2, 3],
    [6, 3, 1],
    [7, 4, 1],
    [8, 4, 2],
  ] as const;
  for (const [offset, line, column] of rows) assert.deepEqual(place(offset), { line, column });
});
