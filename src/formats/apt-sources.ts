import type { PackageRepository } from "../core/package-repository.ts";
import { accessBytes } from "./random-access.ts";
import { readStanzas } from "./rfc822.ts";

/** More than any image has. */
const mostRepositories = 200;

/** Repositories of a file of one-line entries, `deb [OPTIONS] URI SUITE [COMPONENT...]` (sources.list(5)). Entries of sources are left out. */
export function readAptList(text: string): readonly PackageRepository[] {
  const lines = text.split("\n").map((line) => line.replace(/#.*$/, "").trim());
  return lines
    .filter((line) => line !== "" && !/^deb-src\s/.test(line))
    .slice(0, mostRepositories)
    .flatMap(oneLine);
}

// Options may hold blanks: `[ arch=amd64 signed-by=/x ]`.
function oneLine(line: string): readonly PackageRepository[] {
  const [, options = "", rest = ""] = /^deb\s+(?:\[([^\]]*)\]\s+)?(\S.*)$/.exec(line) ?? [];
  const [uri = "", suite = "", ...components] = rest.split(/\s+/);
  const option = (name: string): string =>
    options
      .split(/\s+/)
      .findLast((word) => word.startsWith(`${name}=`))
      ?.slice(name.length + 1) ?? "";
  if (isOff(option("enabled"))) return [];
  return [repository(uri, suite, components, line, option("arch").split(","))];
}

// As apt reads it (StringToBool in apt-pkg/contrib/strutl.cc).
function isOff(value: string): boolean {
  return /^(?:0|no|false|without|off|disable)$/i.test(value);
}

const fields: ReadonlySet<string> = new Set([
  "types",
  "uris",
  "suites",
  "components",
  "enabled",
  "architectures",
]);

/** Repositories of a file of deb822 stanzas (sources.list(5)): each URI with each suite. */
export function readAptStanzas(bytes: Uint8Array): readonly PackageRepository[] {
  const found: PackageRepository[] = [];
  const ended = Buffer.concat([bytes, Buffer.from("\n")]);
  for (const { fields: values, damage, line } of readStanzas(
    accessBytes(withoutComments(ended)),
    "apt sources",
    fields,
  )) {
    if (damage !== undefined)
      found.push({ kind: "unread", text: `stanza at line ${line}: ${damage.message}` });
    else found.push(...stanzaRepositories(values));
    if (found.length > mostRepositories) break;
  }
  return found.slice(0, mostRepositories);
}

// Comments are lines of their own, also between the lines of a folded value.
function withoutComments(bytes: Uint8Array): Uint8Array {
  return Buffer.from(
    Buffer.from(bytes)
      .toString("utf8")
      .replace(/^#.*\n/gm, ""),
  );
}

function stanzaRepositories(values: ReadonlyMap<string, string>): readonly PackageRepository[] {
  const words = (name: string) => (values.get(name) ?? "").split(/\s+/).filter((word) => word !== "");
  if (!words("types").includes("deb") || isOff(values.get("enabled") ?? "")) return [];
  return words("uris").flatMap((uri) =>
    words("suites").map((suite) =>
      repository(uri, suite, words("components"), `${uri} ${suite}`, words("architectures")),
    ),
  );
}

function repository(
  uri: string,
  suite: string,
  components: readonly string[],
  text: string,
  architectures: readonly string[],
): PackageRepository {
  const flat = suite.endsWith("/");
  const named = suite !== "" && (flat || components.length > 0);
  const plain = [suite, ...components].every(
    (part) => /^(?:[\w.+~/-]|\$\(ARCH\)){1,200}$/.test(part) && !part.includes(".."),
  );
  if (!/^https?:\/\/[^\s$]{1,1000}$/.test(uri) || !named || !plain) return unread(text);
  const only = architectures.filter((one) => one !== "");
  return {
    kind: "apt",
    uri: uri.replace(/\/+$/, ""),
    suite: flat ? suite.replace(/^\.?\//, "") : suite,
    components,
    ...(only.length === 0 ? {} : { architectures: only }),
  };
}

// An address may hold a password, and the text goes into a note.
function unread(text: string): PackageRepository {
  return { kind: "unread", text: text.slice(0, 200).replace(/(?<=:\/\/)[^\s/]*@/g, "…@") };
}

/** Repositories of apk's `repositories`: a URL a line; `@tag URL` is only for packages that ask for the tag, and left out. */
export function readApkRepositories(text: string): readonly PackageRepository[] {
  return text
    .split("\n")
    .map((line) => line.replace(/#.*$/, "").trim())
    .filter((line) => line !== "" && !line.startsWith("@"))
    .slice(0, mostRepositories)
    .map((line) =>
      /^https?:\/\/[^\s$]{1,1000}$/.test(line)
        ? { kind: "apk", uri: line.replace(/\/+$/, "") }
        : unread(line),
    );
}
