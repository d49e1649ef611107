import { SeaworthyError } from "../core/errors.ts";
import type { FoundPackage } from "../core/package.ts";
import type { Extraction, Extractor, FoundFile } from "../core/plugin.ts";
import { debFields, debPackage } from "../formats/deb-control.ts";
import { readLines } from "../formats/lines.ts";
import { createOwnedPaths } from "../formats/owned-paths.ts";
import { createProblemList, problemsBeside } from "../formats/problem-list.ts";
import { readStanzas } from "../formats/rfc822.ts";

const directory = "var/lib/dpkg/status.d/";

/**
 * Packages of a distroless image: `var/lib/dpkg/status.d/NAME` holds the control file of one package, without Status;
 * `NAME.md5sums` beside it lists its files (https://github.com/GoogleContainerTools/distroless).
 */
export const dpkgStatusD: Extractor = {
  id: "dpkg-status-d",
  wants: ({ path }) => path.startsWith(directory) && !path.includes("/", directory.length),
  extract: (file) => (file.path.endsWith(".md5sums") ? ownedFiles(file) : packagesOf(file)),
};

function packagesOf({ bytes }: FoundFile): Extraction {
  const problems = createProblemList("dpkg status.d");
  const packages: FoundPackage[] = [];
  for (const stanza of readStanzas(bytes, "dpkg status.d", debFields)) {
    if (problems.isFull()) break;
    const found = stanza.damage ?? debPackage(stanza);
    if (typeof found === "string")
      problems.add("malformed", `read dpkg status.d: stanza at line ${stanza.line}: ${found}`);
    else if ("code" in found) problems.add(found.code, `read dpkg status.d: ${found.message}`);
    else packages.push(found);
  }
  return { packages, problems: problemsBeside(packages.length > 0, problems) };
}

function ownedFiles({ path, bytes }: FoundFile): Extraction {
  const paths: string[] = [];
  const owned = createOwnedPaths("dpkg status.d");
  for (const line of readLines(bytes, "dpkg status.d")) {
    const listed = /^[0-9a-f]{32} [ *]([^\n]+)/.exec(line)?.[1];
    if (listed !== undefined) owned.add(paths, listed);
    else if (line.trim() !== "")
      throw new SeaworthyError("malformed", `read dpkg status.d: a line that is not "MD5  PATH"`);
  }
  const owner = `deb ${path.slice(directory.length, -".md5sums".length)}`;
  return { owns: paths.length === 0 ? [] : [{ owner, os: true, paths }], problems: owned.problems() };
}
