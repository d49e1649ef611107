import { type TextScheme, textScheme, type VersionScheme } from "../core/version.ts";
import { apk } from "./apk.ts";
import { cargo } from "./cargo.ts";
import { deb } from "./deb.ts";
import { go } from "./go.ts";
import { maven } from "./maven.ts";
import { pep440 } from "./pep440.ts";
import { rpm } from "./rpm.ts";
import { semver } from "./semver.ts";

/** Every scheme by its id. A new one adds its line here. */
export const schemes = {
  apk: remembering(apk),
  cargo: remembering(cargo),
  deb: remembering(deb),
  go: remembering(go),
  maven: remembering(maven),
  pep440: remembering(pep440),
  rpm: remembering(rpm),
  semver: remembering(semver),
} as const satisfies Readonly<Record<string, TextScheme>>;

/** Id of a scheme. */
export type SchemeName = keyof typeof schemes;

/** Ecosystem key without its release, or the name that people type → scheme. */
const names: ReadonlyMap<string, SchemeName> = new Map([
  ["alpine", "apk"],
  ["wolfi", "apk"],
  ["chainguard", "apk"],
  ["cargo", "cargo"],
  ["crates", "cargo"],
  ["crates.io", "cargo"],
  ["rust", "cargo"],
  ["debian", "deb"],
  ["dpkg", "deb"],
  ["ubuntu", "deb"],
  ["golang", "go"],
  ["maven", "maven"],
  ["java", "maven"],
  ["pypi", "pep440"],
  ["python", "pep440"],
  ["almalinux", "rpm"],
  ["amzn", "rpm"],
  ["fedora", "rpm"],
  ["opensuse-leap", "rpm"],
  ["opensuse-tumbleweed", "rpm"],
  ["redhat", "rpm"],
  ["rhel", "rpm"],
  ["rocky", "rpm"],
  ["sles", "rpm"],
  ["npm", "semver"],
  ...Object.keys(schemes)
    .filter(isScheme)
    .map((id) => [id, id] as const),
]);

/** The scheme of an ecosystem key (`debian:12`, `npm`); undefined when its versions are not known. */
export function schemeFor(ecosystem: string): TextScheme | undefined {
  const name = names.get(ecosystem.split(":", 1)[0] ?? "");
  return name === undefined ? undefined : schemes[name];
}

/** The scheme that a user names, by its id or an ecosystem's name in any case. */
export function schemeNamed(name: string): TextScheme | undefined {
  return schemeFor(name.toLowerCase());
}

function isScheme(id: string): id is SchemeName {
  return Object.hasOwn(schemes, id);
}

const remembered = 4096;
const longestRemembered = 128;

// One package is compared with the bounds of many advisories: parsing each text once halves the time of a match.
function remembering<V>(scheme: VersionScheme<V>): TextScheme {
  const known = new Map<string, V | undefined>();
  const parse = (text: string): V | undefined => {
    if (known.has(text)) return known.get(text);
    const value = scheme.parse(text);
    if (text.length > longestRemembered) return value;
    if (known.size >= remembered) known.clear();
    known.set(text, value);
    return value;
  };
  return textScheme({ id: scheme.id, parse, compare: (a, b) => scheme.compare(a, b) });
}
