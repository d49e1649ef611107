import type { TextScheme, VersionScheme } from "../core/version.ts";
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
  // Programs write their versions in many ways: PEP 440 reads numbers of any count, and pre-releases with or without a mark.
  ["generic", "pep440"],
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

// One package is compared with the bounds of many advisories in turn: what stood on either side last is not parsed again.
function remembering<V>(scheme: VersionScheme<V>): TextScheme {
  const left = lastParsed(scheme);
  const right = lastParsed(scheme);
  return {
    id: scheme.id,
    valid: (text) => left(text) !== undefined,
    compareText(a, b) {
      const first = left(a);
      if (first === undefined) return undefined;
      const second = right(b);
      return second === undefined ? undefined : scheme.compare(first, second);
    },
  };
}

function lastParsed<V>(scheme: VersionScheme<V>): (text: string) => V | undefined {
  let lastText: string | undefined;
  let lastValue: V | undefined;
  return (text) => {
    if (text === lastText) return lastValue;
    lastValue = scheme.parse(text);
    lastText = text;
    return lastValue;
  };
}
