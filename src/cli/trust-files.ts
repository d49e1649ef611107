import { open } from "node:fs/promises";
import { resolve } from "node:path";
import { messageOf, SeaworthyError } from "../core/errors.ts";
import type { Io } from "./command.ts";

/** Reads a file that the user named. @throws SeaworthyError `usage` when it cannot be read, `limit-exceeded`. */
export async function readNamedFile(path: string, limit: number, { cwd }: Io): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    const file = await open(resolve(cwd, path));
    try {
      for await (const chunk of file.createReadStream({ autoClose: false })) {
        const bytes = Buffer.from(chunk);
        size += bytes.length;
        if (size > limit) break;
        chunks.push(bytes);
      }
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw new SeaworthyError("usage", `read file "${path}": ${messageOf(cause)}`, { cause });
  }
  if (size > limit)
    throw new SeaworthyError("limit-exceeded", `read file "${path}": more than ${limit} bytes`);
  return Buffer.concat(chunks);
}

/** The most bytes of a key, of a trusted root, and of what is attested. */
export const fileLimits = { key: 1 << 20, root: 4 * 2 ** 20, predicate: 32 * 2 ** 20 } as const;
