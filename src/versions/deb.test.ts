import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { needs } from "../../tests/support/needs.ts";
import {
  answersOf,
  asLines,
  assertAgrees,
  assertOrdered,
  assertRows,
  randomPairs,
  slottedPairs,
} from "../../tests/support/version-pairs.ts";
import { schemes } from "./list.ts";

const pieces = [
  "0",
  "1",
  "01",
  "9",
  "10",
  "007",
  "a",
  "Z",
  "~",
  "+",
  ".",
  "-",
  ":",
  "_",
  "~~",
  "deb12u1",
  "1:",
  "+b1",
];

const slots = [
  ["", "", "0:", "1:", "01:"],
  ["1", "1.0", "1.00", "01", "1~rc1", "1+b1"],
  ["", "", "-0", "-1", "-01", "-1~a"],
];

test("deb orders epochs, tildes, numbers and revisions as Debian policy says", () => {
  assertRows(schemes.deb, [
    ["3.0.11-1~deb12u2", "<", "3.0.11-1"],
    ["1.0~rc1", "<", "1.0"],
    ["1.0", "<", "1.0+b1"],
    ["1.0-1", "<", "1:0.1"],
    ["0:1.0", "=", "1.0"],
    ["1.0", "=", "1.0-0"],
    ["1.2.3", "<", "1.2.10"],
    ["1.0a", "<", "1.0b"],
    ["1.0Z", "<", "1.0a"],
    ["1.0a", "<", "1.0+"],
    ["1.00", "=", "1.0"],
    ["1-2-3", ">", "1-2"],
    ["1.0~~", "<", "1.0~"],
    ["99999999999999999999998", "<", "99999999999999999999999"],
    [" 1.2 ", "=", "1.2"],
    ["+1:2", "=", "1:2"],
  ]);
});

test("deb refuses what dpkg refuses", () => {
  const one = [
    "",
    " ",
    "1:",
    ":1",
    "1-",
    "1:-1",
    "a:1",
    "0x1:1",
    "2147483648:1",
    "1 2",
    "-1:1",
    "1\n2",
    "1.0é",
    "abc",
    "v1.0",
    "~1",
    "1:abc",
    "1_0",
    "1.0-1_2",
    "1.0-1:2",
    "1.0/2",
  ];
  assertRows(
    schemes.deb,
    one.map((text) => [text, "undecided", "1"] as const),
  );
});

test("deb agrees with dpkg --validate-version and --compare-versions", { skip: needs("dpkg", "sh") }, () => {
  const pairs = [...randomPairs(pieces, 6, 300), ...slottedPairs(slots, 500)].filter((pair) =>
    pair.every((text) => !text.startsWith("-")),
  );
  const script = `while IFS="$(printf '\\t')" read -r a b; do
    if ! dpkg --validate-version "$a" 2>/dev/null || ! dpkg --validate-version "$b" 2>/dev/null; then echo undecided
    elif dpkg --compare-versions "$a" lt "$b"; then echo '<'
    elif dpkg --compare-versions "$a" eq "$b"; then echo '='; else echo '>'; fi; done`;
  const output = execFileSync("sh", ["-c", script], { input: asLines(pairs), encoding: "utf8" });
  assertAgrees(schemes.deb, pairs, answersOf(output));
});

test("deb is an order", () => {
  assertOrdered(schemes.deb, randomPairs(pieces, 5, 30, 7).flat());
});
