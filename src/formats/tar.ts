import { SeaworthyError } from "../core/errors.ts";
import { blockSize, fieldText, isZeroBlock, parseTarHeader, type TarHeader } from "./tar-header.ts";
import { parsePax, paxDecimal, paxNumber } from "./tar-pax.ts";
import {
  oldSparseSize,
  parseOldSparse,
  parseSparseList,
  parseSparsePrefix,
  type SparseMap,
  sparseMap,
  sparsePrefixLines,
} from "./tar-sparse.ts";

/** One entry with its long names and extended headers applied. Names are as written, not normalised. */
export interface TarEntry {
  readonly path: string;
  readonly kind: "file" | "directory" | "symlink" | "hardlink" | "other";
  readonly mode: number;
  /** Bytes of the file, holes included. */
  readonly size: number;
  /** Bytes that the archive holds of it. */
  readonly stored: number;
  readonly linkTarget: string;
  readonly sparse: SparseMap | undefined;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  /** The extended attribute `security.capability` (capabilities(7)), one character a byte; undefined without one. */
  readonly capability: string | undefined;
}

/** Takes the stored bytes of one entry; chunks are valid only during the call. */
export interface TarSink {
  write(chunk: Uint8Array): void;
  /** All stored bytes were written. Not called when the archive breaks off. */
  end(): void;
}

/** Is told of every entry; content costs nothing unless it answers a sink. `head`: up to 512 first stored bytes, valid during the call. */
export interface TarVisitor {
  entry(entry: TarEntry, head: Uint8Array): TarSink | undefined;
}

/** Bounds of a tar. */
export interface TarLimits {
  readonly entries: number;
  /** Bytes of one long name or extended header. */
  readonly meta: number;
}

/** A push parser: chunks of any size go in, entries come out at once. */
export interface TarReader {
  /** @throws SeaworthyError `malformed`, `limit-exceeded`; after that the reader takes no more. */
  push(chunk: Uint8Array): void;
  /** @throws SeaworthyError `truncated` when the archive breaks off inside an entry. */
  end(): void;
  /** The two zero blocks were seen: what follows is padding or junk that no reader looks at. */
  readonly done: boolean;
}

/** Bounds by default. */
const tarLimits: TarLimits = { entries: 2_000_000, meta: 1 << 20 };

interface State {
  readonly visitor: TarVisitor;
  readonly limits: TarLimits;
  /** Bytes still to pass over. */
  skip: number;
  /** Bytes still to hand to `sink`, then `padding` to pass over. */
  remaining: number;
  padding: number;
  sink: TarSink | undefined;
  /** What the next gathered bytes are, and how many of them. */
  need: number;
  take: (bytes: Uint8Array) => void;
  readonly takeHeader: (bytes: Uint8Array) => void;
  /** What is needed is the rest of an entry that has begun. */
  inside: boolean;
  /** Gathered so far of `need`, when it spans chunks. */
  carry: Uint8Array;
  carried: number;
  entries: number;
  zeroBlocks: number;
  done: boolean;
  longName: string;
  longLink: string;
  pax: ReadonlyMap<string, string>;
}

const none: ReadonlyMap<string, string> = new Map();

/** A reader of tar in any of its forms, as Go's archive/tar (and so containerd and docker) reads it. */
export function createTarReader(visitor: TarVisitor, limits: TarLimits = tarLimits): TarReader {
  const takeFirst = (block: Uint8Array): void => takeHeader(state, block);
  const state: State = {
    visitor,
    limits,
    skip: 0,
    remaining: 0,
    padding: 0,
    sink: undefined,
    need: blockSize,
    take: takeFirst,
    takeHeader: takeFirst,
    inside: false,
    carry: new Uint8Array(blockSize),
    carried: 0,
    entries: 0,
    zeroBlocks: 0,
    done: false,
    longName: "",
    longLink: "",
    pax: none,
  };
  return {
    push: (chunk) => push(state, chunk),
    end: () => finish(state),
    get done() {
      return state.done;
    },
  };
}

function push(state: State, chunk: Uint8Array): void {
  let at = 0;
  while (at < chunk.length && !state.done) {
    const left = chunk.length - at;
    if (state.skip > 0) {
      const step = Math.min(state.skip, left);
      state.skip -= step;
      at += step;
    } else if (state.remaining > 0) {
      const step = Math.min(state.remaining, left);
      state.sink?.write(chunk.subarray(at, at + step));
      state.remaining -= step;
      at += step;
      if (state.remaining === 0) endContent(state);
    } else at += gather(state, chunk, at);
  }
}

