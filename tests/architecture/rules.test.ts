import assert from "node:assert/strict";
import { test } from "node:test";
import {
  coreIsAlone,
  functionLengths,
  importDirection,
  median,
  namelessNames,
  rings,
  rootHooks,
  siblings,
  tooLong,
  undocumented,
  untestedFormats,
} from "./rules.ts";
import { source } from "./sources.ts";

const empty = (path: string) => source(path, "export {};\n");

const directions: readonly [why: string, from: string, to: string, allowed: boolean][] = [
  ["down one floor", "src/pipeline/a.ts", "src/images/b.ts", true],
  ["down many", "src/cli/a.ts", "src/core/b.ts", true],
  ["own folder", "src/images/a.ts", "src/images/b.ts", true],
  ["formats, by leave", "src/store/a.ts", "src/formats/b.ts", true],
  ["upward", "src/images/a.ts", "src/pipeline/b.ts", false],
  ["core upward", "src/core/a.ts", "src/formats/b.ts", false],
  ["sideways on floor 3", "src/images/a.ts", "src/extractors/b.ts", false],
  ["sideways on floor 2", "src/store/a.ts", "src/net/b.ts", false],
  ["formats sideways", "src/formats/a.ts", "src/versions/b.ts", false],
  ["a test", "src/cli/a.ts", "src/core/b.test.ts", false],
  ["no floor", "src/cellar/a.ts", "src/core/b.ts", false],
];

for (const [why, from, to, allowed] of directions)
  test(`importDirection() ${allowed ? "allows" : "refuses"} ${why}`, () => {
    const text = `import type { B } from "../../${to}";\n`;
    assert.equal(importDirection([source(from, text), empty(to)]).length, allowed ? 0 : 1);
  });

const shapes: readonly string[] = [
  'import { a } from "../cli/b.ts";',
  'import type { A } from "../cli/b.ts";',
  'import {\n  a,\n  b,\n} from "../cli/b.ts";',
  'import * as b from "../cli/b.ts";',
  'import "../cli/b.ts";',
  'export { a } from "../cli/b.ts";',
  'export * from "../cli/b.ts";',
  'const b = await import("../cli/b.ts");',
  'type A = import("../cli/b.ts").A;',
  'new Worker(new URL("../cli/b-worker.ts", import.meta.url));',
];

for (const shape of shapes)
  test(`source() sees the import of ${JSON.stringify(shape)}`, () => {
    const others = [empty("src/cli/b.ts"), empty("src/cli/b-worker.ts")];
    assert.equal(importDirection([source("src/core/a.ts", `${shape}\n`), ...others]).length, 1);
  });

test("source() sees no import in a comment", () => {
  const text = '// import { a } from "../cli/b.ts";\n/**\n * import("../cli/b.ts")\n */\nexport {};\n';
  assert.deepEqual(source("src/core/a.ts", text).imports, []);
});

test("importDirection() names an import of a file that is not there", () => {
  assert.match(
    importDirection([source("src/cli/a.ts", 'import "./gone.ts";\n')]).join(),
    /gone\.ts, which does not exist/u,
  );
});

test("coreIsAlone() refuses packages and node modules", () => {
  const text = 'import { z } from "zod";\nimport { join } from "node:path";\nimport "./b.ts";\n';
  assert.equal(coreIsAlone([source("src/core/a.ts", text)]).length, 2);
});

test("siblings() refuses plugin to plugin and allows the list and the plugin's own files", () => {
  const to = (from: string, target: string) => siblings([source(from, `import "${target}";\n`)]).length;
  assert.equal(to("src/extractors/npm/a.ts", "../python/b.ts"), 1);
  assert.equal(to("src/versions/rpm.ts", "./deb.ts"), 1);
  assert.equal(to("src/extractors/list.ts", "./python/b.ts"), 0);
  assert.equal(to("src/extractors/npm/a.ts", "./b.ts"), 0);
  assert.equal(to("src/feeds/osv.ts", "./osv-record.ts"), 0);
  assert.equal(to("src/feeds/osv.ts", "./alpine-secdb.ts"), 1);
});

test("rings() finds a ring of type imports and reports its chain", () => {
  const ring = [
    source("src/core/a.ts", 'import type { B } from "./b.ts";\n'),
    source("src/core/b.ts", 'import type { C } from "./c.ts";\n'),
    source("src/core/c.ts", 'import type { A } from "./a.ts";\n'),
  ];
  assert.deepEqual(rings(ring), ["src/core/a.ts → src/core/b.ts → src/core/c.ts → src/core/a.ts"]);
  assert.deepEqual(rings(ring.slice(0, 2)), []);
  const worker = source("src/core/a-worker.ts", 'import type { A } from "./a.ts";\n');
  const starter = source("src/core/a.ts", 'new Worker(new URL("./a-worker.ts", import.meta.url));\n');
  assert.deepEqual(rings([starter, worker]), []);
});

test("tooLong() exempts tests and declared tables only", () => {
  const long = "x;\n".repeat(401);
  assert.equal(tooLong([source("src/core/a.ts", long)]).length, 1);
  assert.equal(tooLong([source("src/core/a.test.ts", long)]).length, 0);
  const table = `/* oxlint-disable max-lines -- table of data */\n${long}`;
  assert.equal(tooLong([source("src/core/a.ts", table)]).length, 0);
});

test("namelessNames() refuses names of nothing, for files and folders", () => {
  const paths = ["src/core/types.ts", "src/utils/a.ts", "src/net/helpers.ts", "src/net/index.ts"];
  assert.equal(namelessNames(paths.map(empty)).length, 4);
  assert.deepEqual(namelessNames([empty("src/core/purl-types.ts")]), []);
});

test("undocumented() wants a doc comment above every export of core", () => {
  const text =
    "/** Told. */\nexport const a = 1;\nexport function b() {}\n\n/** Far. */\n\nexport type C = 1;\n";
  assert.deepEqual(undocumented([source("src/core/x.ts", text)]), [
    "src/core/x.ts exports b",
    "src/core/x.ts exports C",
  ]);
});

test("untestedFormats() wants a test that imports the file", () => {
  const file = empty("src/formats/tar.ts");
  assert.equal(untestedFormats([file, empty("src/formats/tar.test.ts")]).length, 1);
  assert.equal(untestedFormats([file, source("src/formats/x.test.ts", 'import "./tar.ts";\n')]).length, 0);
  assert.equal(
    untestedFormats([empty("src/formats/tar-pax.ts"), empty("src/formats/tar.test.ts")]).length,
    0,
  );
});

test("rootHooks() refuses a hook outside of a suite", () => {
  const text = 'suite("a", () => {\n  before(() => {});\n});\n';
  assert.deepEqual(rootHooks([source("src/core/a.test.ts", text)]), []);
  assert.equal(rootHooks([source("src/core/a.test.ts", "before(() => {});\n")]).length, 1);
});

test("median() and functionLengths() measure", () => {
  assert.equal(median([9, 1, 5]), 5);
  assert.deepEqual(functionLengths(source("a.ts", "function a() {\n  b;\n}\nconst c = 1;\n")), [3]);
});
