import { SeaworthyError } from "../core/errors.ts";
import type { FoundPackage } from "../core/package.ts";
import type { Extraction, Extractor, FoundFile, Problem } from "../core/plugin.ts";
import { longestPackageJson, parsePackageJson } from "../formats/package-json.ts";
import { readText } from "../formats/random-access.ts";
import { openZip, readEntry, type ZipArchive, type ZipEntry } from "../formats/zip.ts";

/** There is one; some more are no harm. */
const mostPackages = 20;

/**
 * npm packages that yarn (2 and later) leaves zipped in `.yarn/cache` and loads from there (https://yarnpkg.com/features/pnp):
 * no `node_modules` holds them. An archive has one package below `node_modules/`.
 */
export const yarnCache: Extractor = {
  id: "yarn-cache",
  wants: ({ path }) => /(?:^|\/)\.yarn\/cache\/[^/]+\.zip$/.test(path),
  extract,
};

function extract({ bytes }: FoundFile): Extraction {
  const archive = openZip(bytes);
  const packages: FoundPackage[] = [];
  const problems: Problem[] = [];
  for (const entry of archive.entries()) {
    const root = rootName(entry.name);
    if (root === undefined) continue;
    if (packages.length + problems.length >= mostPackages)
      throw new SeaworthyError(
        "limit-exceeded",
        `read yarn's archive: more than ${mostPackages} packages in it`,
      );
    const found = readPackage(archive, entry, root);
    if ("code" in found) problems.push(found);
    else packages.push(found);
  }
  return { packages, problems };
}

// `node_modules/a/package.json`, `node_modules/@s/a/package.json`; deeper ones are the package's own affair.
function rootName(name: string): string | undefined {
  return /^node_modules\/((?:@[^/]{1,300}\/)?[^/@.][^/]{0,300})\/package\.json$/.exec(name)?.[1];
}

function readPackage(archive: ZipArchive, entry: ZipEntry, root: string): FoundPackage | Problem {
  const text = readText(readEntry(archive, entry, longestPackageJson), longestPackageJson, "package.json");
  const { fullName, purlName, version, licences } = parsePackageJson(text, root);
  return version === undefined
    ? { code: "malformed", message: `read package.json of npm package "${fullName}": it has no version` }
    : { type: "npm", ...purlName, version, licences, innerPath: entry.name };
}
