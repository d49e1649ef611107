import { isUtf8 } from "node:buffer";
import { SeaworthyError } from "../core/errors.ts";

/** Bytes of a tar block: headers and padding come in these. */
export const blockSize = 512;

/** One header block, as it stands: long names and extended headers are not yet applied. */
export interface TarHeader {
  readonly name: string;
  /** Type flag as a character: `0`, `5`, `x` …; NUL for the oldest tars. */
  readonly type: string;
  /** Permission bits. */
  readonly mode: number;
  /** The size field: stored bytes that follow, for types that have content. */
  readonly size: number;
  readonly linkName: string;
  readonly gnu: boolean;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970. */
  readonly mtime: number;
}

/**
 * Reads a header block: v7, ustar, GNU and star (https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html,
 * https://www.gnu.org/software/tar/manual/html_node/Standard.html).
 * @throws SeaworthyError `malformed` on a wrong checksum or an impossible number.
 */
export function parseTarHeader(block: Uint8Array): TarHeader {
  checkSum(block);
  const format = formatOf(block);
  const name = fieldText(block, 0, 100);
  const prefix =
    format === "ustar" ? fieldText(block, 345, 155) : format === "star" ? fieldText(block, 345, 131) : "";
  return {
    name: prefix === "" ? name : `${prefix}/${name}`,
    type: String.fromCharCode(block[156] ?? 0),
    mode: parseMode(block),
    uid: parseLenient(block, 108, 8),
    gid: parseLenient(block, 116, 8),
    mtime: parseLenient(block, 136, 12),
    size: parseTarNumber(block, 124, 12, "size"),
    linkName: fieldText(block, 157, 100),
    gnu: format === "gnu",
  };
}

/** Is the block all zero (two of them end an archive)? */
export function isZeroBlock(block: Uint8Array): boolean {
  for (let index = 0; index < block.length; index += 1) if (block[index] !== 0) return false;
  return true;
}

/**
 * A number field: octal text, or base-256 when its first bit is set (GNU, star).
 * @throws SeaworthyError `malformed` when it is negative, too large or no number.
 */
export function parseTarNumber(block: Uint8Array, offset: number, length: number, field: string): number {
  const first = block[offset] ?? 0;
  if ((first & 0x80) !== 0) return parseBase256(block, offset, length, field);
  let start = offset;
  let end = offset + length;
  while (start < end && isPadding(block[start])) start += 1;
  while (end > start && isPadding(block[end - 1])) end -= 1;
  let value = 0;
  for (let index = start; index < end; index += 1) {
    const byte = block[index] ?? 0;
    // What stands after a NUL is left over from another entry: writers do not always clear the field.
    if (byte === 0) break;
    if (byte < 0x30 || byte > 0x37) throw badNumber(field, "not an octal number");
    value = value * 8 + (byte - 0x30);
  }
  return value;
}

/** Text up to the first NUL. Bytes that are not UTF-8 are read as Latin-1, so that two names never become one. */
export function fieldText(bytes: Uint8Array, offset: number, length: number): string {
  const end = Math.min(offset + length, bytes.length);
  let stop = offset;
  let high = 0;
  while (stop < end) {
    const byte = bytes[stop] ?? 0;
    if (byte === 0) break;
    high |= byte;
    stop += 1;
  }
  if (stop === offset) return "";
  const view = Buffer.from(bytes.buffer, bytes.byteOffset + offset, stop - offset);
  return high < 0x80 || !isUtf8(view) ? view.toString("latin1") : view.toString("utf8");
}

function parseBase256(block: Uint8Array, offset: number, length: number, field: string): number {
  if (((block[offset] ?? 0) & 0x40) !== 0) throw badNumber(field, "negative");
  let value = (block[offset] ?? 0) & 0x3f;
  for (let index = offset + 1; index < offset + length; index += 1) {
    value = value * 256 + (block[index] ?? 0);
    if (value > Number.MAX_SAFE_INTEGER) throw badNumber(field, "larger than 2^53");
  }
  return value;
}

// Runtimes apply what they can of a mode; nothing else hangs on it, so a strange one is no mode rather than no layer.
function parseMode(block: Uint8Array): number {
  let mode = 0;
  for (let index = 100; index < 108; index += 1) {
    const byte = block[index] ?? 0;
    if (byte >= 0x30 && byte <= 0x37) mode = ((mode << 3) | (byte - 0x30)) & 0xfff;
    else if (!isPadding(byte)) return 0;
  }
  return mode;
}

// As with the mode: who owns a file and when it was written decide nothing about its content.
function parseLenient(block: Uint8Array, offset: number, length: number): number {
  try {
    return parseTarNumber(block, offset, length, "owner or time");
  } catch {
    return 0;
  }
}

function isPadding(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0;
}

function formatOf(block: Uint8Array): "v7" | "ustar" | "star" | "gnu" {
  const magic = Buffer.from(block.buffer, block.byteOffset + 257, 8).toString("latin1");
  if (magic === "ustar  \0") return "gnu";
  if (!magic.startsWith("ustar\0")) return "v7";
  const trailer = Buffer.from(block.buffer, block.byteOffset + 508, 4).toString("latin1");
  return trailer === "tar\0" ? "star" : "ustar";
}

// The sum is over the header with its own field read as spaces; old writers summed signed bytes.
function checkSum(block: Uint8Array): void {
  let unsigned = 256;
  let high = 0;
  for (let index = 0; index < 148; index += 1) {
    const byte = block[index] ?? 0;
    unsigned += byte;
    high += byte >> 7;
  }
  for (let index = 156; index < blockSize; index += 1) {
    const byte = block[index] ?? 0;
    unsigned += byte;
    high += byte >> 7;
  }
  const stated = parseTarNumber(block, 148, 8, "checksum");
  if (stated !== unsigned && stated !== unsigned - 256 * high)
    throw new SeaworthyError("malformed", `read tar header: checksum ${stated} where ${unsigned} is right`);
}

function badNumber(field: string, state: string): SeaworthyError {
  return new SeaworthyError("malformed", `read tar header: field "${field}" is ${state}`);
}
