import { SeaworthyError } from "../core/errors.ts";
import { isRecord, parseJson, record } from "./shape.ts";

/** What an npm package's package.json says of itself. */
export interface PackageJson {
  /** With its scope: `@scope/name`. */
  readonly fullName: string;
  /** Scope and name apart, as a package URL has them; only a scoped name has a namespace. */
  readonly purlName: { readonly namespace?: string; readonly name: string };
  /** Undefined where it is missing, empty, too long or no string. */
  readonly version: string | undefined;
  /** SPDX expressions or what old packages wrote. */
  readonly licences: readonly string[];
}

/** A package.json with a whole changelog in it is not unheard of; above 8 MiB it is none. */
export const longestPackageJson = 8 * 2 ** 20;

const what = "package.json";
/** The registry allows 214; old names may be longer. */
const longestName = 512;

/**
 * Reads package.json (https://docs.npmjs.com/cli/configuring-npm/package-json). `directoryName` is the name that npm takes where the file has none.
 * @throws SeaworthyError `malformed` when it is no JSON object or tells no name that can be one.
 */
export function parsePackageJson(text: string, directoryName: string | undefined): PackageJson {
  const manifest = record(parseJson(text, what), what);
  const fullName = shortText(manifest["name"]) ?? directoryName;
  if (fullName === undefined || fullName.length > longestName)
    throw new SeaworthyError("malformed", `read ${what} of a package: the name is missing or too long`);
  const version = shortText(manifest["version"]);
  return {
    fullName,
    purlName: purlName(fullName),
    version: version === undefined || version.length > longestName ? undefined : version,
    licences: licences(manifest),
  };
}

function purlName(fullName: string): PackageJson["purlName"] {
  const slash = fullName.indexOf("/");
  return slash > 0 && slash < fullName.length - 1 && fullName.startsWith("@")
    ? { namespace: fullName.slice(0, slash), name: fullName.slice(slash + 1) }
    : { name: fullName };
}

// What is too long is kept so far that it shows.
function shortText(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  const text = value.trim().slice(0, longestName + 1);
  return text === "" ? undefined : text;
}

// `license` is an SPDX expression today; it was `{type, url}`, and `licenses` a list of these, until 2014.
function licences({ license, licenses }: Readonly<Record<string, unknown>>): readonly string[] {
  const stated = [license, ...(Array.isArray(licenses) ? licenses.slice(0, 100) : [licenses])];
  const names = stated.map((one) => (isRecord(one) ? (one["type"] ?? one["name"]) : one));
  const texts = names.filter((name): name is string => typeof name === "string" && name.trim() !== "");
  return [...new Set(texts.map((text) => text.trim()))];
}
