import { SeaworthyError } from "../core/errors.ts";
import type { OfferedVersion } from "../core/package-repository.ts";
import { createTarReader } from "./tar.ts";

/** Bounds of a list of packages. Debian's whole is 50 MB, Ubuntu's 70. */
export interface ListLimits {
  /** Bytes of the list. */
  readonly bytes: number;
  /** Bytes of one line. */
  readonly line: number;
}

const limits: ListLimits = { bytes: 2 ** 30, line: 2 ** 20 };

/** Repositories keep a few hundred old versions at most; all of a package are sorted. */
const mostVersions = 10_000;

/** What a list offers of the packages that are asked for, by name. */
export type Offers = ReadonlyMap<string, readonly OfferedVersion[]>;

/** A question to a list: packages by name, for an architecture (in apt's words, or apk's). */
export interface ListQuestion {
  readonly names: ReadonlySet<string>;
  readonly architecture: string;
  /** For messages. */
  readonly what: string;
}

/**
 * Reads apt's `Packages`, uncompressed (https://wiki.debian.org/DebianRepository/Format), as it streams by.
 * @throws SeaworthyError `limit-exceeded`, `malformed` when it is something else.
 */
export function readDebOffers(
  chunks: AsyncIterable<Uint8Array>,
  question: ListQuestion,
  bounds: ListLimits = limits,
): Promise<Offers> {
  return readBlocks(
    chunks,
    question,
    bounds,
    debField,
    ({ package: name = "", version = "", architecture = "", source = "" }) => {
      if (name === "" || version === "") return undefined;
      const [, sourceName = name, sourceVersion = version] = /^(\S+)(?:\s+\((\S+)\))?$/.exec(source) ?? [];
      return { name, architecture, offer: { version, source: { name: sourceName, version: sourceVersion } } };
    },
  );
}

/**
 * Reads apk's `APKINDEX.tar.gz`, uncompressed (https://wiki.alpinelinux.org/wiki/Apk_spec): a tar of a signature, then one with the list.
 * @throws SeaworthyError `limit-exceeded`, `malformed` when it is something else.
 */
export function readApkOffers(
  chunks: AsyncIterable<Uint8Array>,
  question: ListQuestion,
  bounds: ListLimits = limits,
): Promise<Offers> {
  return readBlocks(
    listOf(chunks, question.what),
    question,
    bounds,
    apkField,
    ({ P: name = "", V: version = "", A = "", o = "", t = "" }) => {
      if (name === "" || version === "") return undefined;
      const source = { name: o === "" ? name : o, version };
      return { name, architecture: A, offer: { version, source, built: dayOfSeconds(t) } };
    },
  );
}

/** `YYYY-MM-DD` of seconds since 1970, as apk writes them; undefined for what is none. */
export function dayOfSeconds(text: string): string | undefined {
  return /^[1-9]\d{0,10}$/.test(text) ? new Date(Number(text) * 1000).toISOString().slice(0, 10) : undefined;
}

type Field = (line: string) => readonly [name: string, value: string] | undefined;

function debField(line: string): readonly [string, string] | undefined {
  const [, name, value] = /^(Package|Version|Architecture|Source):[ \t]*(.{0,1000})$/.exec(line) ?? [];
  return name === undefined || value === undefined ? undefined : [name.toLowerCase(), value.trim()];
}

function apkField(line: string): readonly [string, string] | undefined {
  const [, name, value] = /^([PVAot]):(.{0,1000})$/.exec(line) ?? [];
  return name === undefined || value === undefined ? undefined : [name, value];
}

type Block = Readonly<Record<string, string | undefined>>;

interface Offered {
  readonly name: string;
  readonly architecture: string;
  readonly offer: OfferedVersion;
}

async function readBlocks(
  chunks: AsyncIterable<Uint8Array>,
  { names, architecture, what }: ListQuestion,
  bounds: ListLimits,
  field: Field,
  offered: (block: Block) => Offered | undefined,
): Promise<Offers> {
  const offers = new Map<string, Map<string, OfferedVersion>>();
  const fits = (found: string) => found === architecture || found === "all" || found === "noarch";
  let block: Record<string, string> = {};
  let [lines, blocks] = [0, 0];
  const close = (): void => {
    const found = offered(block);
    block = {};
    if (found === undefined) return;
    blocks += 1;
    if (!names.has(found.name) || !fits(found.architecture)) return;
    const known = offers.get(found.name) ?? new Map<string, OfferedVersion>();
    offers.set(found.name, known);
    if (!known.has(found.offer.version)) known.set(found.offer.version, found.offer);
    if (known.size > mostVersions)
      throw new SeaworthyError(
        "limit-exceeded",
        `read ${what}: more than ${mostVersions} versions of "${found.name}"`,
      );
  };
  for await (const line of linesOf(chunks, what, bounds)) {
    lines += 1;
    if (line === "") close();
    else {
      const pair = field(line);
      if (pair !== undefined) block[pair[0]] = pair[1];
    }
  }
  close();
  // An empty list is one: a repository may have nothing for an architecture.
  if (lines > 0 && blocks === 0) throw new SeaworthyError("malformed", `read ${what}: it lists no packages`);
  return new Map([...offers].map(([name, known]) => [name, [...known.values()]]));
}

async function* linesOf(
  chunks: AsyncIterable<Uint8Array>,
  what: string,
  { bytes, line: longest }: ListLimits,
): AsyncGenerator<string> {
  let rest = Buffer.alloc(0);
  let read = 0;
  for await (const chunk of chunks) {
    read += chunk.length;
    if (read > bytes) throw new SeaworthyError("limit-exceeded", `read ${what}: more than ${bytes} bytes`);
    const text = Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = text.indexOf(10); end >= 0; end = text.indexOf(10, start)) {
      yield text.toString("utf8", start, text[end - 1] === 13 ? end - 1 : end);
      start = end + 1;
    }
    rest = Buffer.from(text.subarray(start));
    if (rest.length > longest)
      throw new SeaworthyError("limit-exceeded", `read ${what}: a line of more than ${longest} bytes`);
  }
  if (rest.length > 0) yield rest.toString("utf8");
}

// Content of the entry APKINDEX, piece by piece.
async function* listOf(chunks: AsyncIterable<Uint8Array>, what: string): AsyncGenerator<Uint8Array> {
  let pieces: Uint8Array[] = [];
  let found = false;
  const sink = { write: (piece: Uint8Array) => void pieces.push(piece.slice()), end: () => {} };
  const tar = createTarReader({
    entry({ path }) {
      if (path !== "APKINDEX") return undefined;
      found = true;
      return sink;
    },
  });
  for await (const chunk of chunks) {
    tar.push(chunk);
    const ready = pieces;
    pieces = [];
    yield* ready;
  }
  tar.end();
  if (!found) throw new SeaworthyError("malformed", `read ${what}: it holds no APKINDEX`);
}
