import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { makeSampleImage } from "../../src/pipeline/sample.ts";
import { repository } from "../support/needs.ts";
import { run, scratch } from "../support/scratch.ts";

test("makeSampleImage() makes the same image twice, once from npm and once more", async () => {
  const [first, second] = [join(scratch("sample"), "image"), join(scratch("sample"), "image")];
  const lines: string[] = [];
  assert.equal(await makeSampleImage(first, { onProgress: (line) => lines.push(line) }), first);
  assert.ok(lines.length > 0);
  await makeSampleImage(second);
  const index = readFileSync(join(first, "index.json"), "utf8");
  assert.equal(readFileSync(join(second, "index.json"), "utf8"), index);
  await makeSampleImage(second);
});

test("makeSampleImage() says what failed and what to do without npm", async () => {
  const script = `import { makeSampleImage } from "./src/pipeline/sample.ts";
    await makeSampleImage(process.argv[1]).catch((error) => console.log(error.code, error.message, error.hint));`;
  const dir = join(scratch("sample"), "image");
  const { stdout, stderr } = await run(process.execPath, ["--input-type=module", "-e", script, dir], {
    cwd: repository,
    env: { PATH: "/nonexistent" },
  });
  assert.equal(stderr, "");
  assert.match(
    stdout,
    /^source-unavailable fetch the sample's packages .*: npm is not on PATH name an image instead/u,
  );
});
