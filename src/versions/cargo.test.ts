import { test } from "node:test";
import { assertOrdered, assertRows, randomPairs } from "../../tests/support/version-pairs.ts";
import { schemes } from "./list.ts";

test("cargo orders by strict Semantic Versioning", () => {
  assertRows(schemes.cargo, [
    ["1.0.0-alpha.1", "<", "1.0.0-alpha.2"],
    ["1.0.0-rc.9", "<", "1.0.0-rc.10"],
    ["1.0.0-rc.10", "<", "1.0.0"],
    ["0.9.9", "<", "0.10.0"],
    ["0.9.0+openssl-1.1", "=", "0.9.0+openssl-3"],
    ["18446744073709551614.0.0", "<", "18446744073709551615.0.0"],
  ]);
});

test("cargo refuses what the semver crate refuses", () => {
  const bad = [
    "",
    "v1.0.0",
    " 1.0.0",
    "1.0",
    "1",
    "01.0.0",
    "1.0.0-",
    "1.0.0-01",
    "1.0.0+",
    "18446744073709551616.0.0",
  ];
  assertRows(
    schemes.cargo,
    bad.map((text) => [text, "undecided", "1.0.0"] as const),
  );
});

test("cargo is an order", () => {
  const pieces = ["0", "1", "10", "0.0.1", "1.0.0", ".", "-", "-rc.1", "-0", "+b", "a"];
  assertOrdered(schemes.cargo, randomPairs(pieces, 4, 300, 7).flat());
});
