import assert from "node:assert/strict";
import { test } from "node:test";
import { writeZip } from "../../tests/support/zip-write.ts";
import type { FileFacts } from "../core/facts.ts";
import { accessBytes } from "../formats/random-access.ts";
import { closureProbes } from "./probes.ts";

function probe(path: string, content: string | Uint8Array, mode = 0o644): readonly FileFacts[] {
  const data = typeof content === "string" ? Buffer.from(content) : content;
  const candidate = { path, mode, size: data.length, head: data.subarray(0, 512) };
  return closureProbes
    .filter((each) => each.wants(candidate))
    .flatMap((each) => each.extract({ ...candidate, bytes: accessBytes(data) }).facts ?? []);
}

test("closureProbes have unique ids and refuse what nobody runs, without throwing", () => {
  const ids = closureProbes.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  const paths = ["", "a", "x/".repeat(2000), "é\u0000", "etc/passwd", "srv/a.pyc", "srv/package.json.bak"];
  for (const path of paths) assert.deepEqual(probe(path, ""), [], path);
});

test("closureProbes read an entrypoint script's interpreter, commands and words", () => {
  const [facts] = probe("entry.sh", '#!/bin/sh -e\nmigrate --all\nexec "$@"\n', 0o755);
  assert.deepEqual(facts, {
    kind: "script",
    interpreter: ["/bin/sh", "-e"],
    words: ["migrate", "migrate", "--all", "exec", "$@", "$@"],
    reads: [],
    computed: false,
  });
});

for (const [path, text, reads] of [
  ["start", "#!/usr/bin/env bash\n. /etc/x && source y\n", ["/etc/x", "y"]],
  ["lib/functions.sh", ". ./z\n", ["./z"]],
] as const)
  test(`closureProbes read the shell script ${path} without rights to start it, and what it takes in`, () => {
    const [facts] = probe(path, text, 0o644);
    assert.deepEqual(facts?.kind === "script" ? facts.reads : undefined, reads);
  });

test("closureProbes read what a script without an ending or rights loads", () => {
  const [facts] = probe("srv/bin/www", '#!/usr/bin/env node\nrequire("../app")\n', 0o644);
  assert.deepEqual(facts?.kind === "script" ? facts.words : undefined, ["../app"]);
});

test("closureProbes read TypeScript that Node runs, but no declarations", () => {
  const requests = (path: string): readonly string[] | undefined => {
    const [facts] = probe(path, 'import type { A } from "a";\nimport b from "b";\n');
    return facts?.kind === "imports" ? facts.requests : undefined;
  };
  assert.deepEqual(requests("srv/main.ts"), ["a", "b"]);
  assert.deepEqual(requests("srv/main.mts"), ["a", "b"]);
  assert.equal(requests("srv/main.d.ts"), undefined);
  assert.equal(requests("srv/node_modules/x/main.ts"), undefined);
});

for (const [line, source, words] of [
  ["#!/usr/bin/env python3", "from flask.cli import main\n", ["flask.cli", "flask.cli.main"]],
  ["#!/usr/bin/env -S node --x", 'require("express")', ["express"]],
  ["#!/usr/bin/perl", "use Foo;", []],
] as const)
  test(`closureProbes read what a program by ${line} loads`, () => {
    const [facts] = probe("usr/bin/tool", `${line}\n${source}`, 0o755);
    assert.deepEqual(facts?.kind === "script" ? facts.words : undefined, words);
  });

test("closureProbes keep all texts of an application, and paths alone of what is installed", () => {
  const source = 'a = ["plug.one", "/etc/x", "libm.so.6"]\n';
  const words = (path: string): readonly string[] =>
    probe(path, source).flatMap((facts) => (facts.kind === "imports" ? facts.words : []));
  assert.deepEqual(words("srv/a.py"), ["plug.one", "/etc/x", "libm.so.6"]);
  assert.deepEqual(words("usr/lib/python3/dist-packages/a.py"), ["/etc/x", "libm.so.6"]);
});

test("closureProbes read dependencies, settings and class paths", () => {
  const manifest =
    '{"dependencies": {"a": "1"}, "peerDependencies": {"b": "1"}, "devDependencies": {"c": "1"}}';
  assert.deepEqual(probe("srv/package.json", manifest), [{ kind: "package", dependencies: ["a", "b"] }]);
  assert.deepEqual(probe("etc/ld.so.conf.d/x.conf", "# why\n/opt/x\n\n"), [
    { kind: "text", lines: ["/opt/x"] },
  ]);
  const jar = writeZip({ "META-INF/MANIFEST.MF": "Main-Class: M\nClass-Path: a.jar lib/\n\n" });
  assert.deepEqual(probe("srv/a.jar", jar), [{ kind: "jar", classPath: ["a.jar", "lib/"], mainClass: "M" }]);
});
