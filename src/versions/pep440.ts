import { compareDigits } from "../core/semver.ts";
import type { VersionScheme } from "../core/version.ts";

/** A Python version in comparable parts. Numbers are digits without leading zeros, so that any size compares right. */
export interface Pep440Version {
  readonly epoch: string;
  /** Without trailing zeros: `1.0` is `1`. */
  readonly release: readonly string[];
  /** a, b, rc with their number; undefined when it is not a pre-release. */
  readonly pre: readonly [letter: string, number: string] | undefined;
  readonly post: string | undefined;
  readonly dev: string | undefined;
  readonly local: readonly string[] | undefined;
}

const maxLength = 4096;

// https://packaging.python.org/en/latest/specifications/version-specifiers/#appendix-parsing-version-strings-with-regular-expressions
const grammar = new RegExp(
  [
    /^v?(?:(\d+)!)?(\d+(?:\.\d+)*)/,
    /(?:[-_.]?(alpha|a|beta|b|preview|pre|c|rc)[-_.]?(\d+)?)?/,
    /(?:-(\d+)|[-_.]?(post|rev|r)[-_.]?(\d+)?)?/,
    /(?:[-_.]?(dev)[-_.]?(\d+)?)?/,
    /(?:\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?$/,
  ]
    .map((part) => part.source)
    .join(""),
);

/** Python's ordering, PEP 440 with all its spellings (`1.0-ALPHA_1` is `1.0a1`). */
export const pep440: VersionScheme<Pep440Version> = { id: "pep440", parse, compare };

function parse(text: string): Pep440Version | undefined {
  if (text.length > maxLength) return undefined;
  const match = grammar.exec(text.trim().toLowerCase());
  if (match === null) return undefined;
  const [, epoch, release = "", letter, preNumber, post, postWord, postNumber, devWord, devNumber, local] =
    match;
  return {
    epoch: digits(epoch),
    release: withoutTrailingZeros(release.split(".").map(digits)),
    pre: letter === undefined ? undefined : [letters[letter] ?? letter, digits(preNumber)],
    post: post === undefined && postWord === undefined ? undefined : digits(post ?? postNumber),
    dev: devWord === undefined ? undefined : digits(devNumber),
    local: local?.split(/[-_.]/),
  };
}

const letters: Readonly<Record<string, string>> = {
  alpha: "a",
  beta: "b",
  c: "rc",
  pre: "rc",
  preview: "rc",
};

function digits(text: string | undefined): string {
  return text === undefined ? "0" : text.replace(/^0+(?=\d)/, "");
}

function withoutTrailingZeros(release: readonly string[]): readonly string[] {
  let end = release.length;
  while (end > 0 && release[end - 1] === "0") end -= 1;
  return release.slice(0, end);
}

function compare(a: Pep440Version, b: Pep440Version): number {
  return (
    compareDigits(a.epoch, b.epoch) ||
    compareReleases(a.release, b.release) ||
    comparePres(a, b) ||
    compareOptional(a.post, b.post, -1) ||
    compareOptional(a.dev, b.dev, 1) ||
    compareLocals(a.local, b.local)
  );
}

function compareReleases(a: readonly string[], b: readonly string[]): number {
  for (let at = 0; at < a.length || at < b.length; at += 1) {
    const result = compareDigits(a[at] ?? "0", b[at] ?? "0");
    if (result !== 0) return result;
  }
  return 0;
}

// 1.0.dev1 < 1.0a1 < 1.0: a bare development release is before every pre-release, a release after.
function comparePres(a: Pep440Version, b: Pep440Version): number {
  const stage = stageOf(a) - stageOf(b);
  if (stage !== 0 || a.pre === undefined || b.pre === undefined) return stage;
  return compareWords(a.pre[0], b.pre[0]) || compareDigits(a.pre[1], b.pre[1]);
}

function stageOf({ pre, post, dev }: Pep440Version): number {
  if (pre !== undefined) return 1;
  return post === undefined && dev !== undefined ? 0 : 2;
}

/** `absent` is where a version without the part stands: -1 before, 1 after all that have it. */
function compareOptional(a: string | undefined, b: string | undefined, absent: -1 | 1): number {
  if (a === undefined || b === undefined) return absent * (Number(a === undefined) - Number(b === undefined));
  return compareDigits(a, b);
}

function compareLocals(a: readonly string[] | undefined, b: readonly string[] | undefined): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  for (let at = 0; at < a.length || at < b.length; at += 1) {
    const left = a[at];
    const right = b[at];
    if (left === undefined || right === undefined) return left === undefined ? -1 : 1;
    const result = compareLocalParts(left, right);
    if (result !== 0) return result;
  }
  return 0;
}

function compareLocalParts(a: string, b: string): number {
  const numeric = /^\d+$/.test(a);
  if (numeric !== /^\d+$/.test(b)) return numeric ? 1 : -1;
  return numeric ? compareDigits(digits(a), digits(b)) : compareWords(a, b);
}

function compareWords(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
