import { randomBytes } from "node:crypto";
import { chmod, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { messageOf, SeaworthyError } from "../core/errors.ts";

/** Puts new text into a file, whole or not at all; its mode stays, and a link stays one. @throws SeaworthyError `disk-failed`. */
export async function rewriteFile(path: string, text: string): Promise<void> {
  try {
    const file = await realpath(path);
    const { mode } = await stat(file);
    const draft = `${file}.${randomBytes(6).toString("hex")}.tmp`;
    try {
      await writeFile(draft, text, { flag: "wx" });
      await chmod(draft, mode & 0o7777);
      await rename(draft, file);
    } finally {
      await rm(draft, { force: true });
    }
  } catch (thrown) {
    throw new SeaworthyError("disk-failed", `mend "${path}": ${messageOf(thrown)}`, { cause: thrown });
  }
}
