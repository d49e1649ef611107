import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Makes a directory and what is missing above it. `mkdirSync(…, { recursive: true })` of Node 24 never comes back below a
 * directory that refuses children with ENOENT, as /proc does. @throws the system's error where one cannot be made.
 */
export function makeDirectories(directory: string, mode = 0o777): void {
  if (existsSync(directory)) return;
  if (dirname(directory) !== directory) makeDirectories(dirname(directory), mode);
  try {
    mkdirSync(directory, { mode });
  } catch (thrown) {
    // Another process may have been quicker.
    if (!existsSync(directory)) throw thrown;
  }
}
