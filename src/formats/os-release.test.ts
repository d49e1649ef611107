import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { garbage } from "../../tests/support/hostile.ts";
import { needs } from "../../tests/support/needs.ts";
import { scratch, tool } from "../../tests/support/scratch.ts";
import { readAssignments } from "./os-release.ts";

// Each is read by a shell as well: it is the definition of the format.
const lines: readonly (readonly [line: string, value: string])[] = [
  ["X=debian", "debian"],
  ["X=", ""],
  ['X="12"', "12"],
  ["X='12'", "12"],
  ['X=""', ""],
  ['X="Debian GNU/Linux 12 (bookworm)"', "Debian GNU/Linux 12 (bookworm)"],
  ['X="a \\"b\\" \\$c \\`d\\` \\\\e"', 'a "b" $c `d` \\e'],
  ['X="a\\nb"', "a\\nb"],
  ["X='a\\b\"c'", 'a\\b"c'],
  ["X=a\\ b", "a b"],
  ['X=\\"a\\"', '"a"'],
  ["X=a\"b c\"'d e'f", "ab cd ef"],
  ["X=a # comment", "a"],
  ["X=a#b", "a#b"],
  ["  X=a", "a"],
  ["export X=a", "a"],
  ["X=a\nX=b", "b"],
  ["# X=b\nX=a\n#X=c", "a"],
  ['X="a\nb"\nY=2', "a\nb"],
  ['X="a\\\nb"', "ab"],
  ["X=a\\\nb", "ab"],
  ['X="ä€"', "ä€"],
];

for (const [line, value] of lines)
  test(`readAssignments() reads ${JSON.stringify(line)}`, () => {
    assert.equal(readAssignments(`${line}\n`).get("X"), value);
    assert.equal(readAssignments(line).get("X"), value);
  });

test("readAssignments() reads as sh does", { skip: needs("sh") }, async () => {
  const directory = scratch("os-release");
  const script: string[] = [];
  for (const [index, [line]] of lines.entries()) {
    writeFileSync(join(directory, `${index}`), `${line}\n`);
    script.push(`(X=none; . ./${index}; printf '%s\\0' "$X")`);
  }
  const answers = (await tool("sh", ["-c", script.join("\n")], { cwd: directory })).split("\0").slice(0, -1);
  assert.deepEqual(
    answers,
    lines.map(([, value]) => value),
  );
});

test("readAssignments() ends a quote that nobody closes with its line", () => {
  assert.deepEqual(
    [...readAssignments('ID="debian\nVERSION_ID=12\n')],
    [
      ["ID", "debian"],
      ["VERSION_ID", "12"],
    ],
  );
});

test("readAssignments() takes a byte order mark and CRLF", () => {
  assert.deepEqual(
    [...readAssignments('\u{feff}ID=a\r\nNAME="b"\r\n')],
    [
      ["ID", "a"],
      ["NAME", "b"],
    ],
  );
});

test("readAssignments() passes over what assigns nothing", () => {
  const text = "nonsense\n=x\n1A=x\nA B=x\nA =x\n$(touch x)\nB=y\n";
  assert.deepEqual([...readAssignments(text)], [["B", "y"]]);
});

test("readAssignments() survives hostile text", () => {
  for (const bytes of garbage) readAssignments(Buffer.from(bytes).toString());
  assert.equal(readAssignments('A="\\"\n'.repeat(5000)).size, 1);
  assert.equal(readAssignments("A='\nB=\"\n".repeat(5000)).size > 0, true);
});
