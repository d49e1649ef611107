import { messageOf, SeaworthyError } from "../core/errors.ts";

// https://www.sqlite.org/rescode.html: perm, ioerr, full, cantopen, readonly, by the low byte.
const sqliteDisk: ReadonlySet<number> = new Set([3, 8, 10, 13, 14]);
const systemDisk: ReadonlySet<string> = new Set([
  "ENOSPC",
  "EDQUOT",
  "EROFS",
  "EACCES",
  "EPERM",
  "EIO",
  "EFBIG",
  "ENOTDIR",
]);

/** A failure of the disk as SeaworthyError `disk-failed`; anything else as it is. */
export function asDiskError(thrown: unknown): unknown {
  if (!(thrown instanceof Error) || thrown instanceof SeaworthyError) return thrown;
  const isDisk =
    ("errcode" in thrown && sqliteDisk.has(Number(thrown.errcode) % 256)) ||
    ("code" in thrown && systemDisk.has(String(thrown.code)));
  if (!isDisk) return thrown;
  return new SeaworthyError("disk-failed", `write advisory database: ${messageOf(thrown)}`, {
    hint: "the old database, if any, is untouched; free some space or choose another --db",
    cause: thrown,
  });
}
