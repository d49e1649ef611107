import { SeaworthyError } from "../core/errors.ts";

/** A value of a row. Integers beyond 2^53 lose their last digits. */
export type SqliteValue = null | number | string | Uint8Array;

/** A number at a place, and where the next thing begins. */
interface Placed {
  readonly value: number;
  readonly end: number;
}

/** A variable-length integer without sign: 7 bits a byte, most significant first, all 8 of a ninth. @throws SeaworthyError `malformed`. */
export function readVarint(bytes: Buffer, at: number): Placed {
  let value = 0;
  for (let index = 0; index < 9; index += 1) {
    const byte = bytes[at + index];
    if (byte === undefined) throw malformed("a number is cut off");
    if (index === 8) return { value: value * 256 + byte, end: at + 9 };
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return { value, end: at + index + 1 };
  }
  throw malformed("a number is cut off");
}

/** As {@link readVarint}, in two's complement: negative numbers have nine bytes. */
export function readRowid(bytes: Buffer, at: number): Placed {
  const { value, end } = readVarint(bytes, at);
  if (end - at < 9) return { value, end };
  let bits = 0n;
  for (const byte of bytes.subarray(at, at + 8)) bits = (bits << 7n) | BigInt(byte & 0x7f);
  return { value: Number(BigInt.asIntN(64, (bits << 8n) | BigInt(bytes[at + 8] ?? 0))), end };
}

/**
 * Values of a record: a header of serial types, then the bodies (https://www.sqlite.org/fileformat2.html, 2.1). A row id column
 * reads as null. @throws SeaworthyError `malformed` when a value passes the record's end.
 */
export function readRecord(record: Buffer, encoding: string): readonly SqliteValue[] {
  const header = readVarint(record, 0);
  if (header.value > record.length) throw malformed("a row's header passes its end");
  const values: SqliteValue[] = [];
  let body = header.value;
  for (let at = header.end; at < header.value; ) {
    const type = readVarint(record, at);
    const length = bodyLength(type.value);
    if (body + length > record.length) throw malformed("a value passes the end of its row");
    if (values.length === maxColumns) throw malformed(`a row of more than ${maxColumns} columns`);
    values.push(readValue(record.subarray(body, body + length), type.value, encoding));
    body += length;
    at = type.end;
  }
  return values;
}

/** SQLite's own upper bound (SQLITE_MAX_COLUMN). */
const maxColumns = 32_767;

const fixedLengths = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0] as const;

function bodyLength(type: number): number {
  const fixed = fixedLengths[type];
  if (fixed !== undefined) return fixed;
  if (type < 12) throw malformed(`a value of the reserved type ${type}`);
  return Math.floor((type - 12) / 2);
}

function readValue(body: Buffer, type: number, encoding: string): SqliteValue {
  switch (type) {
    case 0:
      return null;
    case 6:
      return Number(body.readBigInt64BE(0));
    case 7:
      return body.readDoubleBE(0);
    case 8:
      return 0;
    case 9:
      return 1;
    default:
      if (type < 6) return body.readIntBE(0, body.length);
      return type % 2 === 0 ? body : new TextDecoder(encoding).decode(body);
  }
}

function malformed(state: string): SeaworthyError {
  return new SeaworthyError("malformed", `read SQLite database: ${state}`);
}
