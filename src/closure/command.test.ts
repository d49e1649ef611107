import assert from "node:assert/strict";
import { test } from "node:test";
import { configOf, elf, toldFiles } from "../../tests/support/file-system.ts";
import { findProgram, startOf, wrappedCommand } from "./command.ts";

const wrapped: readonly (readonly [
  name: string,
  args: readonly string[],
  command: readonly string[] | undefined,
])[] = [
  ["env", ["node", "x.js"], ["node", "x.js"]],
  ["env", ["-i", "A=1", "-u", "B", "app"], ["app"]],
  ["env", ["-S", "node", "--x"], ["node", "--x"]],
  ["tini", ["-g", "-p", "SIGTERM", "--", "app", "-x"], ["app", "-x"]],
  ["tini-static", ["app"], ["app"]],
  ["dumb-init", ["--rewrite", "15:3", "app"], ["app"]],
  ["gosu", ["user:group", "app", "x"], ["app", "x"]],
  ["su-exec", ["user", "app"], ["app"]],
  ["timeout", ["-k", "5", "10", "app"], ["app"]],
  ["tini", [], []],
  ["app", ["x"], undefined],
];

for (const [name, args, command] of wrapped)
  test(`wrappedCommand() answers ${JSON.stringify(command)} for ${name} ${args.join(" ")}`, () => {
    assert.deepEqual(wrappedCommand(name, args), command);
  });

const files = toldFiles({
  "usr/bin/app": elf(),
  "usr/local/bin/app": { ...elf(), mode: 0o644 },
  "srv/run": elf(),
  bin: "usr/bin",
});

const programs: readonly (readonly [name: string, path: string | undefined])[] = [
  ["app", "/bin/app"],
  ["/usr/bin/app", "/usr/bin/app"],
  ["./run", "/srv/./run"],
  ["run", undefined],
  ["usr/bin/app", undefined],
  ["", undefined],
];

for (const [name, path] of programs)
  test(`findProgram() finds ${path ?? "nothing"} for "${name}"`, () => {
    const start = startOf(files, configOf([], { env: ["PATH=/usr/local/bin:/bin"], workingDir: "/srv" }));
    assert.equal(findProgram(files, start, name), path);
  });
