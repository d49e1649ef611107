import { randomBytes } from "node:crypto";
import { rename, rm, writeFile } from "node:fs/promises";
import { messageOf, SeaworthyError } from "../core/errors.ts";
import type { Io } from "./command.ts";

/** Writes text to a file, whole or not at all, or to the standard output. @throws SeaworthyError `disk-failed`. */
export async function writeOutput(text: string, file: string | undefined, io: Io): Promise<void> {
  if (file === undefined) return writeStream(text, io);
  const draft = `${file}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    await writeFile(draft, text, { flag: "wx" });
    await rename(draft, file);
  } catch (thrown) {
    await rm(draft, { force: true });
    throw new SeaworthyError("disk-failed", `write report "${file}": ${messageOf(thrown)}`, {
      cause: thrown,
    });
  }
}

function writeStream(text: string, { stdout }: Io): Promise<void> {
  return new Promise((resolve, reject) =>
    stdout.write(text, (error) => (error === null || error === undefined ? resolve() : reject(error))),
  );
}
