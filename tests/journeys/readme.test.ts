import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { repository } from "../support/needs.ts";
import { run } from "../support/scratch.ts";

test("README.md shows what the command really prints", async () => {
  const { code, stderr } = await run(process.execPath, [
    join(repository, "scripts/readme-picture.ts"),
    "--check",
  ]);
  assert.equal(code, 0, stderr);
});

test(".ci/run runs the README's test command", () => {
  const command = /^(npm \w+) +# .*tests$/mu.exec(read("README.md"))?.[1];
  assert.equal(command, "npm cit");
  assert.match(read(".ci/run"), new RegExp(`^exec ${command} `, "mu"));
});

test("relative links of the documents lead somewhere", () => {
  const documents = ["", "docs", "docs/decisions"].flatMap((directory) =>
    readdirSync(join(repository, directory))
      .filter((name) => name.endsWith(".md"))
      .map((name) => join(directory, name)),
  );
  const links = documents.flatMap((path) =>
    [...read(path).matchAll(/\]\((?!https?:|#)([^)#\s]+)/gu)].map(([, target = ""]) => ({ path, target })),
  );
  assert.ok(
    documents.length > 10 && links.length > 8,
    `${documents.length} documents, ${links.length} links`,
  );
  const broken = links.filter(({ path, target }) => !existsSync(join(repository, dirname(path), target)));
  assert.deepEqual(broken, []);
});

function read(path: string): string {
  return readFileSync(join(repository, path), "utf8");
}