// Takes what is needed straight out of the chunk; only what spans two chunks is copied.
function gather(state: State, chunk: Uint8Array, at: number): number {
  const missing = state.need - state.carried;
  const step = Math.min(missing, chunk.length - at);
  if (state.carried === 0 && step === missing) {
    state.take(chunk.subarray(at, at + step));
    return step;
  }
  if (state.carry.length < state.need) state.carry = new Uint8Array(state.need);
  state.carry.set(chunk.subarray(at, at + step), state.carried);
  state.carried += step;
  if (state.carried === state.need) {
    const whole = state.carry.subarray(0, state.need);
    state.carry = state.need > blockSize ? new Uint8Array(blockSize) : state.carry;
    state.carried = 0;
    state.take(whole);
  }
  return step;
}

function finish(state: State): void {
  const { skip, remaining, carried, inside, pax, longName, longLink } = state;
  const between = skip === 0 && remaining === 0 && carried === 0 && !inside;
  if (state.done || (between && pax === none && longName === "" && longLink === "")) return;
  throw new SeaworthyError("truncated", "read tar: the archive breaks off inside an entry");
}

function expect(state: State, need: number, take: (bytes: Uint8Array) => void): void {
  state.inside = true;
  state.need = need;
  state.take = take;
}

function expectHeader(state: State): void {
  state.inside = false;
  state.need = blockSize;
  state.take = state.takeHeader;
}

function takeHeader(state: State, block: Uint8Array): void {
  if (block[0] === 0 && isZeroBlock(block)) {
    state.zeroBlocks += 1;
    state.done = state.zeroBlocks === 2;
    return;
  }
  if (state.zeroBlocks > 0)
    throw new SeaworthyError(
      "malformed",
      "read tar: an entry follows a block of zeros, which ends an archive",
    );
  const header = parseTarHeader(block);
  switch (header.type) {
    case "x":
    case "g":
    case "L":
    case "K":
      return expectMeta(state, header);
    case "S":
      return header.gnu ? takeOldSparse(state, header, block) : announce(state, header, undefined);
    default:
      return announce(state, header, undefined);
  }
}

function expectMeta(state: State, header: TarHeader): void {
  if (header.size > state.limits.meta)
    throw new SeaworthyError("limit-exceeded", `read tar: extended header of ${header.size} bytes`);
  const take = (bytes: Uint8Array): void => {
    expectHeader(state);
    takeMeta(state, header.type, bytes.subarray(0, header.size));
  };
  if (header.size === 0) take(new Uint8Array());
  else expect(state, padded(header.size), take);
}

function takeMeta(state: State, type: string, bytes: Uint8Array): void {
  if (type === "L") state.longName = fieldText(bytes, 0, bytes.length);
  else if (type === "K") state.longLink = fieldText(bytes, 0, bytes.length);
  else if (type === "x") state.pax = parsePax(bytes);
  else refuseAmbiguous(parsePax(bytes));
}

// Container runtimes pass over global headers where tar(1) obeys them: an archive that means two things is not trusted.
function refuseAmbiguous(records: ReadonlyMap<string, string>): void {
  for (const key of records.keys())
    if (key === "path" || key === "linkpath" || key === "size" || key.startsWith("GNU.sparse."))
      throw new SeaworthyError("unsupported", `read tar: a global header sets "${key}" for all entries`);
}

function takeOldSparse(state: State, header: TarHeader, block: Uint8Array): void {
  const size = oldSparseSize(block);
  const { regions, more } = parseOldSparse(block, "header");
  if (!more) return announce(state, header, sparseMap(regions, size, header.size));
  const all = [...regions];
  const takeExtension = (extension: Uint8Array): void => {
    const next = parseOldSparse(extension, "extension");
    all.push(...next.regions);
    // An empty block that promises another could go on for ever without adding anything.
    if (next.more && next.regions.length === 0)
      throw new SeaworthyError("malformed", "read tar: empty extension of a sparse map");
    if (next.more && all.length < 200_000) return;
    expectHeader(state);
    announce(state, header, sparseMap(all, size, header.size));
  };
  expect(state, blockSize, takeExtension);
}

