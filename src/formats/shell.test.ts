import assert from "node:assert/strict";
import { test } from "node:test";
import { mapSlice } from "./mapped-text.ts";
import { parseShell } from "./shell.ts";

function shell(text: string) {
  return parseShell(mapSlice(text, { start: 0, end: text.length }));
}

/** Commands as `name word word`. */
function commands(text: string): readonly string[] {
  return shell(text).commands.map(({ name, words }) => [name, ...words.map(({ value }) => value)].join(" "));
}

const rows: readonly (readonly [script: string, ...commands: readonly string[]])[] = [
  ["a && b -x || c; d & e", "a", "b -x", "c", "d", "e"],
  ["if a; then b; elif c; then d; else e; fi", "a", "b", "c", "d", "e"],
  ["for x in 1 2; do a $x; done; while b; do c; done", "a $x", "b", "c"],
  ["case $x in a) b;; *) c;; esac", "b", "c"],
  ["( a; b ) && { c; }", "a", "b", "c"],
  ["f() { a; }; f", "a", "f"],
  ["! a | b", "a", "b"],
  ["X=1 a >f 2>&1 b", "a b"],
  ["X=1"],
  ["a \"$(b 'c d')\" `e`", "a $(b 'c d') `e`", "b c d", "e"],
  ["a <(b)", "a <(b)", "b"],
  ["/usr/bin/a 'b c' \"d\"e\\ f", "a b c de f"],
  ["$X a", " a"],
  ["cat <<E\n$(a)\nE\nb", "cat", "a", "b"],
  ["bash -c 'a && b'", "bash -c a && b", "a", "b"],
  ['bash -ec "a" x', "bash -ec a x", "a"],
  ["# a\nb # c", "b"],
  ["[ -f x ] && [[ a == b ]] && c", "[ -f x ]", "c"],
];

for (const [script, ...expected] of rows)
  test(`parseShell() finds the commands of ${JSON.stringify(script)}`, () => {
    assert.deepEqual(commands(script), expected);
    assert.deepEqual(shell(script).errors, []);
  });

test("parseShell() tells pipes, who feeds whom, what is substituted where, and places", () => {
  const text = "x; a | b | sh -c 'c | d' && eval \"$(e)\"";
  const { commands, pipes } = shell(text);
  assert.deepEqual(pipes.map(({ start, end }) => text.slice(start, end)).toSorted(), [
    "a | b | sh -c 'c | d'",
    "c | d",
  ]);
  const of = (name: string) => commands.find((command) => command.name === name);
  assert.equal(of("a")?.pipe?.id, of("b")?.pipe?.id);
  assert.deepEqual([of("a")?.pipe?.position, of("b")?.pipe?.position, of("sh")?.pipe?.position], [0, 1, 2]);
  assert.notEqual(of("c")?.pipe?.id, of("a")?.pipe?.id);
  assert.equal(of("x")?.pipe, undefined);
  assert.equal(of("e")?.host?.name, "eval");
  for (const { name, nameSpan } of commands) assert.equal(text.slice(nameSpan.start, nameSpan.end), name);
});

test("parseShell() has an error for what no shell would run", () => {
  for (const text of ["if a; then b", "a && ", "( a", "for do", "a 'b", "case x in"])
    assert.notEqual(shell(text).errors.length, 0, text);
});

test("parseShell() takes hostile scripts within bounds", () => {
  for (const part of [
    "(",
    "$(",
    "${a:-",
    '"',
    "`",
    "a&&",
    "a|",
    "<<a ",
    "if ",
    "case a in ",
    "\\",
    "@(",
    "$((",
    "((1+",
    "{a,",
    '"$(',
    "a\n",
    "[",
    "cat <<E\n",
    "bash -c '",
    "\u0000",
    "\uD800",
  ])
    for (const text of [part.repeat(Math.floor(65_536 / part.length)), part.repeat(100_000)]) {
      const before = process.cpuUsage();
      const { commands, errors } = shell(text);
      const { user } = process.cpuUsage(before);
      assert.ok(user < 5_000_000, `${part} took ${user} µs`);
      assert.ok(commands.length + errors.length < 70_000);
    }
});
