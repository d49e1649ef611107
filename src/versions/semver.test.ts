import assert from "node:assert/strict";
import { test } from "node:test";
import nodeSemver from "semver";
import {
  assertAgrees,
  assertOrdered,
  assertRows,
  randomPairs,
  relation,
} from "../../tests/support/version-pairs.ts";
import { schemes } from "./list.ts";

const pieces =
  "0 1 2 10 01 . . - + a rc beta -1 -rc.1 -0 v 1.0.0 1.0.0 2.1.0 1.2.3 -alpha .x 9007199254740991".split(" ");

test("semver orders pre-releases as semver.org says and leaves build metadata out", () => {
  assertRows(schemes.semver, [
    ["1.0.0-alpha", "<", "1.0.0-alpha.1"],
    ["1.0.0-alpha.1", "<", "1.0.0-alpha.beta"],
    ["1.0.0-beta.2", "<", "1.0.0-beta.11"],
    ["1.0.0-rc.1", "<", "1.0.0"],
    ["1.0.0+a", "=", "1.0.0+b"],
    ["v1.2.3", "=", "1.2.3"],
    [" 1.2.3 ", "=", "1.2.3"],
    ["1.2.10", ">", "1.2.9"],
    ["1.0.0--", "<", "1.0.0-a"],
    ["1.0.0-9007199254740993", ">", "1.0.0-9007199254740992"],
  ]);
});

test("semver refuses what node-semver refuses", () => {
  const bad = [
    "",
    "1",
    "1.2",
    "1.2.3.4",
    "01.2.3",
    "1.2.3-01",
    "1.2.3-",
    "1.2.3-a..b",
    "=1.2.3",
    "vv1.2.3",
    "x",
    "latest",
  ];
  for (const text of [...bad, "9007199254740992.0.0", `1.0.0-${"a".repeat(251)}`]) {
    assert.equal(schemes.semver.valid(text), false, text);
    assert.equal(nodeSemver.valid(text), null, text);
  }
});

test("semver agrees with node-semver", () => {
  const pairs = randomPairs(pieces, 5, 20_000);
  const answers = pairs.map(([a, b]) =>
    relation(
      nodeSemver.valid(a) === null || nodeSemver.valid(b) === null ? undefined : nodeSemver.compare(a, b),
    ),
  );
  assert.ok(answers.filter((answer) => answer !== "undecided").length > 200);
  assertAgrees(schemes.semver, pairs, answers);
});

test("semver is an order", () => {
  assertOrdered(schemes.semver, randomPairs(pieces, 5, 400, 7).flat());
});
