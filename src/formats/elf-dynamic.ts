import type { ElfFacts } from "../core/facts.ts";
import type { RandomAccess } from "../core/plugin.ts";
import { type ElfParts, readElfParts } from "./elf.ts";
import { findSection, fixedText, type ProgramImage, readMapped } from "./program-image.ts";
import { uint64, viewOf } from "./random-access.ts";

// The dynamic section, elf(5): what ld.so looks for before the program runs.

const tags = { needed: 1, strtab: 5, strsz: 10, soname: 14, rpath: 15, runpath: 29 } as const;
const mostTags = 20_000;
const longestStrings = 16 * 2 ** 20;
const longestName = 4096;
/** Bytes of constants that are looked through; node's own are ten times that, but it is no library's user. */
const longestConstants = 8 * 2 ** 20;
const mostNames = 4000;

/** What an ELF file is linked to, and what its constants name; undefined when it has no readable headers. */
export function readElfDynamic(access: RandomAccess): ElfFacts | undefined {
  const parts = readElfParts(access);
  if (parts === undefined) return undefined;
  const { image, interpreter } = parts;
  const entries = dynamicEntries(parts);
  const strings = dynamicStrings(image, entries);
  const texts = (tag: number): readonly string[] =>
    entries.flatMap(([one, value]) => (one === tag ? stringAt(strings, value) : []));
  const symbols = Buffer.from(strings.buffer, strings.byteOffset, strings.length);
  const imports = (...names: readonly string[]): boolean =>
    names.some((name) => symbols.includes(`\0${name}\0`));
  const started =
    interpreter === undefined
      ? ""
      : fixedText(access.read(interpreter.offset, Math.min(interpreter.size, longestName)));
  return {
    kind: "elf",
    interpreter: started === "" ? undefined : started,
    needed: texts(tags.needed),
    soname: texts(tags.soname)[0],
    rpath: texts(tags.rpath).flatMap((list) => list.split(":")),
    runpath: texts(tags.runpath).flatMap((list) => list.split(":")),
    names: constantNames(image),
    loads: imports("dlopen", "dlmopen", "__libc_dlopen_mode", "g_module_open"),
    shell: imports("system", "popen"),
    runs: imports("execv", "execve", "execvp", "execl", "execlp", "posix_spawn", "posix_spawnp", "execvpe"),
  };
}

type Entry = readonly [tag: number, value: number];

function dynamicEntries({ image, wide, dynamic }: ElfParts): readonly Entry[] {
  if (dynamic === undefined) return [];
  const width = wide ? 8 : 4;
  const bytes = image.access.read(dynamic.offset, Math.min(dynamic.size, mostTags * width * 2));
  const view = viewOf(bytes);
  const word = (at: number): number | undefined =>
    wide ? uint64(view, at, image.littleEndian) : view.getUint32(at, image.littleEndian);
  const entries: Entry[] = [];
  for (let at = 0; at + width * 2 <= bytes.length; at += width * 2) {
    const tag = word(at);
    const value = word(at + width);
    if (tag === 0) break;
    if (tag !== undefined && value !== undefined) entries.push([tag, value]);
  }
  return entries;
}

function dynamicStrings(image: ProgramImage, entries: readonly Entry[]): Uint8Array {
  const value = (wanted: number): number | undefined => entries.find(([tag]) => tag === wanted)?.[1];
  const address = value(tags.strtab);
  if (address === undefined) return new Uint8Array();
  return readMapped(image, address, Math.min(value(tags.strsz) ?? 0, longestStrings));
}

function stringAt(strings: Uint8Array, at: number): readonly string[] {
  const text = at < strings.length ? fixedText(strings.subarray(at, at + longestName)) : "";
  return text === "" ? [] : [text];
}

function constantNames(image: ProgramImage): readonly string[] {
  const names = new Set<string>();
  for (const { offset, size } of constantRanges(image)) {
    const bytes = image.access.read(offset, Math.min(size, longestConstants));
    for (const text of textsOf(bytes)) {
      for (const name of namesIn(text)) names.add(name);
      if (names.size >= mostNames) return [...names];
    }
  }
  return [...names];
}

// Without section headers (sstrip, packers) all that is mapped may hold constants.
function constantRanges(image: ProgramImage): readonly { readonly offset: number; readonly size: number }[] {
  const section = findSection(image, ".rodata");
  return section === undefined ? image.segments : [section];
}

const shortest = 5;
const longest = 1000;

// Texts end with a NUL and begin after one. One pass; what is no text is passed over byte by byte.
function* textsOf(bytes: Uint8Array): Generator<string> {
  let start = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte >= 0x20 && byte < 0x7f) continue;
    const length = at - start;
    if (byte === 0 && length >= shortest && length <= longest && isPromising(bytes, start, at))
      yield Buffer.from(bytes.buffer, bytes.byteOffset + start, length).toString("latin1");
    start = at + 1;
  }
}

const slash = 0x2f;
const dot = 0x2e;

// Begins like a path, or has a ".so" in it.
function isPromising(bytes: Uint8Array, start: number, end: number): boolean {
  if (bytes[start] === slash) return true;
  for (let at = start; at + 2 < end; at += 1)
    if (bytes[at] === dot && bytes[at + 1] === 0x73 && bytes[at + 2] === 0x6f) return true;
  return false;
}

const path = /^\/[\w.+@/-]{2,300}$/;
const library = /^[\w.+-]{1,120}\.so(?:\.[\d.]{1,20})?$/;

function namesIn(text: string): readonly string[] {
  return text.split(":").flatMap((part) => {
    if (path.test(part)) return part;
    const name = part.slice(part.lastIndexOf("/") + 1);
    return library.test(name) ? name : [];
  });
}
