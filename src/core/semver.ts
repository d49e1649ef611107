import { compareText } from "./text-order.ts";
/** A version by Semantic Versioning 2.0.0; numbers are digits without leading zeros, build metadata is left out. */
export interface SemVer {
  readonly major: string;
  readonly minor: string;
  readonly patch: string;
  /** Identifiers of the pre-release; empty for a release. */
  readonly pre: readonly string[];
}

const number = "(0|[1-9]\\d*)";
const identifiers = "[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*";
const grammar = new RegExp(`^${number}\\.${number}\\.${number}(?:-(${identifiers}))?(?:\\+${identifiers})?$`);

/** Reads `MAJOR.MINOR.PATCH[-PRE][+BUILD]` strictly; undefined for anything else (https://semver.org). */
export function parseSemver(text: string): SemVer | undefined {
  const match = grammar.exec(text);
  if (match === null) return undefined;
  const [, major = "", minor = "", patch = "", preText] = match;
  const pre = parsePrerelease(preText);
  return pre === undefined ? undefined : { major, minor, patch, pre };
}

/** The identifiers of a pre-release; undefined when one is empty or is a number with a leading zero. */
export function parsePrerelease(text: string | undefined): readonly string[] | undefined {
  if (text === undefined) return [];
  const identifiers = text.split(".");
  return identifiers.some((id) => id === "" || /^0\d+$/.test(id)) ? undefined : identifiers;
}

/** Precedence of two versions: negative, 0 or positive. */
export function compareSemver(a: SemVer, b: SemVer): number {
  return (
    compareDigits(a.major, b.major) ||
    compareDigits(a.minor, b.minor) ||
    compareDigits(a.patch, b.patch) ||
    comparePrereleases(a.pre, b.pre)
  );
}

/** Two runs of digits without leading zeros, as numbers of any size. */
export function compareDigits(a: string, b: string): number {
  return a.length - b.length || compareText(a, b);
}

/** A release is after its pre-releases; identifiers compare one by one, numbers before words, fewer before more. */
function comparePrereleases(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return b.length - a.length;
  for (let at = 0; at < a.length || at < b.length; at += 1) {
    const left = a[at];
    const right = b[at];
    if (left === undefined || right === undefined) return left === undefined ? -1 : 1;
    const result = compareIdentifiers(left, right);
    if (result !== 0) return result;
  }
  return 0;
}

function compareIdentifiers(a: string, b: string): number {
  const numeric = /^\d+$/.test(a);
  if (numeric !== /^\d+$/.test(b)) return numeric ? -1 : 1;
  return numeric ? compareDigits(a, b) : compareText(a, b);
}
