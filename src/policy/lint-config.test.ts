import assert from "node:assert/strict";
import { test } from "node:test";
import { array, constantFrom, assert as holds, property, string } from "fast-check";
import { SeaworthyError } from "../core/errors.ts";
import { readLintConfig } from "./lint-config.ts";

test("readLintConfig() reads all of Hadolint's keys", () => {
  const config = readLintConfig(
    `failure-threshold: warning
format: json
no-color: true
ignored:
  - DL3000
  - SC1010 # why
label-schema:
  author: text
  a.b: semver
override:
  error: [DL3001]
  style:
    - DL3002
strict-labels: true
disable-ignore-pragma: true
trustedRegistries: [docker.io, "*.gcr.io"]
`,
    "x.yaml",
  );
  assert.deepEqual(config, {
    source: "x.yaml",
    passedOver: [
      { code: "DL3000", by: "x.yaml" },
      { code: "SC1010", by: "x.yaml" },
    ],
    severities: new Map([
      ["DL3001", "high"],
      ["DL3002", "negligible"],
    ]),
    rules: {
      trustedRegistries: ["docker.io", "*.gcr.io"],
      labels: new Map([
        ["author", "text"],
        ["a.b", "semver"],
      ]),
      strictLabels: true,
    },
    comments: false,
    failOn: "medium",
    noFail: false,
    notes: [],
  });
});

test("readLintConfig() knows the severity that fails", () => {
  const rows = [
    ["", undefined],
    ["failure-threshold: error", "high"],
    ["failure-threshold: info", "low"],
    ["failure-threshold: style", "negligible"],
    ["failure-threshold: none", "negligible"],
    ["no-fail: true\nfailure-threshold: error", "high"],
  ] as const;
  for (const [text, failOn] of rows) assert.equal(readLintConfig(text, "x").failOn, failOn, text);
  assert.deepEqual(
    ["no-fail: true", "no-fail: false", "a: 1"].map((text) => readLintConfig(text, "x").noFail),
    [true, false, false],
  );
  assert.deepEqual(readLintConfig("trustedRegistries: docker.io", "x").rules.trustedRegistries, [
    "docker.io",
  ]);
  assert.deepEqual(readLintConfig("a: 1\nfoo: 2\n", "x").notes, [
    'line 1: the key "a" is not read',
    'line 2: the key "foo" is not read',
  ]);
});

const wrong: readonly (readonly [text: string, message: string])[] = [
  ["- DL3000", "line 1: expected keys with values at the top"],
  ["ignored: DL3000", 'line 1: expected a list of rules for "ignored", found "DL3000"'],
  ["\nignored:\n  - [a]", 'line 3: expected a list of rules, each a text for "ignored", found a list'],
  ["ignored: *a", 'line 1: expected a list of rules for "ignored", found nothing'],
  ["ignored:", 'line 1: expected a list of rules for "ignored", found nothing'],
  [
    "override: [a]",
    'line 1: expected lists of rules under error, warning, info and style for "override", found a list',
  ],
  ["override:\n  fatal: [a]", 'line 2: expected error, warning, info or style, found "fatal"'],
  ["override:\n  error: a", 'line 2: expected a list of rules for "error", found "a"'],
  [
    "label-schema:\n  a: number",
    'line 2: expected one of text, url, rfc3339, spdx, hash, semver, email for "a", found "number"',
  ],
  ["strict-labels: maybe", 'line 1: expected true or false for "strict-labels", found "maybe"'],
  [
    "failure-threshold: 3",
    'line 1: expected one of error, warning, info, style, ignore, none for "failure-threshold", found 3',
  ],
  [
    "trustedRegistries: {a: b}",
    'line 1: expected a list of registries for "trustedRegistries", found keys with values',
  ],
  ["? [a]\n: b", "line 1: expected a word for a key"],
];

for (const [text, message] of wrong)
  test(`readLintConfig() says what is wrong with ${JSON.stringify(text)}`, () => {
    assert.throws(() => readLintConfig(text, "x.yaml"), {
      code: "malformed",
      message: `read x.yaml: ${message}`,
    });
  });

test("readLintConfig() refuses what is no YAML, with its line", () => {
  for (const [text, line] of [
    ["a: [b", 1],
    ["a: b\na: c", 2],
    ["a: 'b", 1],
    ["a:\n\t- b", 2],
  ] as const)
    assert.throws(
      () => readLintConfig(text, "x.yaml"),
      (thrown: unknown) =>
        thrown instanceof SeaworthyError &&
        thrown.message.startsWith(`read x.yaml: line ${line}: expected valid YAML`),
      text,
    );
});

test("readLintConfig() takes hostile text within bounds", () => {
  const parts = [
    "- ",
    "{",
    "[",
    "a: ",
    "&a ",
    "*a\n",
    "? ",
    "!!x ",
    "|\n",
    "'",
    "\t",
    "a: &x [*x]\n",
    "<<: ",
  ];
  for (const part of parts) {
    const before = process.cpuUsage();
    try {
      readLintConfig(part.repeat(2000), "x");
    } catch (thrown) {
      assert.ok(thrown instanceof SeaworthyError, `${part}: ${String(thrown)}`);
    }
    assert.ok(process.cpuUsage(before).user < 4_000_000, part);
  }
  holds(
    property(
      array(constantFrom(...parts, "ignored: ", "override: ", "\n", "a"), { maxLength: 12 }),
      string(),
      (some, more) => {
        try {
          readLintConfig(some.join("") + more, "x");
        } catch (thrown) {
          assert.ok(thrown instanceof SeaworthyError, String(thrown));
        }
      },
    ),
  );
});
