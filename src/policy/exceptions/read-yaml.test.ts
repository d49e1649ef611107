import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { file, oneException } from "../../../tests/support/exception-rows.ts";
import { readExceptions } from "./read.ts";

describe("readExceptions() where no schema looks", () => {
  const rows: readonly (readonly [what: string, text: string, message: RegExp])[] = [
    [
      "a key twice",
      `${oneException}    owner: b\n`,
      /line 8, column 5: expected valid YAML: Map keys must be unique/u,
    ],
    [
      "a star in an id",
      oneException.replace(/id: .*/u, 'id: "CVE-2025-*"'),
      /expected one id, or "\*" for any finding/u,
    ],
    [
      "labels without one",
      `${oneException}    scope: { labels: {} }\n`,
      /expected at least one of images, .* for scope/u,
    ],
    [
      "an empty list",
      `${oneException}    scope: { images: [] }\n`,
      /expected a list of texts for images, found an empty list/u,
    ],
    ["what nests", `exceptions: ${"[".repeat(5000)}`, /^[^;]*: expected valid YAML: it is nested too deep$/u],
    ["broken YAML", "exceptions: [\n", /expected valid YAML/u],
    [
      "an end before the beginning",
      oneException.replace("2026-03-01", "2025-03-01"),
      /line 7, column 14: expected a day for expires from created \(2026-01-01\) on/u,
    ],
    [
      "a purl that is none",
      `${oneException}    package: pkg:deb\n`,
      /line 8, column 14: expected a purl or a package's name/u,
    ],
    [
      "a jar without its group",
      `${oneException}    package: pkg:maven/log4j-core\n`,
      /the type maven needs a namespace/u,
    ],
    [
      "a star without quotes",
      `${oneException}    path: **/x\n`,
      /line 8, column 11: expected an anchor before "\*\*\/x", or the text "\*\*\/x" in quotes/u,
    ],
    [
      "a long pattern",
      `${oneException}    path: "${"*a".repeat(600)}"\n`,
      /expected at most 1000 characters for path/u,
    ],
  ];
  for (const [what, text, message] of rows)
    test(`refuses ${what}`, () => assert.throws(() => readExceptions(text, file), message));

  test("takes a file of comments, and one with CRLF and a byte order mark", () => {
    assert.deepEqual(readExceptions("# none yet\n", file), []);
    assert.equal(readExceptions(`\uFEFF${oneException.replaceAll("\n", "\r\n")}`, file).length, 1);
  });
});
