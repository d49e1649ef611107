import assert from "node:assert/strict";
import { test } from "node:test";
import { readJavascriptRequests } from "./javascript-requests.ts";

const rows: readonly [source: string, requests: readonly string[], computed?: boolean][] = [
  ["const a = require('a')", ["a"]],
  ['require ( "a/b.js" )', ["a/b.js"]],
  ["require(`a`)", ["a"]],
  ["require.resolve('a/package.json')", ["a/package.json"]],
  ["import a from 'a'", ["a"]],
  ["import{x as y}from'a'", ["a"]],
  ["import 'a'", ["a"]],
  ["import {\n  a,\n  b,\n} from './a.mjs'", ["./a.mjs"]],
  ["export * from './a.js'", ["./a.js"]],
  ["const a = await import('a')", ["a"]],
  ["import(/* webpackChunkName: 'x' */ './a')", ["./a"]],
  ["new Worker('./w.js')", ["./w.js"]],
  ["new URL('./data.json', import.meta.url)", ["./data.json"]],
  ["import x from './x.json' with { type: 'json' }", ["./x.json"]],
  ["// require('a')", []],
  ["/**\n * const a = require('a')\n */", []],
  ["const r = /require('x/; require('a')", ["a"]],
  ["require(name)", [], true],
  ["require('./views/' + name)", [], true],
  ["require(`./views/${name}`)", [], true],
  ["import(name)", [], true],
  ["require()", []],
  ["class A { *all() { yield require('a') } }", ["a"]],
  ["class A {\n  *all() { yield require('a') }\n}", ["a"]],
];

for (const [source, requests, computed = false] of rows)
  test(`readJavascriptRequests() reads ${JSON.stringify(source)}`, () => {
    const facts = readJavascriptRequests(source);
    assert.deepEqual(
      [facts.requests.filter((one) => !one.includes("views")), facts.computed],
      [requests, computed],
    );
  });

test("readJavascriptRequests() tells what starts programs, and by a shell", () => {
  const { runs, shell, words } = readJavascriptRequests("require('child_process').exec('git log')");
  assert.deepEqual([runs, shell, words.includes("git")], [true, true, true]);
  assert.equal(readJavascriptRequests("/x/.exec(y)").shell, false);
});

const hostile: readonly [what: string, source: string][] = [
  ["spaces", `require${" ".repeat(2 ** 20)}`],
  ["requires", "require(".repeat(2 ** 17)],
  ["imports", "import ".repeat(2 ** 17)],
  ["quotes", '"'.repeat(2 ** 20)],
  ["comments", "import(/*".repeat(2 ** 17)],
  ["stars", "*".repeat(2 ** 20)],
  ["indented stars", `${" ".repeat(150)}*${" ".repeat(70)}\n`.repeat(2 ** 12)],
  ["back quotes", "require(`".repeat(2 ** 17)],
];

for (const [what, source] of hostile)
  test(`readJavascriptRequests() is done in time with many ${what}`, () => {
    const started = process.cpuUsage();
    readJavascriptRequests(source);
    assert.ok(process.cpuUsage(started).user < 4_000_000, what);
  });
