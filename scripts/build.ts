import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

// src/**/*.ts → dist/: what the published package holds. `node scripts/build.ts`, from the root. Few files rather than one for each
// source: finding and linking two hundred modules took two thirds of a warm scan.

const root = fileURLToPath(new URL("..", import.meta.url));
const to = join(root, "dist");

rmSync(to, { recursive: true, force: true });
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: ["src/cli/entry.ts", "src/pipeline/layer-worker.ts", "src/pipeline/sync-worker.ts"],
  outbase: "src",
  outdir: "dist",
  // Beside the workers, which are found relative to the code that starts them.
  chunkNames: "pipeline/[name]-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node24",
  packages: "external",
  // Every start reads the source again; names stay, for what a stack trace says.
  minifyWhitespace: true,
  minifySyntax: true,
  metafile: true,
  logLevel: "warning",
});
const files = Object.keys(metafile.outputs).filter((path) => path.endsWith(".js"));
for (const file of files) pointAtCompiled(file);
if (Object.keys(metafile.inputs).length < 50)
  throw new Error(`build dist: only ${Object.keys(metafile.inputs).length} files went into it`);
process.stdout.write(`dist: ${files.length} files\n`);

// esbuild rewrites `import "./x.ts"`, but not `new URL("./x.ts", import.meta.url)`, by which workers are started.
function pointAtCompiled(file: string): void {
  const path = join(root, file);
  const text = readFileSync(path, "utf8");
  const compiled = text.replace(/(new URL\(\s*"[^"]+)\.ts("\s*,\s*import\.meta\.url)/gu, "$1.js$2");
  const left = /(?<!endsWith\("\.ts"\)\s*\?\s*)["'`]\.{1,2}\/[^"'`\n]+\.ts["'`]/u.exec(compiled);
  if (left !== null) throw new Error(`build ${file}: ${left[0]} still names a TypeScript file`);
  if (compiled !== text) writeFileSync(path, compiled);
}
