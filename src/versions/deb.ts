import type { VersionScheme } from "../core/version.ts";

/** A Debian version: `[epoch:]upstream[-revision]`; an absent revision is the empty text, which sorts as `0`. */
export interface DebVersion {
  readonly epoch: number;
  readonly upstream: string;
  readonly revision: string;
}

const maxLength = 4096;
const maxEpoch = 2_147_483_647;

/**
 * Debian's ordering, deb-version(7). Takes what `dpkg --validate-version` takes. `dpkg --compare-versions` compares a version that
 * begins with a letter or holds an odd character, too, with a warning: the order of such a text says nothing.
 */
export const deb: VersionScheme<DebVersion> = { id: "deb", parse, compare };

function parse(text: string): DebVersion | undefined {
  if (text.length > maxLength) return undefined;
  const trimmed = text.trim();
  const colon = trimmed.indexOf(":");
  const epoch = colon < 0 ? 0 : parseEpoch(trimmed.slice(0, colon));
  const rest = trimmed.slice(colon + 1);
  const hyphen = rest.lastIndexOf("-");
  const upstream = hyphen < 0 ? rest : rest.slice(0, hyphen);
  const revision = hyphen < 0 ? "" : rest.slice(hyphen + 1);
  if (epoch === undefined || (hyphen >= 0 && revision === "")) return undefined;
  if (!/^\d[A-Za-z\d.+~:-]*$/.test(upstream) || !/^[A-Za-z\d.+~]*$/.test(revision)) return undefined;
  return { epoch, upstream, revision };
}

// dpkg reads the epoch with strtol(3), which takes a sign.
function parseEpoch(text: string): number | undefined {
  if (!/^[+-]?\d+$/.test(text)) return undefined;
  const epoch = Number(text);
  return epoch > maxEpoch || epoch < 0 ? undefined : epoch;
}

function compare(a: DebVersion, b: DebVersion): number {
  return a.epoch - b.epoch || comparePart(a.upstream, b.upstream) || comparePart(a.revision, b.revision);
}

// Text and digits alternate: text by dpkg's own alphabet, digits as numbers of any length.
function comparePart(a: string, b: string): number {
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    while ((i < a.length && !isDigit(a, i)) || (j < b.length && !isDigit(b, j))) {
      const difference = rank(a, i) - rank(b, j);
      if (difference !== 0) return difference;
      i += 1;
      j += 1;
    }
    while (a[i] === "0") i += 1;
    while (b[j] === "0") j += 1;
    let first = 0;
    while (isDigit(a, i) && isDigit(b, j)) {
      first ||= a.charCodeAt(i) - b.charCodeAt(j);
      i += 1;
      j += 1;
    }
    if (isDigit(a, i)) return 1;
    if (isDigit(b, j)) return -1;
    if (first !== 0) return first;
  }
  return 0;
}

// The tilde is before the end of the text, the end before letters, letters before everything else.
function rank(text: string, at: number): number {
  if (at >= text.length || isDigit(text, at)) return 0;
  const code = text.charCodeAt(at);
  if (code === 0x7e) return -1;
  return isLetter(code) ? code : code + 256;
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0x30 && code <= 0x39;
}

function isLetter(code: number): boolean {
  return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
}
