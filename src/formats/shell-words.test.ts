import assert from "node:assert/strict";
import { test } from "node:test";
import { readShellWords } from "./shell-words.ts";

const simpleRows: readonly [text: string, simple: readonly string[] | undefined][] = [
  ["node server.js", ["node", "server.js"]],
  ["exec gunicorn -w 4 'app:app'", ["gunicorn", "-w", "4", "app:app"]],
  ['app --name "a b"', ["app", "--name", "a b"]],
  ["app --x=1", ["app", "--x=1"]],
  ["a && b", undefined],
  ["a | b", undefined],
  ["app $PORT", undefined],
  ['app "$PORT"', undefined],
  ["app *.txt", undefined],
  ["app > log", undefined],
  ["X=1 app", undefined],
  ["cd /srv", undefined],
  ["app `id`", undefined],
  ["", undefined],
];

for (const [text, simple] of simpleRows)
  test(`readShellWords() ${simple === undefined ? "sees no single command in" : "takes apart"} ${text}`, () => {
    assert.deepEqual(readShellWords(text).simple, simple);
  });

test("readShellWords() names the commands of an entrypoint script", () => {
  const { commands, runsArguments, computed } = readShellWords(`#!/bin/sh
set -e
# chown nobody
if [ "$1" = 'app' ] && [ -d /data ]; then
  chown -R app /data; exec gosu app "$0" "$@"
fi
A=1 migrate --all | tee -a log
exec "$@"
`);
  for (const one of ["[", "chown", "gosu", "migrate", "tee"]) assert.ok(commands.includes(one), one);
  assert.deepEqual([runsArguments, computed], [true, false]);
});

test("readShellWords() names the files that a script takes in", () => {
  assert.deepEqual(readShellWords('. /etc/a; if x; then source "$D/b"; fi; find . -name c').reads, [
    "/etc/a",
    "$D/b",
  ]);
});

for (const text of ['"$RUNNER" x', "eval x", "$(which app) x", "`which app`"])
  test(`readShellWords() cannot tell the command of ${text}`, () => {
    assert.equal(readShellWords(text).computed, true);
  });

for (const [what, text] of [
  ["quotes", '"'.repeat(2 ** 20)],
  ["open quotes", `"a\\`.repeat(2 ** 18)],
  ["words", "a ".repeat(2 ** 20)],
  ["signs", ";".repeat(2 ** 20)],
  ["backslashes", "\\".repeat(2 ** 20)],
] as const)
  test(`readShellWords() is done in time with many ${what}`, () => {
    const started = process.cpuUsage();
    assert.ok(readShellWords(text).words.length <= 5000);
    assert.ok(process.cpuUsage(started).user < 4_000_000);
  });
