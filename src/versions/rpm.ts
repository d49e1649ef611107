import type { VersionScheme } from "../core/version.ts";

/** An RPM version: `[epoch:]version[-release]`; an absent release is undefined and sorts before any. */
export interface RpmVersion {
  readonly epoch: string;
  readonly version: string;
  readonly release: string | undefined;
}

const maxLength = 4096;

/** RPM's ordering, rpm-version(7): epoch, version, release, each by rpmvercmp. Printable ASCII without spaces is a version. */
export const rpm: VersionScheme<RpmVersion> = { id: "rpm", parse, compare };

function parse(text: string): RpmVersion | undefined {
  if (text.length > maxLength || !/^[\x21-\x7e]+$/.test(text)) return undefined;
  const colon = /^\d*:/.exec(text)?.[0].length ?? 0;
  const hyphen = text.lastIndexOf("-");
  const version = text.slice(colon, hyphen < colon ? undefined : hyphen);
  if (version === "") return undefined;
  const epoch = colon < 2 ? "0" : text.slice(0, colon - 1);
  return { epoch, version, release: hyphen < colon ? undefined : text.slice(hyphen + 1) };
}

function compare(a: RpmVersion, b: RpmVersion): number {
  return (
    compareParts(a.epoch, b.epoch) ||
    compareParts(a.version, b.version) ||
    compareReleases(a.release, b.release)
  );
}

function compareReleases(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  return compareParts(a, b);
}

// rpmvercmp: runs of digits and runs of letters; all else only separates, but for the tilde (before the end of the text)
// and the caret (after the end, before anything else).
function compareParts(a: string, b: string): number {
  if (a === b) return 0;
  let i = skipSeparators(a, 0);
  let j = skipSeparators(b, 0);
  while (i < a.length || j < b.length) {
    const mark = compareMarks(a, i, b, j);
    if (mark === "same") {
      i = skipSeparators(a, i + 1);
      j = skipSeparators(b, j + 1);
      continue;
    }
    if (mark !== 0) return mark;
    if (i >= a.length || j >= b.length) return i < a.length ? 1 : -1;
    const runA = endOfRun(a, i);
    const runB = endOfRun(b, j);
    const result = compareRuns(a.slice(i, runA), b.slice(j, runB));
    if (result !== 0) return result;
    i = skipSeparators(a, runA);
    j = skipSeparators(b, runB);
  }
  return 0;
}

function compareMarks(a: string, i: number, b: string, j: number): number | "same" {
  const [left, right] = [a[i], b[j]];
  if (left === "~" || right === "~") return left === right ? "same" : left === "~" ? -1 : 1;
  if (left !== "^" && right !== "^") return 0;
  if (left === undefined) return -1;
  if (right === undefined) return 1;
  return left === right ? "same" : left === "^" ? -1 : 1;
}

function compareRuns(a: string, b: string): number {
  const numeric = isDigit(a.charCodeAt(0));
  if (numeric !== isDigit(b.charCodeAt(0))) return numeric ? 1 : -1;
  const left = numeric ? withoutZeros(a) : a;
  const right = numeric ? withoutZeros(b) : b;
  if (numeric && left.length !== right.length) return left.length - right.length;
  return left === right ? 0 : left < right ? -1 : 1;
}

function withoutZeros(digits: string): string {
  let start = 0;
  while (digits[start] === "0") start += 1;
  return digits.slice(start);
}

function skipSeparators(text: string, from: number): number {
  let at = from;
  while (at < text.length && !isWord(text.charCodeAt(at)) && text[at] !== "~" && text[at] !== "^") at += 1;
  return at;
}

function endOfRun(text: string, from: number): number {
  const same = isDigit(text.charCodeAt(from)) ? isDigit : isLetter;
  let at = from;
  while (at < text.length && same(text.charCodeAt(at))) at += 1;
  return at;
}

function isWord(code: number): boolean {
  return isDigit(code) || isLetter(code);
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isLetter(code: number): boolean {
  return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
}
