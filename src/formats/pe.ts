import type { RandomAccess } from "../core/plugin.ts";
import { fixedText, type ProgramImage, type ProgramSection, type ProgramSegment } from "./program-image.ts";
import { uint64, viewOf } from "./random-access.ts";

// https://learn.microsoft.com/en-us/windows/win32/debug/pe-format

const coffHeader = 24;
const sectionHeader = 40;
const pe32 = 0x10b;
const pe32Plus = 0x20b;
/** Initialised data, readable, writable; alignment bits do not matter. */
const dataSection = 0xc000_0040;
const alignment = 0x00f0_0000;

/** Does it begin as DOS and Windows programs do? */
export function isPe(head: Uint8Array): boolean {
  return head[0] === 0x4d && head[1] === 0x5a;
}

/** Sections of a Windows program or library; undefined when the headers are not those of one. Each section is mapped as a segment. */
export function readPe(access: RandomAccess): ProgramImage | undefined {
  const dos = access.read(0, 64);
  if (dos.length < 64 || !isPe(dos)) return undefined;
  const start = viewOf(dos).getUint32(60, true);
  const header = access.read(start, coffHeader + 32);
  if (header.length < coffHeader + 32) return undefined;
  const view = viewOf(header);
  if (view.getUint32(0, true) !== 0x0000_4550) return undefined;
  const base = imageBase(view);
  if (base === undefined) return undefined;
  const table = access.read(
    start + coffHeader + view.getUint16(20, true),
    view.getUint16(6, true) * sectionHeader,
  );
  const sections: ProgramSection[] = [];
  const segments: ProgramSegment[] = [];
  for (let at = 0; at + sectionHeader <= table.length; at += sectionHeader) {
    const one = readSection(table.subarray(at, at + sectionHeader), base);
    sections.push(one.section);
    segments.push(one.segment);
  }
  return { access, littleEndian: true, sections, segments };
}

function imageBase(view: DataView): number | undefined {
  switch (view.getUint16(coffHeader, true)) {
    case pe32:
      return view.getUint32(coffHeader + 28, true);
    case pe32Plus:
      return uint64(view, coffHeader + 24, true);
    default:
      return undefined;
  }
}

function readSection(
  bytes: Uint8Array,
  base: number,
): { readonly section: ProgramSection; readonly segment: ProgramSegment } {
  const view = viewOf(bytes);
  const virtualSize = view.getUint32(8, true);
  const rawSize = view.getUint32(16, true);
  const offset = view.getUint32(20, true);
  const flags = view.getUint32(36, true);
  // The raw size is rounded up to the file's alignment.
  const size = virtualSize === 0 ? rawSize : Math.min(virtualSize, rawSize);
  return {
    section: { name: fixedText(bytes.subarray(0, 8)), offset, size },
    segment: {
      address: base + view.getUint32(12, true),
      offset,
      size,
      data: (flags & ~alignment) >>> 0 === dataSection,
    },
  };
}
