import { SeaworthyError } from "./errors.ts";
import type { Distro, FoundPackage } from "./package.ts";
import { breachOfType, normaliseByType, type Purl } from "./purl-types.ts";

export type { Purl } from "./purl-types.ts";

const maxLength = 16_384;

/** Reads a package URL, normalised for its type. @throws SeaworthyError `purl-invalid`. */
export function parsePurl(text: string): Purl {
  if (text.length > maxLength) throw invalid(`${text.slice(0, 40)}…`, `longer than ${maxLength} characters`);
  const trimmed = text.trim();
  const [beforeSubpath, subpathText] = splitLast(trimmed, "#");
  const [beforeQualifiers, qualifierText] = splitLast(beforeSubpath, "?");
  const { type, path } = schemeAndType(beforeQualifiers, trimmed);
  const [location, versionText] = splitVersion(path, type, trimmed);
  const segments = location.split("/").filter((segment) => segment !== "");
  const name = decode(segments.pop() ?? "", trimmed);
  if (name === "") throw invalid(trimmed, "the name is missing");
  return checked(
    {
      type,
      namespace: joined(segments, trimmed),
      name,
      version: versionText === "" ? undefined : decode(versionText, trimmed),
      qualifiers: parseQualifiers(qualifierText, trimmed),
      subpath: joined(subpathText.split("/"), trimmed, (segment) => !["", ".", ".."].includes(segment)),
    },
    trimmed,
  );
}

/** The canonical text of a purl. @throws SeaworthyError `purl-invalid` when its type forbids what it holds. */
export function formatPurl(purl: Purl): string {
  return write(checked(purl, `pkg:${purl.type}/${purl.name}`));
}

/**
 * Canonical package URL of a found package. OS packages get the distribution's vendor as namespace and the qualifiers `arch`,
 * `distro` (`<id>-<VERSION_ID>`), `epoch` and `rpmmod` (rpm), `upstream` (source package, as syft writes it).
 */
export function packagePurl(found: FoundPackage, distro: Distro | undefined): string {
  switch (found.type) {
    case "deb":
    case "apk":
      return osPurl(found, distro, found.version, { upstream: upstream(found) });
    case "rpm": {
      const [epoch, version] = splitEpoch(found.version);
      return osPurl(found, distro, version, { epoch, rpmmod: found.module, upstream: sourceRpm(found) });
    }
    case "npm":
    case "golang":
      return languagePurl(found, namePath(found));
    case "maven":
      // The type demands a group. Where the jar tells none its artifact id stands in, as other scanners write it.
      return languagePurl(found, { namespace: found.namespace ?? found.name, name: found.name });
    case "pypi":
    case "cargo":
    case "generic":
      return languagePurl(found, { namespace: undefined, name: found.name });
  }
}

/** os-release id → purl namespace, where they differ. */
const vendors: Readonly<Record<string, string>> = { rhel: "redhat" };

function osPurl(
  found: FoundPackage,
  distro: Distro | undefined,
  version: string,
  more: Readonly<Record<string, string | undefined>>,
): string {
  const namespace = distro === undefined || distro.id === "" ? undefined : distro.id;
  return write(
    normaliseByType({
      type: found.type,
      namespace:
        namespace === undefined || !Object.hasOwn(vendors, namespace) ? namespace : vendors[namespace],
      name: found.name,
      version,
      qualifiers: present({
        ...found.qualifiers,
        ...more,
        arch: found.arch,
        distro: distroQualifier(distro),
      }),
    }),
  );
}

function languagePurl(
  found: FoundPackage,
  { namespace, name }: { readonly namespace: string | undefined; readonly name: string },
): string {
  const purl = { type: found.type, namespace, name, version: found.version };
  return write(normaliseByType({ ...purl, qualifiers: present(found.qualifiers ?? {}) }));
}

// A scoped or path-like name may come whole (`@scope/name`, `github.com/a/b`) or with its namespace apart.
function namePath(found: FoundPackage): { namespace: string | undefined; name: string } {
  const whole = found.namespace === undefined ? found.name : `${found.namespace}/${found.name}`;
  const slash = whole.lastIndexOf("/");
  return slash < 1
    ? { namespace: undefined, name: whole }
    : { namespace: whole.slice(0, slash), name: whole.slice(slash + 1) };
}

function distroQualifier(distro: Distro | undefined): string | undefined {
  if (distro === undefined || distro.id === "") return undefined;
  const release = distro.version === "" ? distro.codename : distro.version;
  return release === undefined || release === "" ? distro.id : `${distro.id}-${release}`;
}

function upstream({ name, version, source }: FoundPackage): string | undefined {
  if (source === undefined || (source.name === name && source.version === version)) return undefined;
  return source.version === version || source.version === ""
    ? source.name
    : `${source.name}@${source.version}`;
}

