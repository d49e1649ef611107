import type { RandomAccess } from "../core/plugin.ts";
import {
  fixedText,
  mostSections,
  type ProgramImage,
  type ProgramSection,
  type ProgramSegment,
} from "./program-image.ts";
import { uint64, viewOf } from "./random-access.ts";

// System V ABI, "Object Files" (https://refspecs.linuxfoundation.org/elf/gabi4+/contents.html), elf(5).

const longestNames = 2 ** 24;
const longestName = 64;
/** Section of no bytes in the file. */
const noBits = 8;
const loaded = 1;
const dynamicPart = 2;
const interpreterPart = 3;
/** In place of a section's index: it is too large and stands in section 0. */
const extended = 0xffff;

/** Is it an ELF file that can be run or loaded (an executable or a shared object, no object file)? */
export function isElf(head: Uint8Array): boolean {
  if (head[0] !== 0x7f || head[1] !== 0x45 || head[2] !== 0x4c || head[3] !== 0x46 || head.length < 18)
    return false;
  const type = viewOf(head).getUint16(16, head[5] === 1);
  return type === 2 || type === 3;
}

/** Sections and loaded segments; undefined when the headers are not those of an ELF file. Entries outside the file are left out. */
export function readElf(access: RandomAccess): ProgramImage | undefined {
  const ident = access.read(0, 64);
  const wide = ident[4] === 2;
  const littleEndian = ident[5] === 1;
  if (!isElf(ident) || (ident[4] !== 1 && !wide) || (ident[5] !== 2 && !littleEndian)) return undefined;
  if (ident.length < (wide ? 64 : 52)) return undefined;
  const field = fieldsOf(ident, wide, littleEndian);
  const elf: Elf = { access, wide, littleEndian };
  const sizes = wide ? 54 : 42;
  const segments = readSegments(elf, field.place(wide ? 32 : 28), field.half(sizes), field.half(sizes + 2));
  const sections = readSections(elf, {
    offset: field.place(wide ? 40 : 32),
    entrySize: field.half(sizes + 4),
    count: field.half(sizes + 6),
    names: field.half(sizes + 8),
  });
  return { access, littleEndian, sections, segments };
}

/** What the loader of an ELF file reads of it first. */
export interface ElfParts {
  readonly image: ProgramImage;
  /** 64 bits. */
  readonly wide: boolean;
  readonly interpreter: ProgramSegment | undefined;
  readonly dynamic: ProgramSegment | undefined;
}

/** As {@link readElf}, with the two segments that tell what the file is linked to. */
export function readElfParts(access: RandomAccess): ElfParts | undefined {
  const image = readElf(access);
  if (image === undefined) return undefined;
  const ident = access.read(0, 64);
  const wide = ident[4] === 2;
  const field = fieldsOf(ident, wide, image.littleEndian);
  const elf: Elf = { access, wide, littleEndian: image.littleEndian };
  const sizes = wide ? 54 : 42;
  const place = field.place(wide ? 32 : 28);
  const first = (type: number): ProgramSegment | undefined =>
    readSegments(elf, place, field.half(sizes), field.half(sizes + 2), type)[0];
  return { image, wide, interpreter: first(interpreterPart), dynamic: first(dynamicPart) };
}

interface Elf {
  readonly access: RandomAccess;
  readonly wide: boolean;
  readonly littleEndian: boolean;
}

interface Fields {
  /** An address, offset or size; undefined when it is beyond all files. */
  readonly place: (offset: number) => number | undefined;
  readonly word: (offset: number) => number;
  readonly half: (offset: number) => number;
}

function fieldsOf(bytes: Uint8Array, wide: boolean, littleEndian: boolean): Fields {
  const view = viewOf(bytes);
  return {
    place: (offset) => (wide ? uint64(view, offset, littleEndian) : view.getUint32(offset, littleEndian)),
    word: (offset) => view.getUint32(offset, littleEndian),
    half: (offset) => view.getUint16(offset, littleEndian),
  };
}

function* table(
  { access, wide, littleEndian }: Elf,
  offset: number,
  entrySize: number,
  count: number,
): Generator<Fields> {
  const bytes = access.read(offset, entrySize * Math.min(count, mostSections));
  for (let at = 0; at + entrySize <= bytes.length; at += entrySize)
    yield fieldsOf(bytes.subarray(at, at + entrySize), wide, littleEndian);
}

function readSegments(
  elf: Elf,
  offset: number | undefined,
  entrySize: number,
  count: number,
  type = loaded,
): readonly ProgramSegment[] {
  const { wide } = elf;
  if (offset === undefined || entrySize < (wide ? 56 : 32)) return [];
  const found: ProgramSegment[] = [];
  for (const field of table(elf, offset, entrySize, count)) {
    const place = field.place(wide ? 8 : 4);
    const address = field.place(wide ? 16 : 8);
    const size = field.place(wide ? 32 : 16);
    const flags = field.word(wide ? 4 : 24);
    if (field.word(0) !== type || place === undefined || address === undefined || size === undefined)
      continue;
    found.push({ address, offset: place, size, data: (flags & 3) === 2 });
  }
  return found;
}

interface SectionTable {
  readonly offset: number | undefined;
  readonly entrySize: number;
  readonly count: number;
  /** Index of the section that holds the names. */
  readonly names: number;
}

function readSections(
  elf: Elf,
  { offset, entrySize, count, names }: SectionTable,
): readonly ProgramSection[] {
  const { wide } = elf;
  if (offset === undefined || offset === 0 || entrySize < (wide ? 64 : 40)) return [];
  const [first] = table(elf, offset, entrySize, 1);
  if (first === undefined) return [];
  const total = count === 0 ? (first.place(wide ? 32 : 20) ?? 0) : count;
  const namesAt = names === extended ? first.word(wide ? 40 : 24) : names;
  const headers = [...table(elf, offset, entrySize, total)];
  const text = sectionNames(elf, headers[namesAt]);
  return headers.flatMap((field) => {
    const place = field.place(wide ? 24 : 16);
    const size = field.place(wide ? 32 : 20);
    if (field.word(4) === noBits || place === undefined || size === undefined) return [];
    const name = field.word(0);
    return [{ name: fixedText(text.subarray(name, name + longestName)), offset: place, size }];
  });
}

function sectionNames({ access, wide }: Elf, header: Fields | undefined): Uint8Array {
  const offset = header?.place(wide ? 24 : 16);
  const size = header?.place(wide ? 32 : 20);
  if (offset === undefined || size === undefined) return new Uint8Array();
  return access.read(offset, Math.min(size, longestNames));
}
