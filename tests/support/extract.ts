import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { FoundPackage } from "../../src/core/package.ts";
import type { Extraction, Extractor, FoundFile } from "../../src/core/plugin.ts";
import { accessBytes } from "../../src/formats/random-access.ts";

/** A file as an extractor meets it. */
export function foundFile(path: string, content: Uint8Array | string, mode = 0o644): FoundFile {
  const bytes = Buffer.from(content);
  return { path, mode, size: bytes.length, head: bytes.subarray(0, 512), bytes: accessBytes(bytes) };
}

/** What an extractor says of a file that it must want. */
export function extractFrom(
  extractor: Extractor,
  path: string,
  content: Uint8Array | string,
  mode?: number,
): Extraction {
  const file = foundFile(path, content, mode);
  if (!extractor.wants(file)) throw new Error(`${extractor.id} does not want ${path}`);
  return extractor.extract(file);
}

/** All that an extractor says of the files of a directory that it wants; links are not followed. */
export function extractTree(extractor: Extractor, root: string): readonly (Extraction & { path: string })[] {
  const found: (Extraction & { path: string })[] = [];
  for (const path of filesBelow(root, "")) {
    const full = join(root, path);
    const file = foundFile(path, readFileSync(full), lstatSync(full).mode & 0o7777);
    if (extractor.wants(file)) found.push({ path, ...extractor.extract(file) });
  }
  return found;
}

/** `namespace/name@version` of packages, sorted, each once. */
export function named(extractions: readonly Extraction[]): readonly string[] {
  const names = extractions.flatMap(({ packages = [] }) => packages).map(nameOf);
  return [...new Set(names)].sort();
}

/** `namespace/name@version`. */
function nameOf({ namespace, name, version }: FoundPackage): string {
  return `${namespace === undefined ? "" : `${namespace}/`}${name}@${version}`;
}

function filesBelow(root: string, directory: string): readonly string[] {
  return readdirSync(join(root, directory), { withFileTypes: true }).flatMap((entry) => {
    const path = directory === "" ? entry.name : `${directory}/${entry.name}`;
    if (entry.isDirectory()) return filesBelow(root, path);
    return entry.isFile() ? [path] : [];
  });
}
