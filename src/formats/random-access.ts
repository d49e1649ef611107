import { SeaworthyError } from "../core/errors.ts";
import type { RandomAccess } from "../core/plugin.ts";

/** Random access to bytes in memory; nothing is copied. */
export function accessBytes(bytes: Uint8Array): RandomAccess {
  return {
    size: bytes.length,
    read(offset, length) {
      const start = clamp(offset, bytes.length);
      return bytes.subarray(start, clamp(start + length, bytes.length));
    },
  };
}

/** A part of `access` as a file of its own; cut where `access` ends. */
export function accessPart(access: RandomAccess, offset: number, length: number): RandomAccess {
  const start = clamp(offset, access.size);
  const size = clamp(length, access.size - start);
  return {
    size,
    read(at, wanted) {
      const from = clamp(at, size);
      return access.read(start + from, clamp(wanted, size - from));
    },
  };
}

/** All bytes. @throws SeaworthyError `limit-exceeded` above `limit` bytes. */
export function readAll(access: RandomAccess, limit: number, what: string): Uint8Array {
  if (access.size > limit)
    throw new SeaworthyError(
      "limit-exceeded",
      `read ${what}: ${access.size} bytes, the limit is ${limit} bytes`,
    );
  return access.read(0, access.size);
}

/** All bytes as UTF-8 text without a byte order mark; bytes that are no UTF-8 become U+FFFD. @throws as `readAll`. */
export function readText(access: RandomAccess, limit: number, what: string): string {
  return utf8(readAll(access, limit, what));
}

/** Bytes as UTF-8 text without a byte order mark; bytes that are no UTF-8 become U+FFFD. */
export function utf8(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** A view for reading numbers. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A 64-bit number of a file that must be an offset, address or length; undefined when no double holds it exactly. */
export function uint64(view: DataView, offset: number, littleEndian: boolean): number | undefined {
  const value = Number(view.getBigUint64(offset, littleEndian));
  return Number.isSafeInteger(value) ? value : undefined;
}

function clamp(value: number, limit: number): number {
  return Math.min(Math.max(Math.trunc(value) || 0, 0), limit);
}
