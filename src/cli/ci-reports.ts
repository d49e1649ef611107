import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { messageOf, SeaworthyError } from "../core/errors.ts";
import { errorLine, errorOutput, type Failure } from "../reports/error-output.ts";
import { teamcityText } from "./ci-outputs.ts";
import type { CiId, CiSystem } from "./ci-system.ts";
import type { Io } from "./command.ts";

/** A report that a run leaves: what it is in `--format`, its file, and the output that names it. */
export interface CiReport {
  readonly format: string;
  readonly file: string;
  readonly output: string;
}

/** What `scan` writes for a system. `set`: the scan is of many images. */
export function scanReports(id: CiId, set: boolean): readonly CiReport[] {
  return [
    { format: "json", file: "report.json", output: "report" },
    // GitHub takes each result for an open alert, the suppressed ones too.
    { format: id === "github" ? "sarif-github" : "sarif", file: "report.sarif", output: "sarif" },
    { format: "junit", file: "junit.xml", output: "junit" },
    { format: "markdown", file: "summary.md", output: "summary" },
    ...(id === "gitlab" ? gitlabReports(set) : []),
  ];
}

function gitlabReports(set: boolean): readonly CiReport[] {
  const quality = {
    format: "gitlab_codeclimate",
    file: "gl-code-quality-report.json",
    output: "code-quality",
  };
  // GitLab's container scanning report speaks of one image.
  const scanning = {
    format: "gitlab",
    file: "gl-container-scanning-report.json",
    output: "container-scanning",
  };
  return set ? [quality] : [quality, scanning];
}

/** What `lint` writes. */
export function lintReports(id: CiId): readonly CiReport[] {
  return [
    { format: "json", file: "lint.json", output: "lint-report" },
    { format: "sarif", file: "lint.sarif", output: "lint-sarif" },
    { format: "junit", file: "lint-junit.xml", output: "lint-junit" },
    { format: "markdown", file: "lint.md", output: "lint-summary" },
    ...(id === "gitlab"
      ? [{ format: "gitlab_codeclimate", file: "gl-code-quality-lint.json", output: "lint-code-quality" }]
      : []),
  ];
}

/** Workflow commands of GitHub, which are shown and then gone: what `scan` and `lint` write of them. */
export function annotations(id: CiId, of: "scan" | "lint"): readonly CiReport[] {
  return id === "github" ? [{ format: "github", file: `${of}-annotations.txt`, output: "" }] : [];
}

/** The arguments that make a command write the reports, beside its table to the log. */
export function formatArguments(reports: readonly CiReport[], directory: string): readonly string[] {
  const files = reports.flatMap(({ format, file }) => ["--format", `${format}=${join(directory, file)}`]);
  return ["--format", "table", ...files];
}

/** Makes the directory, and takes away what an earlier run left: it must not be taken for this one's. @throws SeaworthyError `disk-failed`. */
export function clearReports(directory: string): void {
  const files = (["github", "gitlab"] as const).flatMap((id) => [
    ...scanReports(id, false),
    ...lintReports(id),
    ...annotations(id, "scan"),
    ...annotations(id, "lint"),
  ]);
  try {
    mkdirSync(directory, { recursive: true });
    for (const { file } of files) rmSync(join(directory, file), { force: true });
    rmSync(join(directory, "outputs.env"), { force: true });
  } catch (thrown) {
    throw new SeaworthyError("disk-failed", `make directory "${directory}": ${messageOf(thrown)}`, {
      cause: thrown,
    });
  }
}

/** Says in each report that was not written why there is none. @throws SeaworthyError `disk-failed`. */
export function writeErrors(failure: Failure, { id }: CiSystem, set: boolean, directory: string): void {
  const missing = [...scanReports(id, set), ...annotations(id, "scan")].filter(
    ({ file }) => !existsSync(join(directory, file)),
  );
  for (const { format, file } of missing)
    appendText(join(directory, file), errorOutput(format, failure) ?? errorLine(failure));
}

/** Shows what is made to be shown: annotations on their lines, and the summary where the system has a page for it. */
export function showReports(system: CiSystem, directory: string, io: Io): void {
  const { GITHUB_STEP_SUMMARY: page } = io.env;
  const summary = join(directory, "summary.md");
  if (system.id === "github") {
    for (const { file } of [...annotations(system.id, "scan"), ...annotations(system.id, "lint")])
      io.stdout.write(takeText(join(directory, file)));
    if (page !== undefined && page !== "")
      appendText(page, ["summary.md", "lint.md"].map((file) => textOf(join(directory, file))).join("\n"));
  }
  if (system.id === "azure" && existsSync(summary))
    io.stdout.write(`##vso[task.uploadsummary]${resolve(io.cwd, summary)}\n`);
  const junit = join(directory, "junit.xml");
  if (system.id === "teamcity" && existsSync(junit))
    io.stdout.write(`##teamcity[importData type='junit' path='${teamcityText(junit)}']\n`);
}

function appendText(file: string, text: string): void {
  try {
    appendFileSync(file, text);
  } catch (thrown) {
    throw new SeaworthyError("disk-failed", `write report "${file}": ${messageOf(thrown)}`, {
      cause: thrown,
    });
  }
}

function takeText(file: string): string {
  const text = textOf(file);
  rmSync(file, { force: true });
  return text;
}

function textOf(file: string): string {
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}
