import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, symlinkSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { onPath, repository } from "./needs.ts";
import { scratch } from "./scratch.ts";

/** A copy of this checkout as it stands, committed or not, without what git ignores. */
export function copyCheckout(options: { readonly withPackages: boolean }): string {
  const dir = scratch("checkout");
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: repository,
    encoding: "utf8",
  });
  for (const path of listed.split("\0").filter((name) => name !== "")) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    // A file that a developer has just deleted is listed too.
    cpSync(join(repository, path), join(dir, path), { recursive: true, force: true, errorOnExist: false });
  }
  if (options.withPackages) symlinkSync(join(repository, "node_modules"), join(dir, "node_modules"));
  return dir;
}

/** A Node older than 24 on PATH, and its version; undefined where there is none. */
export function olderNode(): { readonly program: string; readonly version: string } | undefined {
  const directories = (process.env["PATH"] ?? "")
    .split(delimiter)
    .filter((path) => !path.includes("node_modules"));
  for (const program of directories.map((path) => join(path, "node")).filter((path) => onPath(path))) {
    const version = execFileSync(program, ["--version"], { encoding: "utf8" }).trim();
    if (Number(version.slice(1).split(".")[0]) < 24) return { program, version };
  }
  return undefined;
}

/** For `{ skip: skipWithoutGit() }`: the copy is made of what git lists. */
export function skipWithoutGit(): false | string {
  try {
    execFileSync("git", ["rev-parse", "--git-dir"], { cwd: repository, stdio: "ignore" });
    return false;
  } catch {
    return "needs a git checkout";
  }
}
