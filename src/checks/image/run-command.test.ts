import assert from "node:assert/strict";
import { test } from "node:test";
import { emptyConfig } from "../../images/config.ts";
import { commandWords, runLanguage } from "./run-command.ts";

const rows: readonly (readonly [
  entrypoint: readonly string[],
  cmd: readonly string[],
  language: string | undefined,
])[] = [
  [["node"], ["/app/main.js"], "node"],
  [[], ["/usr/local/bin/python3.12", "-m", "app"], "python"],
  [["tini", "-g", "--"], ["gunicorn", "app:app"], "python"],
  [["/usr/bin/env", "A=1"], ["ruby", "x"], "ruby"],
  [["/bin/sh", "-c", "exec java -jar /app.jar"], [], "java"],
  [["/bin/sh", "-c", "A=1 node x"], [], "node"],
  [["/bin/sh", "-c", "node x && node y"], [], undefined],
  [["/bin/sh", "-c", "$RUNNER x"], [], undefined],
  [["/bin/bash", "/start.sh"], [], undefined],
  [["docker-entrypoint.sh"], ["node"], undefined],
  [["/app"], [], undefined],
  [[], [], undefined],
  [["tini"], [], undefined],
];
for (const [entrypoint, cmd, language] of rows)
  test(`runLanguage() answers ${language} for ${JSON.stringify([...entrypoint, ...cmd])}`, () => {
    const config = { ...emptyConfig({ os: "linux", architecture: "amd64" }), entrypoint, cmd };
    assert.equal(runLanguage(config), language);
  });

test("commandWords() has the words of a shell's command line, too", () => {
  const config = {
    ...emptyConfig({ os: "", architecture: "" }),
    entrypoint: ["/bin/sh", "-c"],
    cmd: ["cd /x&&npm  start"],
  };
  assert.deepEqual(commandWords(config), ["/bin/sh", "-c", "cd", "/x", "npm", "start"]);
});
