import { randomBytes } from "node:crypto";
import { realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { messageOf, SeaworthyError } from "../core/errors.ts";
import type { Io } from "./command.ts";

/**
 * Writes text, or the parts of one, to a file, whole or not at all, or to the standard output. A link is followed; what is no regular file (a pipe,
 * `/dev/stdout`, `/dev/null`) is written to and never replaced. @throws SeaworthyError `disk-failed`.
 */
export async function writeOutput(
  text: string | Iterable<string>,
  file: string | undefined,
  io: Io,
): Promise<void> {
  if (file === undefined) return writeStream(text, io);
  try {
    const there = await stat(file).catch(() => undefined);
    if (there === undefined) await replaceFile(file, text);
    else if (there.isFile()) await replaceFile(await realpath(file), text);
    else await writeFile(file, pieces(text));
  } catch (thrown) {
    throw new SeaworthyError("disk-failed", `write report "${file}": ${messageOf(thrown)}`, {
      cause: thrown,
    });
  }
}

async function replaceFile(file: string, text: string | Iterable<string>): Promise<void> {
  const draft = `${file}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    await writeFile(draft, pieces(text), { flag: "wx" });
    await rename(draft, file);
  } finally {
    await rm(draft, { force: true });
  }
}

async function writeStream(text: string | Iterable<string>, { stdout }: Io): Promise<void> {
  for (const piece of pieces(text))
    await new Promise<void>((resolve, reject) =>
      stdout.write(piece, (error) => (error === null || error === undefined ? resolve() : reject(error))),
    );
}

const pieceLength = 2 ** 16;

// A text as it is; parts together until a write is worth it.
function* pieces(text: string | Iterable<string>): Generator<string> {
  let piece = "";
  for (const part of typeof text === "string" ? [text] : text) {
    piece += part;
    if (piece.length < pieceLength) continue;
    yield piece;
    piece = "";
  }
  if (piece !== "") yield piece;
}
