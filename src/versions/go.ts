import { compareSemver, parsePrerelease, type SemVer } from "../core/semver.ts";
import type { VersionScheme } from "../core/version.ts";

/** A Go version. `language` marks `go1.21` and later without a patch: a language version, before all its releases. */
export interface GoVersion extends SemVer {
  readonly language: boolean;
}

const maxLength = 4096;
const number = "(0|[1-9]\\d*)";
const identifiers = "[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*";

// golang.org/x/mod/semver, the `v` optional; `1.2` is short for `1.2.0`.
const module = new RegExp(
  `^v?${number}(?:\\.${number}(?:\\.${number}(?:-(${identifiers}))?(?:\\+${identifiers})?)?)?$`,
);
// Advisories write bounds without the `v`, and some that no module could have: `19.03.9`, `2.1-beta.5`.
const bare = new RegExp(`^(\\d+)\\.(\\d+)(?:\\.(\\d+))?(?:-(${identifiers}))?(?:\\+${identifiers})?$`);
// go/version: `1.22.1`, `1.22rc1`; what follows a hyphen names the builder.
const toolchain = new RegExp(`^${number}(?:\\.${number}(?:\\.${number}|([a-z]+)${number}?)?)?$`);

/**
 * Go's ordering for modules (pseudo-versions and `+incompatible` are Semantic Versioning: https://go.dev/ref/mod#versions)
 * and for toolchains and their standard library (`go1.22rc1`, `1.22rc1`: https://pkg.go.dev/go/version).
 */
export const go: VersionScheme<GoVersion> = { id: "go", parse, compare };

function parse(text: string): GoVersion | undefined {
  if (text.length > maxLength) return undefined;
  return text.startsWith("go")
    ? parseToolchain(text.slice(2).split("-", 1)[0] ?? "", true)
    : (parseModule(text, module) ?? parseToolchain(text, false) ?? parseModule(text, bare));
}

function parseModule(text: string, grammar: RegExp): GoVersion | undefined {
  const match = grammar.exec(text);
  if (match === null) return undefined;
  const [, major = "", minor = "0", patch = "0", preText] = match;
  const pre = parsePrerelease(preText);
  if (pre === undefined) return undefined;
  return {
    major: withoutZeros(major),
    minor: withoutZeros(minor),
    patch: withoutZeros(patch),
    pre,
    language: false,
  };
}

function withoutZeros(digits: string): string {
  return digits.replace(/^0+(?=.)/, "");
}

function parseToolchain(text: string, prefixed: boolean): GoVersion | undefined {
  const match = toolchain.exec(text);
  if (match === null) return undefined;
  const [, major = "", minor, patch, kind, pre] = match;
  return {
    major,
    minor: minor ?? "0",
    patch: patch ?? "0",
    pre: kind === undefined ? [] : pre === undefined ? [kind] : [kind, pre],
    language:
      prefixed && patch === undefined && kind === undefined && minor !== undefined && Number(minor) >= 21,
  };
}

function compare(a: GoVersion, b: GoVersion): number {
  if (a.language === b.language) return compareSemver(a, b);
  const release = compareSemver({ ...a, pre: [] }, { ...b, pre: [] });
  return release === 0 ? (a.language ? -1 : 1) : release;
}
