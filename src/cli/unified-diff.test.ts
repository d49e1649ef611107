import assert from "node:assert/strict";
import { test } from "node:test";
import { array, constantFrom, assert as holds, property } from "fast-check";
import { unifiedDiff } from "./unified-diff.ts";

/** What `patch` makes of it: every line of the old text must be where the hunk says. */
function applied(before: string, diff: string): string {
  const old = before.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const lines = diff.replaceAll("\n\\ No newline at end of file\n", "\0\n").match(/[^\n]*\n/g) ?? [];
  const result: string[] = [];
  let at = 0;
  for (const line of lines.slice(2)) {
    const start = /^@@ -(\d+),(\d+) \+(\d+),(\d+) @@\n$/.exec(line);
    if (start !== null) {
      const from = Number(start[1]) - (start[2] === "0" ? 0 : 1);
      result.push(...old.slice(at, from));
      at = from;
      assert.equal(result.length, Number(start[3]) - (start[4] === "0" ? 0 : 1), line);
      continue;
    }
    const text = line.slice(1).replace("\0\n", "");
    if (line[0] !== "+") assert.equal(old[at], text);
    if (line[0] !== "+") at += 1;
    if (line[0] !== "-") result.push(text);
  }
  return [...result, ...old.slice(at)].join("");
}

test("unifiedDiff() shows changed lines only, with three around them", () => {
  const lines = "abcdefghijklmnopqrst".split("").map((line) => `${line}\n`);
  const now = lines.map((line) => (line === "b\n" ? "B\n" : line === "r\n" ? "r\nR\n" : line));
  assert.equal(
    unifiedDiff("x", lines.join(""), now.join("")),
    "--- x\n+++ x\n@@ -1,5 +1,5 @@\n a\n-b\n+B\n c\n d\n e\n@@ -16,5 +16,6 @@\n p\n q\n r\n+R\n s\n t\n",
  );
  assert.equal(unifiedDiff("x", "a\n", "a\n"), "");
});

test("unifiedDiff() says of any two texts what makes the one of the other", () => {
  const text = array(constantFrom("a", "b", "c", "d", ""), { maxLength: 40 });
  holds(
    property(text, text, constantFrom("", "\n"), (before, after, end) => {
      const old = before.join("\n") + end;
      const now = after.join("\n") + end;
      if (old !== now) assert.equal(applied(old, unifiedDiff("x", old, now)), now);
    }),
    { numRuns: 1000 },
  );
});
