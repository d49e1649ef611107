import { execFileSync, spawnSync } from "node:child_process";
import { test } from "node:test";
import { needs, skipFor } from "../../tests/support/needs.ts";
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
  ..."0 1 01 10 2024 . . - _ a b rc c alpha beta pre preview post rev r dev DEV .dev0 .post1 -1 a1 RC2 1!".split(
    " ",
  ),
  ..."0! v +local +1 +01 +ab.1 .0 .0.0 1.0 1.0 2.1 + ! x".split(" "),
];

test("pep440 orders development, pre-, final, post and local releases", () => {
  assertRows(schemes.pep440, [
    ["1.0.dev456", "<", "1.0a1"],
    ["1.0a1.dev1", "<", "1.0a1"],
    ["1.0a2", "<", "1.0b1"],
    ["1.0b1", "<", "1.0rc1"],
    ["1.0rc1", "<", "1.0"],
    ["1.0", "<", "1.0+abc"],
    ["1.0+abc", "<", "1.0+5"],
    ["1.0+5", "<", "1.0.post0"],
    ["1.0.post1.dev1", "<", "1.0.post1"],
    ["1!0.1", ">", "2024.1"],
    ["1.0", "=", "1"],
    ["v1.0-ALPHA_1", "=", "1a1"],
    ["1.0-1", "=", "1.0.post1"],
    ["1.0.c1", "=", "1.0rc1"],
    ["1.0preview", "=", "1.0rc0"],
    ["1.0+ubuntu-1", "=", "1.0+ubuntu.1"],
    [" 1.0\n", "=", "1.0"],
    ["99999999999999999998", "<", "99999999999999999999"],
  ]);
});

test("pep440 refuses what is no Python version", () => {
  const bad = ["", "a", "1.0.x", "1..0", "1.0+", "1.0+a..b", "1!", "french toast", "1.0-", "1.0 1", "=1.0"];
  assertRows(
    schemes.pep440,
    bad.map((text) => [text, "undecided", "1"] as const),
  );
});

const slots = [
  ["", "", "", "v", "1!", "0!"],
  ["1", "01", "1.0", "1.0.0", "1.1", "1.10"],
  ["", "", "", "a", "b1", "rc", "-alpha.1", "_c_2", "pre", "preview02", ".beta", "A-"],
  ["", "", "", "-1", "post", "-rev1", ".r2", "_POST0"],
  ["", "", "", "dev", "-dev1", ".dev02"],
  ["", "", "", "+1", "+01", "+ab.1", "+ab-01", "+AB_1", "+ab"],
];

const oracle = `import sys, warnings
warnings.simplefilter("ignore")
from pip._vendor.packaging.version import Version, InvalidVersion
def parse(text):
    try: return Version(text)
    except InvalidVersion: return None
for line in sys.stdin.read().split("\\n")[:-1]:
    a, b = map(parse, line.split("\\t"))
    print("undecided" if a is None or b is None else "<" if a < b else ">" if a > b else "=")
`;

test("pep440 agrees with packaging.version", { skip: needsPip() }, () => {
  const pairs = [...randomPairs(pieces, 6, 8000), ...slottedPairs(slots, 8000)];
  const output = execFileSync("python3", ["-c", oracle], { input: asLines(pairs), encoding: "utf8" });
  assertAgrees(schemes.pep440, pairs, answersOf(output));
});

test("pep440 is an order", () => {
  assertOrdered(schemes.pep440, slottedPairs(slots, 40, 7).flat());
});

function needsPip(): false | string {
  const python = needs("python3");
  if (python !== false) return python;
  const pip = spawnSync("python3", ["-c", "import pip._vendor.packaging.version"]);
  return skipFor(pip.status === 0 ? [] : ["pip"]);
}
