import { hash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Raised when the form of cached entries changes. */
const indexFormat = 2;

/** Folders whose code decides what an index holds; the published package has it all in the last of them. */
const folders = ["core", "formats", "extractors", "checks", "closure", "images", "pipeline"];

/**
 * Tells the code that makes indexes, for the cache: after any change to it nothing older is used. Sizes and times of the files
 * are looked at rather than their bytes, which takes about a millisecond.
 */
export function indexFingerprint(): string {
  const source = dirname(dirname(fileURLToPath(import.meta.url)));
  const there = folders.map((folder) => join(source, folder)).filter((folder) => existsSync(folder));
  const files = there.flatMap((folder) => describe(folder));
  const release = readIfThere(join(dirname(source), "package.json"));
  return hash("sha256", JSON.stringify([indexFormat, process.versions.v8, release, files]), "hex");
}

function describe(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.(?:ts|js)$/.test(file) && !file.endsWith(".test.ts"))
    .sort()
    .map((file) => {
      const { size, mtimeMs } = statSync(join(directory, file));
      return `${file} ${size} ${mtimeMs}`;
    });
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