function sourceRpm({ source }: FoundPackage): string | undefined {
  if (source === undefined) return undefined;
  return source.version === "" ? source.name : `${source.name}-${splitEpoch(source.version)[1]}.src.rpm`;
}

function splitEpoch(version: string): readonly [epoch: string | undefined, rest: string] {
  const match = /^(\d+):(.+)$/s.exec(version);
  return match === null ? [undefined, version] : [match[1], match[2] ?? ""];
}

function present(values: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const entries = Object.entries(values).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== "",
  );
  return Object.fromEntries(entries);
}

function schemeAndType(text: string, whole: string): { type: string; path: string } {
  const colon = text.indexOf(":");
  if (text.slice(0, Math.max(colon, 0)).toLowerCase() !== "pkg")
    throw invalid(whole, 'it does not begin with "pkg:"');
  const rest = text.slice(colon + 1).replace(/^\/+/, "");
  const slash = rest.indexOf("/");
  if (slash < 0) throw invalid(whole, "the type or the name is missing");
  const type = rest.slice(0, slash).toLowerCase();
  if (!/^[a-z][a-z0-9.-]*$/.test(type))
    throw invalid(whole, `the type "${type}" is not a letter and then letters, digits, dots and dashes`);
  return { type, path: rest.slice(slash + 1) };
}

// An @ at the beginning of a segment belongs to an npm scope that was not encoded; elsewhere it means that the name is missing.
function splitVersion(
  path: string,
  type: string,
  whole: string,
): readonly [location: string, version: string] {
  const at = path.lastIndexOf("@");
  if (at < 0) return [path, ""];
  if (at > 0 && path[at - 1] !== "/") return [path.slice(0, at), path.slice(at + 1)];
  if (type === "npm" && at === 0 && path.includes("/")) return [path, ""];
  throw invalid(whole, "the name is missing");
}

function parseQualifiers(text: string, whole: string): Readonly<Record<string, string>> {
  const found = new Map<string, string>();
  for (const pair of text.split("&")) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    if (equals < 0) throw invalid(whole, `the qualifier "${pair}" has no "="`);
    const key = pair.slice(0, equals).toLowerCase();
    const value = decode(pair.slice(equals + 1), whole);
    if (value === "" && isKey(key)) continue;
    if (found.has(key)) throw invalid(whole, `the qualifier "${key}" stands there twice`);
    found.set(key, value);
  }
  return Object.fromEntries(found);
}

function checked(purl: Purl, whole: string): Purl {
  const bad = Object.keys(purl.qualifiers).find((key) => !isKey(key));
  if (bad !== undefined)
    throw invalid(
      whole,
      `the qualifier key "${bad}" is not a letter and then letters, digits, ".", "-", "_"`,
    );
  const normal = normaliseByType(purl);
  const breach = breachOfType(normal);
  if (breach !== undefined) throw invalid(whole, `the type ${normal.type} ${breach}`);
  return normal;
}

function isKey(key: string): boolean {
  return /^[a-z][a-z0-9._-]*$/.test(key);
}

function joined(
  segments: readonly string[],
  whole: string,
  keep: (segment: string) => boolean = (segment) => segment !== "",
): string | undefined {
  const decoded = segments.map((segment) => decode(segment, whole)).filter(keep);
  if (decoded.some((segment) => segment.includes("/"))) throw invalid(whole, "a path segment holds a slash");
  return decoded.length === 0 ? undefined : decoded.join("/");
}

function splitLast(text: string, separator: string): readonly [before: string, after: string] {
  const at = text.lastIndexOf(separator);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

function decode(text: string, whole: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid(whole, `"${text}" is not percent-encoded UTF-8`);
  }
}

function write(purl: Purl): string {
  const namespace = purl.namespace === undefined ? "" : `${path(purl.namespace)}/`;
  const version = purl.version === undefined || purl.version === "" ? "" : `@${encode(purl.version)}`;
  const qualifiers = Object.entries(purl.qualifiers)
    .filter(([, value]) => value !== "")
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${encode(value).replaceAll("%2F", "/")}`);
  const query = qualifiers.length === 0 ? "" : `?${qualifiers.join("&")}`;
  const subpath = purl.subpath === undefined ? "" : `#${path(purl.subpath)}`;
  return `pkg:${purl.type}/${namespace}${encode(purl.name)}${version}${query}${subpath}`;
}

function path(text: string): string {
  return text.split("/").map(encode).join("/");
}

// Left as they are: letters, digits, ".-_~" and the colon (ECMA-427, 5.4); encodeURIComponent spares a few more.
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%3A", ":");
}

function invalid(text: string, state: string): SeaworthyError {
  return new SeaworthyError("purl-invalid", `read package URL "${text}": ${state}`, {
    hint: "write pkg:TYPE/NAMESPACE/NAME@VERSION?QUALIFIERS#SUBPATH",
  });
}
