import { createReadStream, statSync } from "node:fs";
import { join } from "node:path";
import { messageOf, SeaworthyError } from "../core/errors.ts";
import { shownUrl } from "../net/failure.ts";
import type { Network } from "../net/http.ts";

/** Where files of a repository are: a directory, or below an address. */
export interface IndexPlace {
  /** For messages, without what is secret in an address. */
  readonly name: string;
  /** The bytes of a file below it; undefined when it is not there. @throws SeaworthyError when that cannot be told. */
  read(path: string): Promise<AsyncIterable<Uint8Array> | undefined>;
}

/** A directory of this machine. */
export function directoryPlace(directory: string): IndexPlace {
  return {
    name: directory,
    async read(path) {
      const file = join(directory, path);
      const stat = statSync(file, { throwIfNoEntry: false });
      return stat?.isFile() === true ? fileBytes(file) : undefined;
    },
  };
}

async function* fileBytes(file: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(file, { highWaterMark: 2 ** 18 });
  } catch (cause) {
    throw new SeaworthyError("source-unavailable", `read "${file}": ${messageOf(cause)}`, { cause });
  }
}

/** An address; its user and password, if it has any, are sent along. */
export function webPlace(base: string, network: Network): IndexPlace {
  const root = base.replace(/\/+$/, "");
  return {
    name: shownUrl(root),
    async read(path) {
      const url = path === "" ? root : `${root}/${path}`;
      const { status, body } = await network.download(url);
      if (status === 200) return body;
      if (status === 404 || status === 410) return undefined;
      throw new SeaworthyError("network-failed", `fetch ${shownUrl(url)}: the server answered ${status}`);
    },
  };
}

/** All bytes of a small file. @throws SeaworthyError `limit-exceeded`. */
export async function smallFile(
  bytes: AsyncIterable<Uint8Array>,
  limit: number,
  what: string,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bytes) {
    size += chunk.length;
    if (size > limit) throw new SeaworthyError("limit-exceeded", `read ${what}: more than ${limit} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
