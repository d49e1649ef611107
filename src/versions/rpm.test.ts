import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { needs } from "../../tests/support/needs.ts";
import {
  answersOf,
  asLines,
  assertAgrees,
  assertOrdered,
  assertRows,
  type Pair,
  randomPairs,
} from "../../tests/support/version-pairs.ts";
import { schemes } from "./list.ts";

const pieces = [
  "0",
  "1",
  "01",
  "9",
  "10",
  "a",
  "Z",
  "ab",
  "~",
  "^",
  ".",
  "_",
  "+",
  "-",
  "el9",
  "git1",
  "1:",
  "..",
  "0:",
];

test("rpm orders epochs, tildes, carets and releases as rpm-version(7) says", () => {
  assertRows(schemes.rpm, [
    ["1.0~rc1", "<", "1.0"],
    ["1.0", "<", "1.0^git1"],
    ["1.0^git1", "<", "1.0.1"],
    ["1.0^git1~pre", "<", "1.0^git1"],
    ["1.0-1.el9", "<", "1.0-2.el9"],
    ["1.0-1", ">", "1.0"],
    ["1:0.1-1", ">", "9-1"],
    ["0:1.0-1", "=", "1.0-1"],
    ["1.0010", "=", "1.10"],
    ["1.a", "<", "1.1"],
    ["1.0.a", ">", "1.0"],
    ["1_0", "=", "1.0"],
    ["1.0.", "=", "1.0"],
    ["FC5", "<", "fc4"],
    ["2.0.1a", ">", "2.0.1"],
    ["123456789012345678901234567890", "<", "123456789012345678901234567891"],
    ["3.0.7-24.el9", "<", "1:3.0.7-25.el9"],
  ]);
});

test("rpm refuses empty versions, white space and what is not ASCII", () => {
  const bad = ["", " ", "1 2", "1.0é", "1:", "-1", "1\t", "1".repeat(5000)];
  assertRows(
    schemes.rpm,
    bad.map((text) => [text, "undecided", "1"] as const),
  );
});

test("rpm agrees with rpm.vercmp", { skip: needs("rpm") }, () => {
  const pairs = randomPairs(pieces, 6, 5000).filter((pair) => pair.every((text) => schemes.rpm.valid(text)));
  assertAgrees(schemes.rpm, pairs, askRpm(pairs));
});

test("rpm is an order", () => {
  assertOrdered(schemes.rpm, randomPairs(pieces, 5, 30, 7).flat());
});

function askRpm(pairs: readonly Pair[]): readonly string[] {
  const directory = mkdtempSync(join(tmpdir(), "rpm-versions-"));
  try {
    const file = join(directory, "pairs");
    writeFileSync(file, asLines(pairs));
    const script = `for line in io.lines("${file}") do
      local a, b = line:match("^(.-)\\t(.*)$")
      local result = rpm.vercmp(a, b)
      print((result < 0 and "<" or result > 0 and ">" or "=") .. "\\n")
    end`;
    return answersOf(execFileSync("rpm", ["--eval", `%{lua:${script}}`], { encoding: "utf8" }));
  } finally {
    rmSync(directory, { recursive: true });
  }
}
