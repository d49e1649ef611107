import type { RandomAccess } from "../core/plugin.ts";

/** A program for one architecture, as its file describes the memory that it will fill. Bytes of the file only, nothing zero-filled. */
export interface ProgramImage {
  /** The program's own bytes: a part of the file for a universal Mach-O. */
  readonly access: RandomAccess;
  readonly littleEndian: boolean;
  readonly sections: readonly ProgramSection[];
  readonly segments: readonly ProgramSegment[];
}

/** A named range of the file. */
export interface ProgramSection {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
}

/** A range of the file that is mapped at `address`. */
export interface ProgramSegment {
  readonly address: number;
  readonly offset: number;
  readonly size: number;
  /** Written to, and not executed: initialised data. */
  readonly data: boolean;
}

/** Programs have some dozens of sections, large ones some hundreds. */
export const mostSections = 65_536;

/** The bytes that will be at `address`, cut where the segment ends; empty when the file maps nothing there. */
export function readMapped({ access, segments }: ProgramImage, address: number, length: number): Uint8Array {
  const segment = segments.find((one) => address >= one.address && address < one.address + one.size);
  if (segment === undefined) return new Uint8Array();
  const from = address - segment.address;
  return access.read(segment.offset + from, Math.min(length, segment.size - from));
}

/** The first section of one of these names. */
export function findSection(
  { sections }: ProgramImage,
  ...names: readonly string[]
): ProgramSection | undefined {
  return sections.find(({ name }) => names.includes(name));
}

/** Text of a fixed-length field that NUL ends, as ASCII. */
export function fixedText(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return Buffer.from(bytes.subarray(0, end < 0 ? bytes.length : end)).toString("latin1");
}
