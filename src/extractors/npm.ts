import { SeaworthyError } from "../core/errors.ts";
import type { FoundPackage } from "../core/package.ts";
import type { Extraction, Extractor, FoundFile } from "../core/plugin.ts";
import { readText } from "../formats/random-access.ts";
import { isRecord, parseJson, record } from "../formats/shape.ts";

/** A package.json with a whole changelog in it is not unheard of; above 8 MiB it is none. */
const longestManifest = 8 * 2 ** 20;
/** The registry allows 214; old names may be longer. */
const longestName = 512;

/**
 * Installed npm packages: the package.json at the root of every package below a `node_modules`, as `npm ls --all` lists them.
 *
 * Roots are the directories that npm, pnpm (`.pnpm/x@1.0.0/node_modules/x`), yarn (`.yarn/unplugged/…/node_modules/x`)
 * and npm's linked strategy (`.store`) make: after the first `node_modules` there are only package names and further
 * `node_modules`. A package.json deeper inside a package (`dist/esm/package.json`, `test/fixtures/node_modules/x`) is that package's
 * own affair. An application's package.json is no package either (`npm ls` lists it as the root), but a release unpacked as
 * `NAME-vVERSION/` is one: yarn in the official node images (`opt/yarn-v1.22.22`).
 */
export const npm: Extractor = {
  id: "npm-installed",
  wants: ({ path }) => path.endsWith("/package.json") && (isPackageRoot(path) || isUnpackedRelease(path)),
  extract,
};

function isPackageRoot(path: string): boolean {
  return rootName(path) !== undefined;
}

/** The name that the directory gives to the package: `@scope/name` for `…/node_modules/@scope/name/package.json`. */
function rootName(path: string): string | undefined {
  const segments = path.split("/");
  const first = segments.indexOf("node_modules");
  if (first < 0) return undefined;
  let at = first;
  let name: string | undefined;
  while (segments[at] === "node_modules") {
    const store = isStore(segments[at + 1]) && segments[at + 3] === "node_modules";
    if (store) at += 3;
    const scoped = segments[at + 1]?.startsWith("@") === true;
    name = scoped ? `${segments[at + 1]}/${segments[at + 2] ?? ""}` : segments[at + 1];
    at += scoped ? 3 : 2;
  }
  return at === segments.length - 1 && name !== undefined && !name.startsWith(".") ? name : undefined;
}

function isStore(segment: string | undefined): boolean {
  return segment === ".pnpm" || segment === ".store";
}

function isUnpackedRelease(path: string): boolean {
  return !path.includes("node_modules/") && releaseDirectory(path) !== undefined;
}

function releaseDirectory(path: string): { readonly name: string; readonly version: string } | undefined {
  const directory = path.split("/").at(-2) ?? "";
  const [, name, version] = /^([a-z0-9][\w.-]{0,213}?)-v?(\d+\.\d+\.\d+[\w.+-]{0,99})$/.exec(directory) ?? [];
  return name === undefined || version === undefined ? undefined : { name, version };
}

function extract(file: FoundFile): Extraction {
  const what = "package.json";
  const manifest = record(parseJson(readText(file.bytes, longestManifest, what), what), what);
  const unpacked = isUnpackedRelease(file.path) ? releaseDirectory(file.path) : undefined;
  if (unpacked !== undefined && !isRelease(unpacked, manifest)) return {};
  const { name, version } = manifest;
  const fullName = typeof name === "string" && name.trim() !== "" ? name.trim() : rootName(file.path);
  if (fullName === undefined || fullName.length > longestName)
    throw new SeaworthyError("malformed", `read ${what} of a package: the name is missing or too long`);
  if (typeof version !== "string" || version.trim() === "" || version.length > longestName)
    return {
      problems: [
        {
          code: "malformed",
          message: `read ${what} of npm package "${fullName}": it has no version that can be read`,
        },
      ],
    };
  return found(file.path, fullName, version.trim(), licences(manifest));
}

function isRelease(
  directory: { readonly name: string; readonly version: string },
  { name, version }: Readonly<Record<string, unknown>>,
): boolean {
  return directory.name === name && directory.version === version;
}

function found(path: string, name: string, version: string, licences: readonly string[]): Extraction {
  const directory = path.slice(0, -"package.json".length);
  return {
    packages: [{ type: "npm", ...scope(name), version, licences }],
    owns: [{ owner: `npm ${name}@${version}`, os: false, paths: [directory] }],
  };
}

function scope(name: string): Pick<FoundPackage, "namespace" | "name"> {
  const slash = name.indexOf("/");
  return slash > 0 && slash < name.length - 1 && name.startsWith("@")
    ? { namespace: name.slice(0, slash), name: name.slice(slash + 1) }
    : { name };
}

// `license` is an SPDX expression today; it was `{type, url}`, and `licenses` a list of these, until 2014
// (https://docs.npmjs.com/cli/configuring-npm/package-json#license).
function licences({ license, licenses }: Readonly<Record<string, unknown>>): readonly string[] {
  const stated = [license, ...(Array.isArray(licenses) ? licenses.slice(0, 100) : [licenses])];
  const names = stated.map((one) => (isRecord(one) ? (one["type"] ?? one["name"]) : one));
  const texts = names.filter((name): name is string => typeof name === "string" && name.trim() !== "");
  return [...new Set(texts.map((text) => text.trim()))];
}
