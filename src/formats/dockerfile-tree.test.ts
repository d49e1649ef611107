import assert from "node:assert/strict";
import { test } from "node:test";
import { array, constantFrom, assert as holds, property } from "fast-check";
import { SeaworthyError } from "../core/errors.ts";
import { expandWord } from "./dockerfile-expand.ts";
import { readDockerfile, scriptHeredoc } from "./dockerfile-tree.ts";

// How lines, words, here-documents and stages are cut is compared with BuildKit in tests/journeys/dockerfile-truth.test.ts.

test("readDockerfile() knows where everything stands in the file", () => {
  const file =
    "\uFEFF# escape=`\r\nFROM  x:1 `\r\n  # c\r\n AS b\r\nRUN --mount=type=tmpfs a `\r\n  b\r\nENV c='d e'\r\n";
  const { instructions, comments } = readDockerfile(file);
  const cut = ({ start, end }: { readonly start: number; readonly end: number }) => file.slice(start, end);
  const [from, run, env] = instructions;
  assert.deepEqual(comments.map(cut), ["# escape=`", "  # c"]);
  assert.deepEqual(from?.words.map(cut), ["x:1", "AS", "b"]);
  assert.deepEqual(run?.flags.map(cut), ["--mount=type=tmpfs"]);
  assert.deepEqual(run?.words.map(cut), ["a", "b"]);
  assert.equal(run === undefined ? "" : cut(run), "RUN --mount=type=tmpfs a `\r\n  b");
  assert.deepEqual(
    env?.pairs.map(({ name, value, raw }) => [name, value, raw]),
    [["c", "d e", "'d e'"]],
  );
  assert.deepEqual([from?.line, from?.endLine, run?.line, run?.endLine, env?.line], [2, 4, 5, 6, 7]);
});

test("readDockerfile() tells stages, what they go on from, and bases with defaults put in", () => {
  const { stages } = readDockerfile(
    "ARG T=12 R=debian\nFROM $R:${T:-1}-slim AS Base\nFROM base\nFROM base AS base\nFROM ${U:-alpine}\nFROM $U\n",
  );
  assert.deepEqual(
    stages.map(({ name, base, variableBase, parent }) => [name, base, variableBase, parent]),
    [
      ["base", "debian:12-slim", true, undefined],
      [undefined, "base", false, 0],
      ["base", "base", false, 0],
      [undefined, "alpine", true, undefined],
      [undefined, "", true, undefined],
    ],
  );
});

test("scriptHeredoc() is the script of a RUN that is one here-document", () => {
  const rows = [
    ["RUN <<E\na\nE", "a\n"],
    ["RUN <<-'E'\n\ta\n\tE", "a\n"],
    ["RUN cat <<E\na\nE", undefined],
    ["RUN <<E <<F\nE\nF", undefined],
  ] as const;
  for (const [text, body] of rows) {
    const run = readDockerfile(`FROM x\n${text}\n`).instructions[1];
    assert.equal(run && scriptHeredoc(run)?.body.text, body, text);
  }
});

const expansions: readonly (readonly [raw: string, value: string])[] = [
  ["$a-${a}", "x.y.z-x.y.z"],
  ["'$a' \\$a \"$a\"", "$a $a x.y.z"],
  ["${a:-b}${u:-b}${u-c}${e:-d}${e-d}", "x.y.zbcd"],
  ["${a:+b}${u:+b}${e:+b}${e+b}", "bb"],
  ['${u:-${a}}${u:-"q r"}', "x.y.zq r"],
  ["${a#*.}|${a##*.}|${a%.*}|${a%%.*}", "y.z|z|x.y|x"],
  ["${a#x?}|${a#q}|${a%}", "y.z|x.y.z|x.y.z"],
  ["${a#*}|${a##*}|${a%*}|${a%%*}|${a##*?.}|${a%%.?}", "x.y.z||x.y.z||z|x.y"],
  ["${a/./-}|${a//./-}|${a//./}", "x-y.z|x-y-z|xyz"],
  ["$", "$"],
  ["$u|${u}", "|"],
  ["a\\ b", "a b"],
];

for (const [raw, value] of expansions)
  test(`expandWord() expands ${raw} to ${JSON.stringify(value)}`, () => {
    const values = new Map([
      ["a", "x.y.z"],
      ["e", ""],
    ]);
    assert.equal(expandWord(raw, "\\", (name) => values.get(name)).value, value);
  });

test("expandWord() tells which variables it met, and which had no value", () => {
  const { used, unset } = expandWord("$a ${b:-$c} $d", "\\", (name) => (name === "a" ? "1" : undefined));
  assert.deepEqual(
    [used, unset],
    [
      ["a", "c", "b", "d"],
      ["c", "d"],
    ],
  );
});

test("readDockerfile() takes hostile text within bounds", () => {
  const parts = [
    "\\\n",
    "RUN <<A\n",
    "RUN <<A <<B\nA\n",
    "RUN \\",
    "--a ",
    "$",
    "${a:-",
    "#\n",
    '["',
    "FROM a AS b\n",
    "FROM b\n",
    "ENV a='",
    "ONBUILD ",
    "\r\n",
    "\u0000",
    "\uFEFF",
    "\uD800",
    "# escape=`\n",
    "ARG a=${a:-$a}\n",
  ];
  for (const part of parts)
    for (const text of [part.repeat(9_000), `FROM x\nRUN ${part.repeat(100_000).slice(0, 1_000_000)}`]) {
      const before = process.cpuUsage();
      try {
        readDockerfile(text);
      } catch (thrown) {
        assert.ok(thrown instanceof SeaworthyError && thrown.code === "limit-exceeded", String(thrown));
      }
      const { user } = process.cpuUsage(before);
      assert.ok(user < 4_000_000, `${JSON.stringify(part)} took ${user} µs`);
    }
});

test("readDockerfile() refuses what is too long", () => {
  for (const text of [`FROM x\n${"RUN a\n".repeat(10_001)}`, `FROM x\nRUN ${"a".repeat(1 << 20)}`])
    assert.throws(() => readDockerfile(text), { code: "limit-exceeded" });
});

test("expandWord() and readDockerfile() never throw on short text", () => {
  holds(
    property(
      array(
        constantFrom(
          "$",
          "{",
          "}",
          "a",
          ":-",
          "#",
          "/",
          "'",
          '"',
          "\\",
          " ",
          "*",
          "%",
          "\n",
          "FROM ",
          "ENV ",
          "=",
        ),
        { maxLength: 20 },
      ),
      (parts) => {
        expandWord(parts.join(""), "\\", () => "abc");
        readDockerfile(parts.join(""));
      },
    ),
    { numRuns: 2000 },
  );
});
