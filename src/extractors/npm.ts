import type { Extraction, Extractor, FoundFile, Problem } from "../core/plugin.ts";
import { longestPackageJson, parsePackageJson } from "../formats/package-json.ts";
import { readText } from "../formats/random-access.ts";

/**
 * Installed npm packages: the package.json at the root of every package below a `node_modules`, as `npm ls --all` lists them.
 *
 * Roots are the directories that npm, pnpm (`.pnpm/x@1.0.0/node_modules/x`), bun (`.bun`), deno (`.deno`), npm's
 * linked strategy (`.store`) and yarn (`.yarn/unplugged/…/node_modules/x`) make: after the first `node_modules` there are only package names and further
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

// Whatever its name: a store that is not known here must not hide its packages.
function isStore(segment: string | undefined): boolean {
  return segment?.startsWith(".") === true;
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
  const text = readText(file.bytes, longestPackageJson, "package.json");
  const unpacked = isUnpackedRelease(file.path) ? releaseDirectory(file.path) : undefined;
  const { fullName, purlName, version, licences } = parsePackageJson(
    text,
    rootName(file.path) ?? unpacked?.name,
  );
  if (unpacked !== undefined && (unpacked.name !== fullName || unpacked.version !== version)) return {};
  if (version === undefined) return { problems: [versionless(fullName)] };
  const directory = file.path.slice(0, -"package.json".length);
  return {
    packages: [{ type: "npm", ...purlName, version, licences }],
    owns: [{ owner: `npm ${fullName}@${version}`, os: false, paths: [directory] }],
  };
}

function versionless(name: string): Problem {
  return {
    code: "malformed",
    message: `read package.json of npm package "${name}": it has no version that can be read`,
  };
}
