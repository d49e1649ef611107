import type { RandomAccess } from "../core/plugin.ts";
import { readElf } from "./elf.ts";
import { findSection } from "./program-image.ts";
import { accessPart } from "./random-access.ts";

const chunkSize = 2 ** 20;
/** What a match may reach over the end of a chunk. */
const overlap = 512;

/** The largest programs have some 200 MB of constants. */
const mostBytes = 2 ** 28;

/**
 * The first group of the first match in an ELF program's texts (sections `.rodata` and `.data`; the whole file when it names neither), as Latin-1. A match is found when it has no more than 512 characters.
 */
export function findProgramText(access: RandomAccess, pattern: RegExp): string | undefined {
  const image = readElf(access);
  if (image === undefined) return undefined;
  const named = [".rodata", ".data"].flatMap((name) => findSection(image, name) ?? []);
  const parts = named.length === 0 ? [{ offset: 0, size: access.size }] : named;
  for (const { offset, size } of parts) {
    const found = findText(accessPart(access, offset, Math.min(size, mostBytes)), pattern);
    if (found !== undefined) return found;
  }
  return undefined;
}

// The first group of the first match in the bytes, read as Latin-1 in chunks.
function findText(access: RandomAccess, pattern: RegExp): string | undefined {
  for (let at = 0; at < access.size; at += chunkSize) {
    const bytes = access.read(at, chunkSize + overlap);
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
    const found = pattern.exec(text)?.[1];
    if (found !== undefined) return found;
  }
  return undefined;
}
