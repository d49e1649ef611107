import { randomBytes } from "node:crypto";
import { realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { messageOf, SeaworthyError } from "../core/errors.ts";
import type { Io } from "./command.ts";

/**
 * Writes text to a file, whole or not at all, or to the standard output. A link is followed; what is no regular file (a pipe,
 * `/dev/stdout`, `/dev/null`) is written to and never replaced. @throws SeaworthyError `disk-failed`.
 */
export async function writeOutput(text: string, file: string | undefined, io: Io): Promise<void> {
  if (file === undefined) return writeStream(text, io);
  try {
    const there = await stat(file).catch(() => undefined);
    if (there === undefined) await replaceFile(file, text);
    else if (there.isFile()) await replaceFile(await realpath(file), text);
    else await writeFile(file, text);
  } catch (thrown) {
    throw new SeaworthyError("disk-failed", `write report "${file}": ${messageOf(thrown)}`, {
      cause: thrown,
    });
  }
}

async function replaceFile(file: string, text: string): Promise<void> {
  const draft = `${file}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    await writeFile(draft, text, { flag: "wx" });
    await rename(draft, file);
  } finally {
    await rm(draft, { force: true });
  }
}

function writeStream(text: string, { stdout }: Io): Promise<void> {
  return new Promise((resolve, reject) =>
    stdout.write(text, (error) => (error === null || error === undefined ? resolve() : reject(error))),
  );
}
