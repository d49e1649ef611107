import { compareText } from "../core/text-order.ts";
import type { VersionScheme } from "../core/version.ts";

// The order of kinds decides between a version that ends and one that goes on: the earlier kind is the greater version.
const kinds = {
  first: 0,
  digits: 1,
  letter: 2,
  suffix: 3,
  suffixNumber: 4,
  hash: 5,
  revision: 6,
  end: 7,
} as const;

interface Token {
  readonly kind: number;
  readonly text: string;
  /** Place in the alphabet of suffixes; negative before the release. */
  readonly suffix: number;
}

/** An Alpine version in its tokens. */
export type ApkVersion = readonly Token[];

const maxLength = 4096;
const end: Token = { kind: kinds.end, text: "", suffix: 0 };

const suffixes: Readonly<Record<string, number>> = {
  alpha: -4,
  beta: -3,
  pre: -2,
  rc: -1,
  cvs: 1,
  svn: 2,
  git: 3,
  hg: 4,
  p: 5,
};

/**
 * Alpine's ordering as apk-tools 3 has it: `digits{.digits}{letter}{_suffix{digits}}{~hash}{-rN}`
 * (https://gitlab.alpinelinux.org/alpine/apk-tools/-/blob/master/doc/apk-package.5.scd).
 */
export const apk: VersionScheme<ApkVersion> = { id: "apk", parse, compare };

const grammar =
  /^\d+(?:\.\d+)*[a-z]?(?:_(?:alpha|beta|pre|rc|cvs|svn|git|hg|p)\d*)*(?:~[0-9a-fA-F]+)?(?:-r\d+)?$/;
const token = /^\d+|\.\d+|_[a-z]+|~[0-9a-fA-F]+|-r\d+|[a-z]|\d+/g;

function parse(text: string): ApkVersion | undefined {
  if (text.length > maxLength || !grammar.test(text)) return undefined;
  const found: Token[] = [];
  for (const [part] of text.matchAll(token)) found.push(readToken(part, found.length === 0));
  return found;
}

function readToken(part: string, first: boolean): Token {
  const text = part.slice(1);
  switch (part[0]) {
    case ".":
      return { kind: kinds.digits, text, suffix: 0 };
    case "_":
      return { kind: kinds.suffix, text, suffix: suffixes[text] ?? 0 };
    case "~":
      return { kind: kinds.hash, text, suffix: 0 };
    case "-":
      return { kind: kinds.revision, text: part.slice(2), suffix: 0 };
    default:
      if (part >= "a") return { kind: kinds.letter, text: part, suffix: 0 };
      return { kind: first ? kinds.first : kinds.suffixNumber, text: part, suffix: 0 };
  }
}

function compare(a: ApkVersion, b: ApkVersion): number {
  for (let at = 0; ; at += 1) {
    const left = a[at] ?? end;
    const right = b[at] ?? end;
    if (left.kind !== right.kind) return compareKinds(left, right);
    if (left.kind === kinds.end) return 0;
    const result = compareTokens(left, right);
    if (result !== 0) return result;
  }
}

function compareTokens(a: Token, b: Token): number {
  switch (a.kind) {
    case kinds.suffix:
      return a.suffix - b.suffix;
    case kinds.letter:
    case kinds.hash:
      return compareText(a.text, b.text);
    case kinds.digits:
      // A leading zero makes it a fraction: 1.05 < 1.1.
      return a.text[0] === "0" || b.text[0] === "0"
        ? compareText(a.text, b.text)
        : compareNumbers(a.text, b.text);
    default:
      return compareNumbers(a.text, b.text);
  }
}

function compareKinds(a: Token, b: Token): number {
  if (a.suffix < 0) return -1;
  if (b.suffix < 0) return 1;
  return b.kind - a.kind;
}

function compareNumbers(a: string, b: string): number {
  const left = a.replace(/^0+/, "");
  const right = b.replace(/^0+/, "");
  return left.length - right.length || compareText(left, right);
}
