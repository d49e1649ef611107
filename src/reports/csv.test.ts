import assert from "node:assert/strict";
import { test } from "node:test";
import { csvCell } from "./csv.ts";

test("csvCell() tames what a spreadsheet takes for a formula, in full width, too", () => {
  const rows = [
    ["=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"],
    ["＝1+1", "'＝1+1"],
    ["@SUM(1)", "'@SUM(1)"],
    ["a=1", "a=1"],
    ['a,"b"', '"a,""b"""'],
  ] as const;
  for (const [text, cell] of rows) assert.equal(csvCell(text), cell);
});
