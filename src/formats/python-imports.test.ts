import assert from "node:assert/strict";
import { test } from "node:test";
import { readPythonImports } from "./python-imports.ts";

const requestRows: readonly [source: string, requests: readonly string[]][] = [
  ["import os", ["os"]],
  ["import a.b as c, d", ["a.b", "d"]],
  ["from a import b", ["a", "a.b"]],
  ["from a.b import (c as x,\n  d,  # why\n  e,\n)", ["a.b", "a.b.c", "a.b.d", "a.b.e"]],
  ["from a import \\\n  b", ["a", "a.b"]],
  ["from . import x", [".", ".x"]],
  ["from ..pkg.mod import y", ["..pkg.mod", "..pkg.mod.y"]],
  ["from a import *", ["a"]],
  ["try: import fast\nexcept ImportError: import slow", ["fast", "slow"]],
  ["x = 1; import late", ["late"]],
  ["if x:\n    import inner", ["inner"]],
  ["# import commented", []],
  ['"""\nimport documented\n"""', []],
  ["s = 'import quoted'", []],
  ["s = 'it\\'s'\nimport after", ["after"]],
  ["s = r'\\'\nimport after", ["after"]],
  ["yield from x\nraise E from e", []],
  ['importlib.import_module("a.b")', ["a.b"]],
  ["__import__('x', globals())", ["x"]],
  ["import ünï", ["ünï"]],
];

for (const [source, requests] of requestRows)
  test(`readPythonImports() reads ${JSON.stringify(source)}`, () => {
    const facts = readPythonImports(source);
    assert.deepEqual([facts.requests, facts.computed], [requests, false]);
  });

const markRows: readonly [source: string, mark: "computed" | "plugins" | "runs" | "shell", is: boolean][] = [
  ["importlib.import_module(name)", "computed", true],
  ["import_module('a.' + name)", "computed", true],
  ['import_module(f"a.{name}")', "computed", true],
  ["def import_module(name): pass", "computed", false],
  ["from importlib import import_module", "computed", false],
  ["metadata.entry_points(group='x')", "plugins", true],
  ["pkg_resources.iter_entry_points('x')", "plugins", true],
  ["subprocess.run(['git'])", "runs", true],
  ["subprocess.run(['git'])", "shell", false],
  ["os.system('x')", "shell", true],
  ["Popen(x, shell=True)", "shell", true],
  ["Popen(x, shell=False)", "shell", false],
];

for (const [source, mark, is] of markRows)
  test(`readPythonImports() ${is ? "marks" : "does not mark"} ${source} as ${mark}`, () => {
    assert.equal(readPythonImports(source)[mark], is);
  });

test("readPythonImports() keeps texts that may be names", () => {
  const { words } = readPythonImports(
    "a = ['/etc/mime.types', 'less -R', 'app.blog', 'two\\nlines', '<b>', f'{x}', b'raw']",
  );
  assert.deepEqual(words, ["/etc/mime.types", "less", "app.blog", "raw"]);
});

const hostile: readonly [what: string, source: string][] = [
  ["an open string", `'${"a".repeat(2 ** 20)}`],
  ["an open docstring", `"""${'"'.repeat(2 ** 20)}`],
  ["backslashes", "\\".repeat(2 ** 20)],
  ["quotes", "'".repeat(2 ** 20)],
  ["froms", "from ".repeat(2 ** 18)],
  ["dots", `from ${".".repeat(2 ** 20)}`],
  ["brackets", `from a import (${"\n".repeat(2 ** 20)}`],
  ["open imports", "from a import (\n".repeat(2 ** 16)],
  ["names", `import ${Array.from({ length: 200_000 }, (_, at) => `m${at}`).join(", ")}`],
];

for (const [what, source] of hostile)
  test(`readPythonImports() is done in time with many ${what}`, () => {
    const started = process.cpuUsage();
    const facts = readPythonImports(source);
    assert.ok(facts.requests.length <= 5000);
    assert.ok(process.cpuUsage(started).user < 4_000_000, what);
  });
