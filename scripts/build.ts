import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

// src/**/*.ts → dist/**/*.js: what the published package holds. `node scripts/build.ts`, from the root.

const root = fileURLToPath(new URL("..", import.meta.url));
const from = join(root, "src");
const to = join(root, "dist");

rmSync(to, { recursive: true, force: true });
compile();
copyAssets();
const files = filesBelow(to).filter((path) => path.endsWith(".js"));
for (const file of files) pointAtCompiled(join(to, file));
if (files.length < 50) throw new Error(`build dist: only ${files.length} files came out of the compiler`);
process.stdout.write(`dist: ${files.length} files\n`);

function compile(): void {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const { status } = spawnSync(process.execPath, [tsc, "-p", "tsconfig.build.json"], {
    cwd: root,
    stdio: "inherit",
  });
  if (status !== 0) throw new Error(`build dist: tsc ended with ${status}`);
}

// JSON that code imports is emitted by tsc; data that code reads by URL is not.
function copyAssets(): void {
  for (const path of filesBelow(from).filter((name) => !name.endsWith(".ts"))) {
    mkdirSync(dirname(join(to, path)), { recursive: true });
    copyFileSync(join(from, path), join(to, path));
  }
}

// tsc rewrites `import "./x.ts"`, but not `new URL("./x.ts", import.meta.url)`, by which workers are started.
function pointAtCompiled(file: string): void {
  const text = readFileSync(file, "utf8");
  const compiled = text.replace(/(new URL\(\s*"[^"]+)\.ts("\s*,\s*import\.meta\.url)/gu, "$1.js$2");
  const left = /(?<!endsWith\("\.ts"\) \? )["'`]\.{1,2}\/[^"'`\n]+\.ts["'`]/u.exec(compiled);
  if (left !== null)
    throw new Error(`build ${relative(root, file)}: ${left[0]} still names a TypeScript file`);
  if (compiled !== text) writeFileSync(file, compiled);
}

function filesBelow(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .sort();
}
