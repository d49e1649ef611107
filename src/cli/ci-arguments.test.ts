import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { codeOf } from "../core/errors.ts";
import { ciArguments } from "./ci-arguments.ts";

describe("ciArguments()", () => {
  const rows: readonly (readonly [args: readonly string[], scan: readonly string[]])[] = [
    [["a:1"], ["a:1"]],
    [
      ["--output-dir", "x", "--fail-on", "low", "a:1"],
      ["--fail-on", "low", "a:1"],
    ],
    [
      ["--cache-dir=x", "-f", "csv=y", "--no-lint", "--", "--output-dir"],
      ["-f", "csv=y", "--", "--output-dir"],
    ],
    [
      ["k8s", "--no-alert", "deploy", "--values", "v.yaml"],
      ["k8s", "deploy", "--values", "v.yaml"],
    ],
    [
      ["--dockerfile", "D", "--today=2026-01-01", "--db", "d", "a:1"],
      ["--dockerfile", "D", "--today=2026-01-01", "--db", "d", "a:1"],
    ],
  ];
  for (const [args, scan] of rows)
    test(`leaves scan's own: ${args.join(" ")}`, () => assert.deepEqual(ciArguments(args, {}).scan, scan));

  test("knows what scan's options say", () => {
    const given = ciArguments(["--dockerfile", "D", "--db=d", "--output-dir=x//", "a:1"], {
      SEAWORTHY_CI: "tekton",
    });
    assert.deepEqual(
      [given.dockerfile, given.updateDatabase, given.outputDir, given.system],
      ["D", false, "x", "tekton"],
    );
    assert.equal(ciArguments(["a:1", "--output-dir", "/"], {}).outputDir, "/");
  });

  for (const args of [
    [],
    ["--system", "x", "a"],
    ["--cache-dir=", "a"],
    ["--no-lint=yes", "a"],
    ["a", "--output-dir"],
  ])
    test(`refuses "${args.join(" ")}"`, () =>
      assert.throws(
        () => ciArguments(args, {}),
        (thrown) => codeOf(thrown) === "usage",
      ));
});
