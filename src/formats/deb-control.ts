import type { FoundPackage } from "../core/package.ts";
import type { Stanza } from "./rfc822.ts";

/** The fields that {@link debPackage} and its callers read. */
export const debFields: ReadonlySet<string> = new Set([
  "package",
  "status",
  "version",
  "architecture",
  "source",
  "maintainer",
  "origin",
]);

/**
 * A binary package by its control fields (deb-control(5)), or the words that say what is wrong with them.
 * The source package is told always: `Source:` where it stands, else the package itself.
 */
export function debPackage({ fields }: Pick<Stanza, "fields">): FoundPackage | string {
  const name = (fields.get("package") ?? "").toLowerCase();
  if (name === "") return "it has no Package field";
  if (!debName.test(name)) return `"${name.slice(0, 80)}" is no package name`;
  const version = canonicalDebVersion(fields.get("version") ?? "");
  if (version === "") return `package "${name}" has no Version field`;
  const arch = fields.get("architecture") ?? "";
  const vendor = fields.get("maintainer") ?? fields.get("origin") ?? "";
  return {
    type: "deb",
    name,
    version,
    arch: arch === "" ? undefined : arch,
    source: debSource(fields.get("source"), name, version),
    licences: [],
    vendor: vendor === "" ? undefined : vendor,
  };
}

/** A version as dpkg prints it: without an epoch 0 (unless the rest has a colon), the epoch without leading zeros. */
function canonicalDebVersion(text: string): string {
  const colon = text.indexOf(":");
  if (colon < 1 || !/^\d+$/.test(text.slice(0, colon))) return text;
  const epoch = text.slice(0, colon).replace(/^0+(?=\d)/, "");
  const rest = text.slice(colon + 1);
  return epoch === "0" && !rest.includes(":") ? rest : `${epoch}:${rest}`;
}

// Names begin with a letter or digit; dpkg reads "_" of old packages as well, and upper case as lower (lib/dpkg/pkg-hash.c).
const debName = /^[a-z0-9][a-z0-9+._-]*$/;

function debSource(
  text: string | undefined,
  name: string,
  version: string,
): { readonly name: string; readonly version: string } {
  const [source, rest] = splitBlank(text ?? "");
  if (source === "") return { name, version };
  const stated = rest.startsWith("(") && rest.endsWith(")") ? rest.slice(1, -1).trim() : "";
  // Advisories have source names as policy wants them, in lower case.
  return { name: source.toLowerCase(), version: stated === "" ? version : canonicalDebVersion(stated) };
}

function splitBlank(text: string): readonly [string, string] {
  const blank = text.search(/\s/);
  return blank < 0 ? [text, ""] : [text.slice(0, blank), text.slice(blank).trim()];
}
