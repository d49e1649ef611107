import { SeaworthyError } from "../core/errors.ts";

/** The fields of one message by number; of scalar fields the last counts, of repeated ones all. */
export interface Message {
  text(field: number): string;
  bytes(field: number): Uint8Array;
  /** Numbers above 2^53 are cut off there. */
  number(field: number): number;
  message(field: number): Message;
  /** A `map<string, string>`. */
  map(field: number): Readonly<Record<string, string>>;
}

interface Field {
  readonly number: number;
  readonly value: number | Uint8Array;
}

const mostFields = 100_000;

/**
 * Reads a message of Protocol Buffers (https://protobuf.dev/programming-guides/encoding/). Nested ones are read when asked for.
 * @throws SeaworthyError `malformed`.
 */
export function decodeMessage(bytes: Uint8Array): Message {
  const fields = new Map<number, (number | Uint8Array)[]>();
  let at = 0;
  for (let seen = 0; at < bytes.length; seen += 1) {
    if (seen === mostFields) throw malformed(`more than ${mostFields} fields`);
    const { field, end } = readField(bytes, at);
    at = end;
    const known = fields.get(field.number);
    if (known === undefined) fields.set(field.number, [field.value]);
    else known.push(field.value);
  }
  return view(fields);
}

/** Writes a message of strings and whole numbers; empty ones are left out, as proto3 has it. */
export function encodeMessage(fields: Readonly<Record<number, string | number>>): Uint8Array {
  const parts = Object.entries(fields).flatMap(([number, value]) => {
    if (value === "" || value === 0) return [];
    if (typeof value === "number") return [varint(Number(number) * 8), varint(value)];
    const text = Buffer.from(value);
    return [varint(Number(number) * 8 + 2), varint(text.length), text];
  });
  return Buffer.concat(parts);
}

function view(fields: ReadonlyMap<number, readonly (number | Uint8Array)[]>): Message {
  const bytes = (field: number): Uint8Array => {
    const value = fields.get(field)?.at(-1);
    return value instanceof Uint8Array ? value : new Uint8Array();
  };
  return {
    bytes,
    text: (field) => new TextDecoder().decode(bytes(field)),
    number(field) {
      const value = fields.get(field)?.at(-1);
      return typeof value === "number" ? value : 0;
    },
    message: (field) => decodeMessage(bytes(field)),
    map(field) {
      const entries = (fields.get(field) ?? []).filter((value) => value instanceof Uint8Array);
      return Object.fromEntries(
        entries.map((entry) => {
          const pair = decodeMessage(entry);
          return [pair.text(1), pair.text(2)];
        }),
      );
    },
  };
}

function readField(bytes: Uint8Array, start: number): { readonly field: Field; readonly end: number } {
  const tag = readVarint(bytes, start);
  const number = Math.floor(tag.value / 8);
  switch (tag.value % 8) {
    case 0: {
      const { value, end } = readVarint(bytes, tag.end);
      return { field: { number, value }, end };
    }
    case 1:
      return readBytes(bytes, number, tag.end, 8);
    case 2: {
      const length = readVarint(bytes, tag.end);
      return readBytes(bytes, number, length.end, length.value);
    }
    case 5:
      return readBytes(bytes, number, tag.end, 4);
    default:
      throw malformed("a field of unknown wire type");
  }
}

function readBytes(
  bytes: Uint8Array,
  number: number,
  start: number,
  length: number,
): { readonly field: Field; readonly end: number } {
  if (length > bytes.length - start) throw malformed("a field that is longer than its message");
  return { field: { number, value: bytes.subarray(start, start + length) }, end: start + length };
}

function readVarint(bytes: Uint8Array, start: number): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let index = 0; index < 10; index += 1) {
    const byte = bytes[start + index];
    if (byte === undefined) throw malformed("it breaks off inside a number");
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { value: Math.min(value, Number.MAX_SAFE_INTEGER), end: start + index + 1 };
  }
  throw malformed("a number of more than ten bytes");
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let left = value;
  while (left >= 0x80) {
    bytes.push((left % 0x80) + 0x80);
    left = Math.floor(left / 0x80);
  }
  return Uint8Array.of(...bytes, left);
}

function malformed(state: string): SeaworthyError {
  return new SeaworthyError("malformed", `read protobuf message: ${state}`);
}
