import type { Extraction, Extractor, FoundFile } from "../core/plugin.ts";
import { readLines } from "../formats/lines.ts";
import { createOwnedPaths } from "../formats/owned-paths.ts";

const info = "var/lib/dpkg/info/";
const diversions = "var/lib/dpkg/diversions";

/**
 * Which files dpkg's packages own: `var/lib/dpkg/info/NAME[:ARCH].list`, one path a line; and `var/lib/dpkg/diversions`, three lines
 * each: a path, where other packages' file of that path was moved, the package that asked (dpkg-divert(1)).
 */
export const dpkgList: Extractor = {
  id: "dpkg-list",
  wants: ({ path }) =>
    path === diversions ||
    (path.startsWith(info) && path.endsWith(".list") && !path.includes("/", info.length)),
  extract: (file) => (file.path === diversions ? divertedFiles(file) : listedFiles(file)),
};

function listedFiles({ path, bytes }: FoundFile): Extraction {
  const paths: string[] = [];
  const owned = createOwnedPaths("dpkg file list");
  for (const line of readLines(bytes, "dpkg file list")) owned.add(paths, withoutEnd(line));
  const name = path.slice(info.length, -".list".length).replace(/:.*$/, "");
  return { owns: [{ owner: `deb ${name}`, os: true, paths }], problems: owned.problems() };
}

// The moved file belongs to some package that also lists the path; which one is not told here, so the diversion itself stands for it.
// It only renames: that is no word of an OS package, whose advisories would decide, so `os` is false.
function divertedFiles({ bytes }: FoundFile): Extraction {
  const byOwner = new Map<string, string[]>();
  const owned = createOwnedPaths("dpkg diversions");
  let lines = 0;
  let target = "";
  for (const line of readLines(bytes, "dpkg diversions")) {
    lines += 1;
    if (lines % 3 === 2) target = withoutEnd(line);
    if (lines % 3 === 0) owned.add(pathsOf(byOwner, withoutEnd(line)), target);
  }
  const message = `read dpkg diversions: ${lines} lines, which is no multiple of 3`;
  return {
    owns: [...byOwner].map(([owner, paths]) => ({ owner, os: false, paths })),
    problems: lines % 3 === 0 ? owned.problems() : [{ code: "truncated", message }],
  };
}

function pathsOf(byOwner: Map<string, string[]>, diverter: string): string[] {
  const owner = diverter === ":" ? "dpkg-divert" : `dpkg-divert ${diverter}`;
  const paths = byOwner.get(owner) ?? [];
  byOwner.set(owner, paths);
  return paths;
}

function withoutEnd(line: string): string {
  return line.endsWith("\n") ? line.slice(0, -1) : line;
}
