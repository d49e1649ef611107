import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { messageOf, SeaworthyError } from "../core/errors.ts";
import type { Exception } from "../core/exception.ts";
import type { Report } from "../core/report.ts";
import { type ExceptionFile, ownExceptionFile, readExceptionFile } from "../policy/exceptions/file.ts";
import { type ExceptionProblem, placeText } from "../policy/exceptions/problems.ts";
import { clean } from "../reports/terminal.ts";
import type { Io } from "./command.ts";
import { rewriteFile } from "./rewrite-file.ts";
import { unifiedDiff } from "./unified-diff.ts";
import { writeOutput } from "./write-output.ts";

/** The text of a file. @throws SeaworthyError `usage`. */
export async function readText(file: string, what: string, io: Io): Promise<string> {
  const path = resolve(io.cwd, file);
  try {
    const there = await stat(path);
    // A link of a repository may lead to one; it has no end.
    if (there.isCharacterDevice() || there.isBlockDevice()) throw new Error("it is a device");
    return await readFile(path, "utf8");
  } catch (thrown) {
    throw new SeaworthyError("usage", `read ${what} "${file}": ${messageOf(thrown)}`, { cause: thrown });
  }
}

/** The text of the project's own file, empty where there is none yet. @throws SeaworthyError `usage`. */
export async function ownText(file: string, io: Io): Promise<string> {
  return readFile(resolve(io.cwd, file), "utf8").catch((thrown: unknown) => {
    if (thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT") return "";
    throw new SeaworthyError("usage", `read exceptions "${file}": ${messageOf(thrown)}`, { cause: thrown });
  });
}

/** Files of exceptions, of any tool, in their order; without one the project's own. @throws SeaworthyError `usage`, `exception-invalid`. */
export async function readFiles(files: readonly string[], io: Io): Promise<readonly ExceptionFile[]> {
  const found: ExceptionFile[] = [];
  for (const file of files.length === 0 ? [ownExceptionFile] : files)
    found.push(readExceptionFile(await readText(file, "exceptions", io), file));
  return found;
}

/** Saved reports. @throws SeaworthyError `usage`, `report-invalid`. */
export async function readReports(files: readonly string[], io: Io): Promise<readonly Report[]> {
  if (files.length === 0) return [];
  // Schemas cost a list without reports 60 ms.
  const { readReport } = await import("../reports/read-json.ts");
  const reports: Report[] = [];
  for (const file of files) reports.push(readReport(await readText(file, "report", io), file));
  return reports;
}

/** Writes the file, or shows what would change. @throws SeaworthyError `disk-failed`. */
export async function saveText(
  file: string,
  before: string,
  after: string,
  dryRun: boolean,
  io: Io,
): Promise<void> {
  if (dryRun) return writeOutput(unifiedDiff(file, before, after), undefined, io);
  if (before === after) return;
  const path = resolve(io.cwd, file);
  if (before !== "") return rewriteFile(path, after);
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, after);
  } catch (thrown) {
    throw new SeaworthyError("disk-failed", `write exceptions "${file}": ${messageOf(thrown)}`, {
      cause: thrown,
    });
  }
}

/** One line on the standard error for each problem or note. */
export function tell(word: "left out" | "note", problems: readonly ExceptionProblem[], io: Io): void {
  for (const { place, message } of problems)
    io.stderr.write(`${word}: ${clean(`${placeText(place)}: ${message}`)}\n`);
}

/** An exception in words: `CVE-2024-1 in pkg:deb/debian/libssl3`. */
export function exceptionName({ id, package: pkg, path, layer }: Omit<Exception, "place">): string {
  const parts = [id, pkg === undefined ? "" : `in ${pkg}`, path === undefined ? "" : `at ${path}`];
  return clean(
    [...parts, layer === undefined ? "" : `from ${layer}`].filter((part) => part !== "").join(" "),
  );
}
