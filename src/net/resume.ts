import { SeaworthyError } from "../core/errors.ts";
import { isTransient } from "./failure.ts";

/** What is needed of an answer. */
interface Part {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: AsyncIterable<Uint8Array>;
  readonly discard: () => void;
}

/** Asks for the body again; the headers name the range that is missing (none: all of it). */
export type OpenAt = (range: Readonly<Record<string, string>>) => Promise<Part>;

/** A body whose first answer (200) is there. */
export interface Body {
  readonly first: Part;
  /** For messages. */
  readonly what: string;
  /** How often to go on without a mebibyte of progress. */
  readonly attempts: number;
  /** Bytes that must come, where something beside the server says so. */
  readonly size?: number | undefined;
  /** Named by its digest: it cannot change, whatever validators say that several servers give it. */
  readonly immutable?: boolean;
  readonly onProgress?: ((received: number, total: number | undefined) => void) | undefined;
}

const progress = 2 ** 20;
// A server that trickles for ever holds a scan up as well as one that is silent.
const slowest = { after: 120_000, bytesPerSecond: 1024 };

/**
 * The bytes of a body; where it breaks off, the rest is asked for by range and checked to be of the same document
 * (https://www.rfc-editor.org/rfc/rfc9110#name-range-requests). A server without ranges sends all again and the known part is passed over.
 * @throws SeaworthyError `network-failed`, and what opening throws.
 */
export async function* resumed(open: OpenAt, body: Body): AsyncGenerator<Uint8Array> {
  const total = body.size ?? lengthOf(body.first);
  let part = body.first;
  let received = 0;
  let skip = 0;
  let mark = 0;
  let tries = 1;
  const meter = { waited: 0 };
  while (true) {
    try {
      for await (const chunk of timed(part.body, meter)) {
        const fresh = chunk.subarray(Math.min(skip, chunk.length));
        skip -= chunk.length - fresh.length;
        received += fresh.length;
        checkPace(received, meter.waited, body.what);
        if (total !== undefined && received > total)
          throw new SeaworthyError(
            "network-failed",
            `read ${body.what}: more than the ${total} bytes that it should have`,
          );
        body.onProgress?.(received, total);
        if (fresh.length > 0) yield fresh;
      }
      if (skip > 0) throw changed(body.what);
      if (total === undefined || received === total) return;
      if (tries >= body.attempts)
        throw new SeaworthyError("network-failed", `read ${body.what}: ${received} of ${total} bytes came`);
    } catch (thrown) {
      if (!isTransient(thrown) || tries >= body.attempts) throw thrown;
    }
    tries = received - mark >= progress ? 1 : tries + 1;
    mark = received;
    part = await open(rangeFrom(received, body));
    skip = startOf(part, received, body, total);
  }
}

async function* timed(
  chunks: AsyncIterable<Uint8Array>,
  meter: { waited: number },
): AsyncGenerator<Uint8Array> {
  let since = performance.now();
  for await (const chunk of chunks) {
    meter.waited += performance.now() - since;
    yield chunk;
    since = performance.now();
  }
}

function checkPace(received: number, waited: number, what: string): void {
  if (waited > slowest.after && received < (waited / 1000) * slowest.bytesPerSecond)
    throw new SeaworthyError(
      "network-failed",
      `read ${what}: only ${received} bytes came in ${Math.round(waited / 1000)} s`,
    );
}

function rangeFrom(received: number, { first, immutable = false }: Body): Readonly<Record<string, string>> {
  if (received === 0) return {};
  const range = { range: `bytes=${received}-` };
  const validator = strongTag(first) ?? first.headers.get("last-modified");
  return immutable || validator === undefined ? range : { ...range, "if-range": validator };
}

function strongTag({ headers }: Part): string | undefined {
  const tag = headers.get("etag");
  return tag?.startsWith('"') === true ? tag : undefined;
}

/** How many bytes of this part were had before. @throws when it is not the same document's. */
function startOf(part: Part, received: number, body: Body, total: number | undefined): number {
  try {
    const tag = strongTag(part);
    const firstTag = strongTag(body.first);
    const differ = tag !== undefined && firstTag !== undefined && tag !== firstTag;
    if (differ && body.immutable !== true) throw changed(body.what);
    if (part.status === 200) return received;
    if (part.status !== 206)
      throw new SeaworthyError(
        "network-failed",
        `read on ${body.what} at byte ${received}: status ${part.status}`,
      );
    const match = /^bytes (\d{1,15})-(\d{1,15})\/(?:(\d{1,15})|\*)$/.exec(
      part.headers.get("content-range") ?? "",
    );
    const start = Number(match?.[1] ?? Number.NaN);
    if (match === null || start > received)
      throw new SeaworthyError(
        "network-failed",
        `read on ${body.what} at byte ${received}: another range came`,
      );
    if (match[3] !== undefined && total !== undefined && Number(match[3]) !== total) throw changed(body.what);
    return received - start;
  } catch (thrown) {
    part.discard();
    throw thrown;
  }
}

function changed(what: string): SeaworthyError {
  return new SeaworthyError("network-failed", `read ${what}: it changed while it was being read`, {
    hint: "try again",
  });
}

function lengthOf({ headers }: Part): number | undefined {
  const text = headers.get("content-length");
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
