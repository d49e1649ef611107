import type { RandomAccess } from "../core/plugin.ts";
import { fixedText, type ProgramImage, type ProgramSection, type ProgramSegment } from "./program-image.ts";
import { accessPart, uint64, viewOf } from "./random-access.ts";

// <mach-o/loader.h> and <mach-o/fat.h>, https://github.com/apple-oss-distributions/xnu/tree/main/EXTERNAL_HEADERS/mach-o

const longestCommands = 2 ** 24;
/** Java's class files have the same magic; what stands here for the number of architectures is 45 and more there. */
const mostArchitectures = 20;
const readWrite = 3;

/** Does it begin as a Mach-O file or a universal one does (and is no Java class)? */
export function isMachO(head: Uint8Array): boolean {
  return (
    head.length >= 8 &&
    begins.has(head[0] ?? 0) &&
    (headerOf(head) !== undefined || architectures(head) !== undefined)
  );
}

// First bytes of its magic numbers: every file of an image is asked.
const begins: ReadonlySet<number> = new Set([0xfe, 0xce, 0xcf, 0xca]);

/** The programs in the file, one for each architecture of a universal one; none when its headers cannot be read. */
export function readMachO(access: RandomAccess): readonly ProgramImage[] {
  const head = access.read(0, 8);
  if (head.length < 8) return [];
  const fat = architectures(head);
  const parts = fat === undefined ? [access] : slices(access, fat);
  return parts.flatMap((part) => readThin(part) ?? []);
}

interface Header {
  readonly wide: boolean;
  readonly littleEndian: boolean;
}

function headerOf(head: Uint8Array): Header | undefined {
  switch (viewOf(head).getUint32(0)) {
    case 0xfeedface:
      return { wide: false, littleEndian: false };
    case 0xfeedfacf:
      return { wide: true, littleEndian: false };
    case 0xcefaedfe:
      return { wide: false, littleEndian: true };
    case 0xcffaedfe:
      return { wide: true, littleEndian: true };
    default:
      return undefined;
  }
}

interface Architectures {
  readonly wide: boolean;
  readonly count: number;
}

function architectures(head: Uint8Array): Architectures | undefined {
  const magic = viewOf(head).getUint32(0);
  const count = viewOf(head).getUint32(4);
  if (magic !== 0xcafebabe && magic !== 0xcafebabf) return undefined;
  return count === 0 || count > mostArchitectures ? undefined : { wide: magic === 0xcafebabf, count };
}

function slices(access: RandomAccess, { wide, count }: Architectures): readonly RandomAccess[] {
  const entry = wide ? 32 : 20;
  const table = access.read(8, entry * count);
  const view = viewOf(table);
  const found: RandomAccess[] = [];
  for (let at = 0; at + entry <= table.length; at += entry) {
    const offset = wide ? uint64(view, at + 8, false) : view.getUint32(at + 8);
    const size = wide ? uint64(view, at + 16, false) : view.getUint32(at + 12);
    if (offset !== undefined && size !== undefined) found.push(accessPart(access, offset, size));
  }
  return found;
}

function readThin(access: RandomAccess): ProgramImage | undefined {
  const head = access.read(0, 32);
  const header = head.length < 32 ? undefined : headerOf(head);
  if (header === undefined) return undefined;
  const size = viewOf(head).getUint32(20, header.littleEndian);
  const commands = access.read(header.wide ? 32 : 28, Math.min(size, longestCommands));
  const sections: ProgramSection[] = [];
  const segments: ProgramSegment[] = [];
  for (const command of loadCommands(commands, header)) {
    const segment = readSegment(command, header);
    if (segment === undefined) continue;
    segments.push(segment);
    sections.push(...readSections(command, header));
  }
  return { access, littleEndian: header.littleEndian, sections, segments };
}

function* loadCommands(bytes: Uint8Array, { littleEndian, wide }: Header): Generator<Uint8Array> {
  const view = viewOf(bytes);
  const segment = wide ? 0x19 : 1;
  for (let at = 0; at + 8 <= bytes.length; ) {
    const length = view.getUint32(at + 4, littleEndian);
    if (length < 8) return;
    if (view.getUint32(at, littleEndian) === segment) yield bytes.subarray(at, at + length);
    at += length;
  }
}

// struct segment_command: name at 8, then address, size in memory, offset, size in the file, allowed and initial protection.
function readSegment(bytes: Uint8Array, { wide, littleEndian }: Header): ProgramSegment | undefined {
  if (bytes.length < (wide ? 72 : 56)) return undefined;
  const view = viewOf(bytes);
  const place = (index: number): number | undefined =>
    wide ? uint64(view, 24 + index * 8, littleEndian) : view.getUint32(24 + index * 4, littleEndian);
  const address = place(0);
  const offset = place(2);
  const size = place(3);
  if (address === undefined || offset === undefined || size === undefined) return undefined;
  const protection = view.getUint32(wide ? 60 : 44, littleEndian);
  return { address, offset, size, data: protection === readWrite };
}

function readSections(bytes: Uint8Array, { wide, littleEndian }: Header): readonly ProgramSection[] {
  const view = viewOf(bytes);
  const entry = wide ? 80 : 68;
  const found: ProgramSection[] = [];
  for (let at = wide ? 72 : 56; at + entry <= bytes.length; at += entry) {
    const size = wide ? uint64(view, at + 40, littleEndian) : view.getUint32(at + 36, littleEndian);
    const offset = view.getUint32(at + (wide ? 48 : 40), littleEndian);
    if (size !== undefined) found.push({ name: fixedText(bytes.subarray(at, at + 16)), offset, size });
  }
  return found;
}
