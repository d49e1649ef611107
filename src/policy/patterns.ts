import type { Package } from "../core/package.ts";
import { type PackagePattern, parsePackagePattern } from "./exceptions/package-pattern.ts";
import { compilePattern, type Pattern } from "./exceptions/pattern.ts";

// A policy's lists stay the same, what is asked of them changes: each is compiled once.

const compiled = new WeakMap<readonly string[], readonly Pattern[]>();
const compiledAnyCase = new WeakMap<readonly string[], readonly Pattern[]>();
const compiledPackages = new WeakMap<readonly string[], readonly PackagePattern[]>();

/** Does a text fit one of the patterns? */
export function fitsOne(patterns: readonly string[], text: string): boolean {
  return once(compiled, patterns, compilePattern).some((fits) => fits(text));
}

/** As {@link fitsOne}, in any case. */
export function fitsAnyCase(patterns: readonly string[], text: string): boolean {
  const lower = text.toLowerCase();
  return once(compiledAnyCase, patterns, (pattern) => compilePattern(pattern.toLowerCase())).some((fits) =>
    fits(lower),
  );
}

/** Does a package fit one of the patterns? What a pattern does not say (version, qualifiers), it does not ask. */
export function packageFitsOne(patterns: readonly string[], pkg: Package): boolean {
  return once(compiledPackages, patterns, parsePackagePattern).some(
    (pattern) => pattern.differences(pkg).length === 0,
  );
}

function once<T>(
  kept: WeakMap<readonly string[], readonly T[]>,
  patterns: readonly string[],
  compile: (pattern: string) => T,
): readonly T[] {
  const before = kept.get(patterns);
  if (before !== undefined) return before;
  const made = patterns.map(compile);
  kept.set(patterns, made);
  return made;
}
