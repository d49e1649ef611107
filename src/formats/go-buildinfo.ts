import { SeaworthyError } from "../core/errors.ts";
import { type GoModules, parseGoModules } from "./go-modules.ts";
import { findSection, type ProgramImage, readMapped } from "./program-image.ts";
import { uint64, utf8, viewOf } from "./random-access.ts";

// https://github.com/golang/go/blob/master/src/debug/buildinfo/buildinfo.go

/** What the Go toolchain wrote into a program. */
export interface GoBuild extends GoModules {
  /** `go1.22.1`, maybe with experiments or a vendor's remark after it. */
  readonly goVersion: string;
}

const magic = Buffer.from("\xff Go buildinf:", "latin1");
const header = 32;
const alignment = 16;
const chunk = 2 ** 20;
/** Data beyond this is not searched where no section tells the place. */
const longestSearch = 256 * 2 ** 20;
/** The largest programs list some thousand modules in a few hundred kB. */
const longestText = 16 * 2 ** 20;
const pointersBigEndian = 1;
const inlineText = 2;

/**
 * Reads the build information of a Go program: both the form of Go 1.18 and later and the older one with pointers.
 * Undefined when there is none. @throws SeaworthyError `malformed` when its section is there and cannot be read.
 */
export function readGoBuild(image: ProgramImage): GoBuild | undefined {
  const section = findSection(image, ".go.buildinfo", "__go_buildinfo");
  if (section !== undefined && section.size > 0) {
    const bytes = image.access.read(section.offset, Math.min(section.size, chunk));
    const at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(magic);
    if (at < 0) throw unreadable("its section does not hold it");
    return decode(image, section.offset + at);
  }
  for (const offset of searchData(image)) {
    const found = attempt(() => decode(image, offset));
    if (found !== undefined) return found;
  }
  return undefined;
}

// Without a section the information begins at an aligned address of the initialised data. The magic alone may be any data.
function* searchData({ access, segments }: ProgramImage): Generator<number> {
  let left = longestSearch;
  for (const { address, offset, size, data } of segments) {
    if (!data) continue;
    const length = Math.min(size, left, Math.max(access.size - offset, 0));
    left -= length;
    for (let from = 0; from < length; from += chunk) {
      const bytes = access.read(offset + from, Math.min(chunk + magic.length - 1, length - from));
      const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
      for (let at = buffer.indexOf(magic); at >= 0; at = buffer.indexOf(magic, at + 1))
        if ((address + from + at) % alignment === 0) yield offset + from + at;
    }
  }
}

function attempt(work: () => GoBuild): GoBuild | undefined {
  try {
    return work();
  } catch (thrown) {
    if (thrown instanceof SeaworthyError) return undefined;
    throw thrown;
  }
}

function decode(image: ProgramImage, offset: number): GoBuild {
  const bytes = image.access.read(offset, header);
  if (bytes.length < header) throw unreadable("it ends too early");
  const flags = bytes[15] ?? 0;
  const [goVersion, modules] =
    (flags & inlineText) === 0 ? byPointers(image, bytes, flags) : inline(image, offset + header);
  const version = utf8(goVersion);
  if (version === "") throw unreadable("it tells no version of Go");
  return { goVersion: version, ...parseGoModules(utf8(withoutMarks(modules))) };
}

// The list stands between two marks of 16 bytes each, put there for programs that look for it.
function withoutMarks(modules: Uint8Array): Uint8Array {
  const marked = modules.length >= 33 && modules[modules.length - 17] === 0x0a;
  return marked ? modules.subarray(16, -16) : new Uint8Array();
}

function inline(image: ProgramImage, offset: number): readonly [Uint8Array, Uint8Array] {
  const version = countedText(image, offset);
  return [version.bytes, countedText(image, version.end).bytes];
}

function countedText(
  { access }: ProgramImage,
  offset: number,
): { readonly bytes: Uint8Array; readonly end: number } {
  const count = access.read(offset, 5);
  let length = 0;
  let used = 0;
  for (let more = true; more; used += 1) {
    const byte = count[used];
    if (byte === undefined) throw unreadable("a length in it is too large or cut off");
    length += (byte & 0x7f) * 2 ** (7 * used);
    more = byte >= 0x80;
  }
  if (length > longestText) throw unreadable(`a text of ${length} bytes in it`);
  const bytes = access.read(offset + used, length);
  if (bytes.length < length) throw unreadable("it ends too early");
  return { bytes, end: offset + used + length };
}

function byPointers(
  image: ProgramImage,
  bytes: Uint8Array,
  flags: number,
): readonly [Uint8Array, Uint8Array] {
  const pointer = { size: bytes[14] ?? 0, littleEndian: (flags & pointersBigEndian) === 0 };
  if (pointer.size !== 4 && pointer.size !== 8) throw unreadable(`pointers of ${pointer.size} bytes`);
  const version = readPointer(bytes, 16, pointer);
  const modules = readPointer(bytes, 16 + pointer.size, pointer);
  return [
    goString(image, version, pointer),
    modules === 0 ? new Uint8Array() : goString(image, modules, pointer),
  ];
}

interface Pointer {
  readonly size: number;
  readonly littleEndian: boolean;
}

function readPointer(bytes: Uint8Array, offset: number, { size, littleEndian }: Pointer): number {
  const view = viewOf(bytes);
  const value = size === 8 ? uint64(view, offset, littleEndian) : view.getUint32(offset, littleEndian);
  if (value === undefined) throw unreadable("a pointer in it leads nowhere");
  return value;
}

// A string in memory: address of its bytes, then their number.
function goString(image: ProgramImage, address: number, pointer: Pointer): Uint8Array {
  const bytes = readMapped(image, address, 2 * pointer.size);
  if (bytes.length < 2 * pointer.size) throw unreadable("a pointer in it leads nowhere");
  const length = readPointer(bytes, pointer.size, pointer);
  if (length > longestText) throw unreadable(`a text of ${length} bytes in it`);
  const text = readMapped(image, readPointer(bytes, 0, pointer), length);
  if (text.length < length) throw unreadable("a pointer in it leads nowhere");
  return text;
}

function unreadable(state: string): SeaworthyError {
  return new SeaworthyError("malformed", `read Go build information: ${state}`);
}