// Applies what precedes an entry, then waits for its first bytes.
function announce(state: State, header: TarHeader, oldSparse: SparseMap | undefined): void {
  const { pax, longName, longLink } = state;
  state.pax = none;
  state.longName = "";
  state.longLink = "";
  const name = longName || pax.get("GNU.sparse.name") || pax.get("path") || header.name;
  const kind = kindOf(header.type, name);
  const empty = kind === "directory" || headerOnly.has(header.type);
  const stored = empty ? 0 : (paxNumber(pax, "size") ?? header.size);
  const entry: TarEntry = {
    path: name,
    kind,
    mode: header.mode,
    size: oldSparse?.size ?? stored,
    stored,
    linkTarget: longLink || pax.get("linkpath") || header.linkName,
    sparse: oldSparse,
    uid: paxDecimal(pax, "uid") ?? header.uid,
    gid: paxDecimal(pax, "gid") ?? header.gid,
    mtime: paxDecimal(pax, "mtime") ?? header.mtime,
    capability: pax.get("SCHILY.xattr.security.capability"),
  };
  if (kind !== "file" || oldSparse !== undefined || !isSparsePax(pax)) return open(state, entry);
  openSparse(state, entry, pax);
}

function isSparsePax(pax: ReadonlyMap<string, string>): boolean {
  return (
    pax.size > 0 && (pax.has("GNU.sparse.major") || pax.has("GNU.sparse.map") || pax.has("GNU.sparse.size"))
  );
}

function openSparse(state: State, entry: TarEntry, pax: ReadonlyMap<string, string>): void {
  const size = paxNumber(pax, "GNU.sparse.size") ?? paxNumber(pax, "GNU.sparse.realsize") ?? entry.stored;
  if (pax.get("GNU.sparse.major") !== "1") {
    const regions = parseSparseList(pax.get("GNU.sparse.map") ?? "");
    return open(state, { ...entry, size, sparse: sparseMap(regions, size, entry.stored) });
  }
  if (pax.get("GNU.sparse.minor") !== "0")
    throw new SeaworthyError("unsupported", `read tar: sparse format 1.${pax.get("GNU.sparse.minor")}`);
  const blocks: Uint8Array[] = [];
  let lines = 0;
  const takeBlock = (block: Uint8Array): void => {
    blocks.push(new Uint8Array(block));
    lines += newlines(block);
    const used = blocks.length * blockSize;
    if (used > entry.stored)
      throw new SeaworthyError("malformed", "read tar: a sparse map longer than its file");
    if (used > state.limits.meta)
      throw new SeaworthyError(
        "limit-exceeded",
        `read tar: sparse map of more than ${state.limits.meta} bytes`,
      );
    if (lines < sparsePrefixLines(blocks[0] ?? block)) return;
    const stored = entry.stored - used;
    open(state, {
      ...entry,
      size,
      stored,
      sparse: sparseMap(parseSparsePrefix(Buffer.concat(blocks)), size, stored),
    });
  };
  expect(state, blockSize, takeBlock);
}

function newlines(block: Uint8Array): number {
  let count = 0;
  for (const byte of block) if (byte === 0x0a) count += 1;
  return count;
}

function open(state: State, entry: TarEntry): void {
  state.entries += 1;
  if (state.entries > state.limits.entries)
    throw new SeaworthyError("limit-exceeded", `read tar: more than ${state.limits.entries} entries`);
  expectHeader(state);
  if (entry.stored === 0) {
    state.visitor.entry(entry, noBytes)?.end();
    return;
  }
  if (entry.kind !== "file") {
    state.visitor.entry(entry, noBytes);
    state.skip = padded(entry.stored);
    return;
  }
  expect(state, Math.min(blockSize, entry.stored), (head) => {
    expectHeader(state);
    const sink = state.visitor.entry(entry, head);
    if (sink === undefined) {
      state.skip = padded(entry.stored) - head.length;
      return;
    }
    sink.write(head);
    state.sink = sink;
    state.remaining = entry.stored - head.length;
    state.padding = padded(entry.stored) - entry.stored;
    if (state.remaining === 0) endContent(state);
  });
}

const noBytes = new Uint8Array();

function endContent(state: State): void {
  const { sink } = state;
  state.sink = undefined;
  state.skip = state.padding;
  state.padding = 0;
  sink?.end();
}

// Types after which no content follows, whatever their size field says.
const headerOnly: ReadonlySet<string> = new Set(["1", "2", "3", "4", "5", "6"]);

function kindOf(type: string, name: string): TarEntry["kind"] {
  switch (type) {
    case "\0":
      // The oldest tars have no type for directories.
      return name.endsWith("/") ? "directory" : "file";
    case "0":
    case "7":
    case "S":
      return "file";
    case "1":
      return "hardlink";
    case "2":
      return "symlink";
    case "5":
      return "directory";
    default:
      return "other";
  }
}

function padded(size: number): number {
  return Math.ceil(size / blockSize) * blockSize;
}
