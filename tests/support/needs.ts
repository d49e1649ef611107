import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root directory. */
export const repository = fileURLToPath(new URL("../..", import.meta.url));

/** The folder with real advisory data that stands beside a developer's checkout; absent on a bare clone. */
export const sharedDirectory = fileURLToPath(new URL("../../../shared", import.meta.url));

/**
 * For `{ skip: needs("rpm", "rpmbuild") }`: false when every tool is on PATH, else the line that says which are not.
 * @throws Error where `.ci/run` promised the tools (SEAWORTHY_NO_SKIP=1): a skipped test there would be a quiet zero.
 */
export function needs(...tools: readonly string[]): false | string {
  return skipFor(tools.filter((tool) => !onPath(tool)));
}

/** As `needs`, for a file below `../shared`. It is absent on a bare clone and in CI, so it never throws. */
export function needsShared(path = ""): false | string {
  const wanted = join(sharedDirectory, path);
  return existsSync(wanted) ? false : `needs ../shared/${path}`;
}

/** The skip line for what is missing (false for nothing), or an error where nothing may be skipped. */
export function skipFor(
  missing: readonly string[],
  strict = process.env["SEAWORTHY_NO_SKIP"] === "1",
): false | string {
  if (missing.length === 0) return false;
  const line = `needs ${missing.join(", ")}`;
  if (strict) throw new Error(`run a test under SEAWORTHY_NO_SKIP=1: it ${line}`);
  return line;
}

/** Is there an executable file of this name on PATH, or of this absolute path? */
export function onPath(tool: string): boolean {
  if (tool.startsWith("/")) return executable(tool);
  const directories = (process.env["PATH"] ?? "").split(delimiter).filter((directory) => directory !== "");
  return directories.some((directory) => executable(join(directory, tool)));
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
