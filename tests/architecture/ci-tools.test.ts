import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { repository } from "../support/needs.ts";
import { readSources } from "./sources.ts";

// Under .ci/run nothing may be skipped for want of a tool: so it must install every tool that a test names.

const essential = new Set([
  "sh",
  "bash",
  "tar",
  "mkfifo",
  "npm",
  "node",
  "apt",
  "apt-get",
  "dpkg",
  "dpkg-deb",
  "dpkg-query",
  "chroot",
  "jar",
  "java",
  "gzip",
]);
const calls = /\b(?:needs|skipWorkshop)\(\s*((?:"[^"]+"[,\s]*)+)\)/gu;

test(".ci/run installs every tool that tests need", () => {
  const installed = new Set(
    [...readFileSync(join(repository, ".ci/run"), "utf8").matchAll(/([\w-]+)=[\w-]+/gu)].map(
      ([, tool]) => tool,
    ),
  );
  const named = ["src", "tests"]
    .flatMap((directory) => readSources(repository, directory))
    .filter(
      ({ path }) => path.endsWith(".test.ts") && !path.includes("architecture") && !path.includes("support"),
    )
    .flatMap(({ path, text }) => toolsOf(text).map((tool) => ({ path, tool })));
  assert.ok(named.length > 10, `${named.length} tools named`);
  const missing = named.filter(({ tool }) => !installed.has(tool) && !essential.has(tool));
  assert.deepEqual(missing, []);
});

function toolsOf(text: string): readonly string[] {
  return [...text.matchAll(calls)].flatMap(([, list = ""]) =>
    [...list.matchAll(/"([^"]+)"/gu)].map(([, tool = ""]) => tool),
  );
}
