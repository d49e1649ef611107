import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf, SeaworthyError } from "../core/errors.ts";
import { makeDirectories } from "../store/make-directories.ts";

const pause = 200;

/**
 * Runs `work` while no other process holds the lock at `path`. The lock is SQLite's on a small file: the system lets go of it
 * when its holder dies, however it dies, so there is nothing stale to detect.
 * @param waiting called once when somebody else holds it.
 * @throws SeaworthyError `database-busy` after `patience` milliseconds, `disk-failed` when the file cannot be made.
 */
export async function withLock<T>(
  path: string,
  options: { readonly patience: number; readonly waiting: () => void },
  work: () => Promise<T>,
): Promise<T> {
  const lock = openLock(path);
  try {
    await acquire(lock, path, options);
    return await work();
  } finally {
    lock.close();
  }
}

function openLock(path: string): DatabaseSync {
  try {
    makeDirectories(dirname(path));
    return new DatabaseSync(path, { timeout: 0 });
  } catch (cause) {
    throw lockFailed(path, cause);
  }
}

async function acquire(
  lock: DatabaseSync,
  path: string,
  options: { readonly patience: number; readonly waiting: () => void },
): Promise<void> {
  const until = performance.now() + options.patience;
  for (let first = true; !tryLock(lock, path); first = false) {
    if (first) options.waiting();
    if (performance.now() > until)
      throw new SeaworthyError("database-busy", `lock "${path}": another process has held it for too long`, {
        hint: "wait for the other seaworthy db update to end",
      });
    await sleep(pause);
  }
}

function tryLock(lock: DatabaseSync, path: string): boolean {
  try {
    lock.exec("BEGIN EXCLUSIVE");
    return true;
  } catch (thrown) {
    if (isBusy(thrown)) return false;
    throw lockFailed(path, thrown);
  }
}

const busy = 5;

function isBusy(thrown: unknown): boolean {
  return thrown instanceof Error && "errcode" in thrown && Number(thrown.errcode) % 256 === busy;
}

function lockFailed(path: string, cause: unknown): SeaworthyError {
  return new SeaworthyError("disk-failed", `lock "${path}": ${messageOf(cause)}`, { cause });
}
