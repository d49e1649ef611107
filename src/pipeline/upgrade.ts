import { affects } from "../core/affected.ts";
import type { Upgrade } from "../core/report.ts";
import type { TextScheme } from "../core/version.ts";
import type { Flawed } from "./merge.ts";

type Fixable = Extract<Flawed, { kind: "affected" }>;

/**
 * The smallest version that mends every fixable flaw of a package. Where no version is outside of all that advisories call
 * affected, the one that mends most. Undefined when nothing is fixable.
 */
export function smallestUpgrade(
  flaws: readonly Flawed[],
  scheme: TextScheme,
): Omit<Upgrade, "package" | "layer"> | undefined {
  const fixable = flaws.filter(
    (flawed): flawed is Fixable => flawed.kind === "affected" && flawed.fix.state === "fixed",
  );
  const compare = (a: string, b: string) => scheme.compareText(a, b) || (a < b ? -1 : a > b ? 1 : 0);
  const all = [...new Set(fixable.flatMap(({ fix }) => fix.versions))].sort(compare);
  // Below the greatest of the smallest fixes, that flaw at least is not mended.
  const least = fixable
    .map(({ fix }) => fix.versions[0] ?? "")
    .sort(compare)
    .at(-1);
  if (least === undefined) return undefined;
  let best: Omit<Upgrade, "package" | "layer"> | undefined;
  for (const version of all.slice(all.indexOf(least))) {
    const mends = fixable.filter((flawed) => mendedBy(version, flawed, scheme)).length;
    if (best === undefined || mends > best.mends) best = { version, mends, fixable: fixable.length };
    if (mends === fixable.length) break;
  }
  return best;
}

function mendedBy(version: string, { entries }: Fixable, scheme: TextScheme): boolean {
  return !entries.some((entry) => affects({ version, scheme }, entry) === true);
}
