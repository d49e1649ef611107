import { SeaworthyError } from "../core/errors.ts";
import {
  createLzma,
  damaged,
  decodeLzma,
  type LzmaState,
  largestChunk,
  resetLzma,
  setProperties,
} from "./lzma.ts";
import { viewOf } from "./random-access.ts";

const magic = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00];
/** What `xz -9` takes. */
const largestDictionary = 2 ** 26;

/**
 * Uncompressed bytes of an xz file (https://tukaani.org/xz/xz-file-format.txt), in chunks of up to 2 MiB. Only LZMA2 without
 * a filter before it, as everybody writes it. The file's own check sums are not looked at: who calls compares a digest.
 * @throws SeaworthyError `malformed`, `truncated`, `unsupported`, `limit-exceeded`, while iterating.
 */
export function* unxz(bytes: Uint8Array): Generator<Uint8Array> {
  const decoders = createDecoders();
  let at = 0;
  while (at < bytes.length) {
    if (at > 0 && isPadding(bytes, at)) at += 4;
    else at = yield* stream(bytes, at, decoders);
  }
  if (at === 0) throw cut();
}

function isPadding(bytes: Uint8Array, at: number): boolean {
  return at + 4 <= bytes.length && bytes.subarray(at, at + 4).every((byte) => byte === 0);
}

type Decoders = (dictionary: number) => LzmaState;

// One for all blocks: a block of sixteen bytes may ask for 64 MiB, and a file may have millions of them.
function createDecoders(): Decoders {
  let last: LzmaState | undefined;
  return (dictionary) => {
    const size = dictionary + 2 * largestChunk;
    if (last === undefined || last.window.length < size) last = createLzma(dictionary);
    last.pos = 0;
    last.oldest = 0;
    last.total = 0;
    return last;
  };
}

function* stream(bytes: Uint8Array, start: number, decoders: Decoders): Generator<Uint8Array, number> {
  if (start + 12 > bytes.length) throw cut();
  if (!magic.every((byte, index) => bytes[start + index] === byte))
    throw damaged("it does not begin as xz does");
  const check = checkSizes[(bytes[start + 7] ?? 0) & 15] ?? 0;
  let at = start + 12;
  while (true) {
    const size = bytes[at];
    if (size === undefined) throw cut();
    if (size === 0) return afterIndex(bytes, at);
    at = yield* block(bytes, at, check, decoders);
  }
}

const checkSizes = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];

function* block(
  bytes: Uint8Array,
  start: number,
  check: number,
  decoders: Decoders,
): Generator<Uint8Array, number> {
  const headerEnd = start + ((bytes[start] ?? 0) + 1) * 4;
  if (headerEnd > bytes.length) throw cut();
  const data = yield* chunks(bytes, headerEnd, dictionaryOf(bytes, start), decoders);
  const end = headerEnd + Math.ceil((data - headerEnd) / 4) * 4 + check;
  if (end > bytes.length) throw cut();
  return end;
}

// Flags, sizes where they are told, then the filters: one, LZMA2 (0x21) with a byte for the size of its dictionary.
function dictionaryOf(bytes: Uint8Array, start: number): number {
  const flags = bytes[start + 1] ?? 0;
  let at = start + 2;
  for (const told of [flags & 0x40, flags & 0x80]) if (told !== 0) [, at] = number(bytes, at);
  const [id, afterId] = number(bytes, at);
  const size = bytes[afterId + 1] ?? 255;
  if ((flags & 3) !== 0 || id !== 0x21 || bytes[afterId] !== 1)
    throw new SeaworthyError("unsupported", "decompress xz: it has other filters than LZMA2 alone");
  const dictionary = size > 40 ? Infinity : (2 | (size & 1)) * 2 ** ((size >> 1) + 11);
  if (dictionary > largestDictionary)
    throw new SeaworthyError(
      "limit-exceeded",
      `decompress xz: its dictionary is larger than ${largestDictionary} bytes`,
    );
  return dictionary;
}

function number(bytes: Uint8Array, start: number): readonly [value: number, end: number] {
  let value = 0;
  for (let index = 0; index < 9; index += 1) {
    const byte = bytes[start + index];
    if (byte === undefined) throw cut();
    value += (byte & 127) * 2 ** (7 * index);
    if (byte < 128) return [value, start + index + 1];
  }
  throw damaged("a number has more than nine bytes");
}

function* chunks(
  bytes: Uint8Array,
  start: number,
  dictionary: number,
  decoders: Decoders,
): Generator<Uint8Array, number> {
  const d = decoders(dictionary);
  d.input = bytes;
  d.at = start;
  // Nothing may be used that was not set before: a first chunk without these would go on from nothing.
  const needs = { dictionary: true, properties: true };
  while (true) {
    const control = bytes[d.at];
    if (control === undefined) throw cut();
    if (control === 0) return d.at + 1;
    makeRoom(d, dictionary);
    const from = d.pos;
    prepare(d, control, needs);
    if (control < 0x80) stored(d);
    else coded(d, control, needs);
    yield d.window.slice(from, d.pos);
  }
}

interface Needs {
  dictionary: boolean;
  properties: boolean;
}

function prepare(d: LzmaState, control: number, needs: Needs): void {
  if (control === 1 || control >= 0xe0) {
    d.oldest = d.pos;
    d.total = 0;
    needs.dictionary = false;
  } else if (needs.dictionary || (control > 2 && control < 0x80))
    throw damaged(`a chunk of kind ${control} stands where none can`);
}

// The window holds a dictionary and two chunks: what is older than a dictionary is moved out.
function makeRoom(d: LzmaState, dictionary: number): void {
  if (d.pos + largestChunk <= d.window.length) return;
  const from = d.pos - dictionary;
  d.window.copyWithin(0, from, d.pos);
  d.pos -= from;
  d.oldest = Math.max(0, d.oldest - from);
}

function stored(d: LzmaState): void {
  if (d.at + 3 > d.input.length) throw cut();
  const size = viewOf(d.input).getUint16(d.at + 1) + 1;
  const from = d.at + 3;
  if (from + size > d.input.length) throw cut();
  d.window.set(d.input.subarray(from, from + size), d.pos);
  d.pos += size;
  d.total += size;
  d.at = from + size;
}

function coded(d: LzmaState, control: number, needs: Needs): void {
  if (d.at + 6 > d.input.length) throw cut();
  const view = viewOf(d.input);
  const size = ((control & 0x1f) << 16) + view.getUint16(d.at + 1) + 1;
  const compressed = view.getUint16(d.at + 3) + 1;
  const reset = (control >> 5) & 3;
  let from = d.at + 5;
  if (reset >= 2) {
    setProperties(d, d.input[from] ?? 255);
    from += 1;
    needs.properties = false;
  } else if (needs.properties) throw damaged("its first chunk has no properties");
  if (reset >= 1) resetLzma(d);
  if (from + compressed > d.input.length) throw cut();
  d.at = from;
  decodeLzma(d, compressed, size);
}

// Index and footer are only passed over: what they say of the blocks was read already.
function afterIndex(bytes: Uint8Array, start: number): number {
  const [records, first] = number(bytes, start + 1);
  let at = first;
  for (let left = records * 2; left > 0; left -= 1) [, at] = number(bytes, at);
  const end = start + Math.ceil((at - start) / 4) * 4 + 4 + 12;
  if (end > bytes.length) throw cut();
  if (bytes[end - 2] !== 0x59 || bytes[end - 1] !== 0x5a) throw damaged("it does not end as xz does");
  return end;
}

function cut(): SeaworthyError {
  return new SeaworthyError("truncated", "decompress xz: it ends too early");
}
