import assert from "node:assert/strict";
import { test } from "node:test";
import { type LintConfig, readLintConfig } from "./lint-config.ts";
import { lintEnvironment } from "./lint-environment.ts";

const file =
  "ignored: [DL3003]\noverride: {style: [DL3059]}\nfailure-threshold: error\ntrustedRegistries: [a.io]\nlabel-schema: {a: url}\n";

function read(env: Readonly<Record<string, string>>, text = file): LintConfig {
  return readLintConfig(text, ".hadolint.yaml", lintEnvironment(env));
}

const rows: readonly (readonly [
  env: Readonly<Record<string, string>>,
  part: (config: LintConfig) => unknown,
  expected: unknown,
])[] = [
  [{}, (config) => config, readLintConfig(file, ".hadolint.yaml")],
  [
    { HADOLINT_IGNORE: "DL3004, SC1000,," },
    ({ passedOver }) => passedOver.map(({ code, by }) => `${code} by ${by}`),
    ["DL3004 by HADOLINT_IGNORE", "SC1000 by HADOLINT_IGNORE", "DL3003 by .hadolint.yaml"],
  ],
  [
    { HADOLINT_OVERRIDE_STYLE: "DL1,DL2", HADOLINT_OVERRIDE_ERROR: "DL1", HADOLINT_OVERRIDE_INFO: "DL3059" },
    ({ severities }) => Object.fromEntries(severities),
    { DL1: "high", DL2: "negligible", DL3059: "low" },
  ],
  [{ HADOLINT_FAILURE_THRESHOLD: "style" }, ({ failOn }) => failOn, "high"],
  [{ HADOLINT_NOFAIL: "Yes" }, ({ noFail }) => noFail, true],
  [{ HADOLINT_NOFAIL: "0" }, ({ noFail }) => noFail, false],
  [
    { HADOLINT_TRUSTED_REGISTRIES: "b.io,*.c" },
    ({ rules }) => rules.trustedRegistries,
    ["b.io", "*.c", "a.io"],
  ],
  [
    { HADOLINT_REQUIRE_LABELS: "b:text,a:semver" },
    ({ rules }) => Object.fromEntries(rules.labels),
    { b: "text", a: "url" },
  ],
  [{ HADOLINT_STRICT_LABELS: "on" }, ({ rules }) => rules.strictLabels, true],
  [{ HADOLINT_DISABLE_IGNORE_PRAGMA: "1" }, ({ comments }) => comments, false],
];

for (const [env, part, expected] of rows)
  test(`lintEnvironment() asks ${JSON.stringify(env)}, to which the file is added`, () => {
    assert.deepEqual(part(read(env)), expected);
  });

test("lintEnvironment() gives way to what the file says, as Hadolint's does", () => {
  const on = { HADOLINT_NOFAIL: "1", HADOLINT_STRICT_LABELS: "1", HADOLINT_FAILURE_THRESHOLD: "style" };
  const { noFail, rules, failOn } = read(on, "no-fail: false\nstrict-labels: false\n");
  assert.deepEqual([noFail, rules.strictLabels, failOn], [false, false, "negligible"]);
});

test("lintEnvironment() refuses what is none of the words", () => {
  for (const [env, message] of [
    [
      { HADOLINT_FAILURE_THRESHOLD: "bad" },
      /HADOLINT_FAILURE_THRESHOLD: expected one of error.*, found "bad"/,
    ],
    [{ HADOLINT_FAILURE_THRESHOLD: "toString" }, /found "toString"/],
    [{ HADOLINT_REQUIRE_LABELS: "a:b" }, /HADOLINT_REQUIRE_LABELS: expected NAME:TYPE.*, found "a:b"/],
    [{ HADOLINT_REQUIRE_LABELS: "text" }, /found "text"/],
  ] as const)
    assert.throws(() => lintEnvironment(env), message);
});
