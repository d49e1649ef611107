import { SeaworthyError } from "../core/errors.ts";

/** Bytes of one frame: `first` begins it, `last` ends it; a frame that lies whole in one pushed chunk is one piece. */
export interface FramePiece {
  readonly bytes: Uint8Array;
  readonly first: boolean;
  readonly last: boolean;
}

/** Cuts a zstd file at the ends of its frames and drops skippable ones. */
export interface FrameScanner {
  /** Pieces are views of the chunk. @throws SeaworthyError `malformed` where no frame begins, `limit-exceeded` for a large window. */
  push(chunk: Uint8Array): readonly FramePiece[];
  /** @throws SeaworthyError `truncated` inside a frame. */
  end(): void;
}

interface State {
  /** What the gathered bytes are. */
  step: "magic" | "skip-size" | "descriptor" | "header" | "block" | "body" | "checksum" | "skip-body";
  readonly field: Uint8Array;
  filled: number;
  want: number;
  /** Bytes of a block's or skippable frame's body still to pass. */
  body: number;
  lastBlock: boolean;
  descriptor: number;
  /** Is a frame open whose bytes belong to the output? */
  inFrame: boolean;
  first: boolean;
}

/**
 * node:zlib stops after one frame and drops the rest without an error (nodejs/node#64741), so frames are told apart here
 * (https://datatracker.ietf.org/doc/html/rfc8878#section-3.1).
 */
export function createFrameScanner(): FrameScanner {
  const state: State = {
    step: "magic",
    field: new Uint8Array(16),
    filled: 0,
    want: 4,
    body: 0,
    lastBlock: false,
    descriptor: 0,
    inFrame: false,
    first: false,
  };
  return {
    push: (chunk) => push(state, chunk),
    end() {
      if (state.step !== "magic" || state.filled > 0)
        throw new SeaworthyError("truncated", "decompress zstd: the data breaks off inside a frame");
    },
  };
}

const frameMagic = 0xfd2fb528;
const maxWindow = 2 ** 27;
const maxBlock = 128 * 1024;

function push(state: State, chunk: Uint8Array): readonly FramePiece[] {
  const pieces: FramePiece[] = [];
  // The magic may have begun in the chunk before: those bytes are given back as a piece of their own.
  let from = 0;
  let at = 0;
  const emit = (to: number, last: boolean): void => {
    if (to > from || last) pieces.push({ bytes: chunk.subarray(from, to), first: state.first, last });
    state.first = false;
    from = to;
  };
  while (at < chunk.length) {
    if (state.step === "body" || state.step === "skip-body") {
      const step = Math.min(state.body, chunk.length - at);
      state.body -= step;
      at += step;
      if (state.body > 0) break;
      afterBody(state);
    } else {
      const begin = at;
      at += fill(state, chunk, at);
      if (state.filled < state.want) break;
      const value = little(state.field, state.want);
      state.filled = 0;
      takeField(state, value);
      if (state.step === "descriptor") {
        from = begin;
        if (begin + 4 !== at) pieces.push({ bytes: magicBytes(), first: true, last: false });
        state.first = begin + 4 === at;
        if (!state.first) from = at;
      }
    }
    if (state.inFrame && state.step === "magic") {
      emit(at, true);
      state.inFrame = false;
    }
    if (!state.inFrame) from = at;
  }
  if (state.inFrame && at > from) emit(at, false);
  return pieces;
}

function fill(state: State, chunk: Uint8Array, at: number): number {
  const step = Math.min(state.want - state.filled, chunk.length - at);
  for (let index = 0; index < step; index += 1) state.field[state.filled + index] = chunk[at + index] ?? 0;
  state.filled += step;
  return step;
}

function takeField(state: State, value: number): void {
  switch (state.step) {
    case "magic":
      return takeMagic(state, value);
    case "skip-size":
      state.body = value;
      return value === 0 ? expect(state, "magic", 4) : expect(state, "skip-body", 0);
    case "descriptor":
      state.descriptor = value;
      if ((value & 0x08) !== 0) throw malformed("a reserved bit is set");
      return expect(state, "header", headerRest(value));
    case "header":
      checkWindow(state);
      return expect(state, "block", 3);
    case "block":
      return takeBlock(state, value);
    case "checksum":
      return expect(state, "magic", 4);
    case "body":
    case "skip-body":
      return;
  }
}

function takeMagic(state: State, value: number): void {
  if (value === frameMagic) {
    state.inFrame = true;
    expect(state, "descriptor", 1);
  } else if (value >= 0x184d2a50 && value <= 0x184d2a5f) expect(state, "skip-size", 4);
  else throw malformed("bytes that are no frame");
}

function takeBlock(state: State, value: number): void {
  const type = (value >> 1) & 3;
  const size = value >> 3;
  if (type === 3) throw malformed("a block of reserved type");
  if (size > maxBlock) throw malformed(`a block of ${size} bytes`);
  state.lastBlock = (value & 1) === 1;
  state.body = type === 1 ? 1 : size;
  state.step = "body";
  if (state.body === 0) afterBody(state);
}

function afterBody(state: State): void {
  if (state.step === "skip-body") expect(state, "magic", 4);
  else if (!state.lastBlock) expect(state, "block", 3);
  else if ((state.descriptor & 0x04) !== 0) expect(state, "checksum", 4);
  else expect(state, "magic", 4);
}

function expect(state: State, step: State["step"], want: number): void {
  state.step = step;
  state.want = want;
}

// Bytes of the header after its descriptor: window, dictionary id, content size.
function headerRest(descriptor: number): number {
  const single = (descriptor & 0x20) !== 0;
  const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const size = [single ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  return (single ? 0 : 1) + dictionary + size;
}

function checkWindow(state: State): void {
  const single = (state.descriptor & 0x20) !== 0;
  const window = single ? contentSize(state) : windowSize(state.field[0] ?? 0);
  if (window > maxWindow)
    throw new SeaworthyError(
      "limit-exceeded",
      `decompress zstd: a window of ${window} bytes, above ${maxWindow}`,
    );
}

function windowSize(byte: number): number {
  const base = 2 ** (10 + (byte >> 3));
  return base + (base / 8) * (byte & 7);
}

function contentSize(state: State): number {
  const skip = [0, 1, 2, 4][state.descriptor & 3] ?? 0;
  const size = [1, 2, 4, 8][state.descriptor >> 6] ?? 1;
  return little(state.field.subarray(skip), size) + (size === 2 ? 256 : 0);
}

function little(bytes: Uint8Array, length: number): number {
  let value = 0;
  for (let index = length - 1; index >= 0; index -= 1) value = value * 256 + (bytes[index] ?? 0);
  return value;
}

function magicBytes(): Uint8Array {
  return Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd);
}

function malformed(state: string): SeaworthyError {
  return new SeaworthyError("malformed", `decompress zstd: ${state}`);
}
