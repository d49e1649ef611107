import type { Ownership } from "../core/package.ts";
import type { Extraction, Extractor, FoundFile } from "../core/plugin.ts";
import { readText } from "../formats/random-access.ts";
import { isRecord, parseJson } from "../formats/shape.ts";

/** Ten thousand packages take some five megabytes. */
const longestLock = 64 * 2 ** 20;
const place = "node_modules/.package-lock.json";

/**
 * Which manifests npm has installed: `node_modules/.package-lock.json`
 * (https://docs.npmjs.com/cli/configuring-npm/package-lock-json#hidden-lockfiles). What the packages are, the manifests say themselves.
 */
export const npmLock: Extractor = {
  id: "npm-lock",
  wants: ({ path }) => path.endsWith(place) && (path === place || path.endsWith(`/${place}`)),
  extract,
};

function extract({ path, bytes }: FoundFile): Extraction {
  const root = path.slice(0, -place.length);
  const owns = Object.entries(packagesIn(readText(bytes, longestLock, "npm's hidden lockfile")))
    .map(([key, value]) => ownership(root, key, value))
    .filter((one): one is Ownership => one !== undefined);
  return { owns };
}

// npm passes over one that it cannot read; so nothing is missing then.
function packagesIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const lock = parseJson(text, "npm's hidden lockfile");
    return isRecord(lock) && isRecord(lock["packages"]) ? lock["packages"] : {};
  } catch {
    return {};
  }
}

// A workspace is a link to a directory that is not npm's.
function ownership(root: string, key: string, value: unknown): Ownership | undefined {
  const name = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(key)?.[1];
  if (name === undefined || !isRecord(value) || value["link"] === true) return undefined;
  const { version } = value;
  if (typeof version !== "string" || key.split("/").includes("..")) return undefined;
  return { owner: `npm ${name}@${version}`, os: false, paths: [`${root}${key}/package.json`] };
}
