import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { onPath, repository } from "../support/needs.ts";
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
import { isTest, readSources } from "./sources.ts";

const sources = readSources(repository, "src");
const all = [
  ...sources,
  ...["tests", "bench", "scripts"].flatMap((directory) => readSources(repository, directory)),
];

// A checker that looks at nothing finds nothing wrong: each rule first proves that it has something to look at.
test("readSources() finds the source tree", () => {
  const imports = sources.reduce((sum, file) => sum + file.imports.length, 0);
  assert.ok(sources.length > 50, `${sources.length} files`);
  assert.ok(imports > sources.length, `${imports} imports in ${sources.length} files`);
  for (const folder of ["core", "formats", "extractors", "images", "pipeline", "cli"])
    assert.ok(
      sources.some(({ path }) => path.startsWith(`src/${folder}/`)),
      `no file in src/${folder}`,
    );
});

const rules = [importDirection, coreIsAlone, siblings, rings, undocumented, untestedFormats] as const;
for (const rule of rules)
  test(`${rule.name}() finds nothing in src`, () => assert.deepEqual(rule(sources), []));

for (const rule of [tooLong, namelessNames, rootHooks] as const)
  test(`${rule.name}() finds nothing in the repository`, () => assert.deepEqual(rule(all), []));

test("median file and function stay short", (t) => {
  const files = sources.filter(({ path }) => !isTest(path));
  const fileMedian = median(files.map(({ lines }) => lines));
  const functionMedian = median(files.flatMap(functionLengths));
  t.diagnostic(
    `${files.length} files, median ${fileMedian} lines; functions, median ${functionMedian} lines`,
  );
  assert.ok(functionMedian > 0 && functionMedian <= 10, `functions: ${functionMedian}`);
  assert.ok(fileMedian > 0 && fileMedian <= 120, `files: ${fileMedian}`);
});

// Registries are reached through their own clients, which know where they are (and which mirror to use).
const registryHosts = [
  ["registry", "npmjs", "org"],
  ["registry", "yarnpkg", "com"],
  ["pypi", "org"],
  ["pythonhosted", "org"],
  ["static", "crates", "io"],
  ["index", "crates", "io"],
  ["proxy", "golang", "org"],
  ["sum", "golang", "org"],
  ["repo", "maven", "apache", "org"],
  ["repo1", "maven", "org"],
  ["rubygems", "org"],
  ["packagist", "org"],
  ["api", "nuget", "org"],
].map((parts) => parts.join("."));

test("no tracked file names the host of a package registry", { skip: skipWithoutGit() }, () => {
  const guilty = trackedFiles().flatMap(({ path, text }) =>
    registryHosts.filter((host) => text.includes(host)).map((host) => `${path}: ${host}`),
  );
  assert.deepEqual(guilty, []);
});

test("no tracked file has the marks of a merge", { skip: skipWithoutGit() }, () => {
  const guilty = trackedFiles().filter(({ text }) => /^(?:<{7}|>{7}) /m.test(text));
  assert.deepEqual(
    guilty.map(({ path }) => path),
    [],
  );
});

function trackedFiles(): readonly { readonly path: string; readonly text: string }[] {
  const paths = execFileSync("git", ["ls-files", "-z"], { cwd: repository, encoding: "utf8" })
    .split("\0")
    .filter((path) => path !== "" && existsSync(join(repository, path)));
  assert.ok(paths.length > 50, `${paths.length} tracked files`);
  return paths.map((path) => ({ path, text: readFileSync(join(repository, path), "latin1") }));
}

function skipWithoutGit(): false | string {
  return existsSync(join(repository, ".git")) && onPath("git") ? false : "needs a git checkout";
}
