import { areWithinEdits, editsBetween } from "../../core/nearest.ts";
import type { Package } from "../../core/package.ts";
import { fullName } from "../../core/package-name.ts";
import type { Report } from "../../core/report.ts";
import { type Candidate, candidateName, type Difference, idFits, type Selector } from "./candidate.ts";
import { parsePackagePattern } from "./package-pattern.ts";

/** Where a nearest miss is looked for. */
export interface Surroundings {
  readonly candidates: readonly Candidate[];
  readonly undecided: Report["undecided"];
  readonly packages: readonly Package[];
}

/** How far a difference takes an exception away from a candidate. */
const weights: Readonly<Record<Difference["part"], number>> = {
  qualifier: 1,
  version: 2,
  layer: 3,
  path: 4,
  name: 100,
};

/** For an exception that speaks of nothing: what it comes nearest to, and what keeps it from that. */
export function nearestMiss(selector: Selector, around: Surroundings): string {
  const sameId = around.candidates.filter((candidate) => idFits(selector, candidate));
  const near = nearestOf(selector, sameId);
  if (near !== undefined)
    return wouldMatch(
      near,
      near.differences.map(({ text }) => text),
    );
  return (
    undecidedHere(selector, around) ??
    otherId(selector, around) ??
    packageHere(selector, around) ??
    nothingHere(selector)
  );
}

interface Near {
  readonly candidate: Candidate;
  readonly differences: readonly Difference[];
}

function nearestOf(selector: Selector, candidates: readonly Candidate[]): Near | undefined {
  let best: Near | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const differences = selector.differences(candidate);
    const distance =
      differences.reduce((sum, { part }) => sum + weights[part], 0) +
      spelling(selector, candidate, differences);
    if (distance < least) [best, least] = [{ candidate, differences }, distance];
  }
  return best;
}

// Among packages of other names, the one that is spelled most alike.
function spelling({ exception }: Selector, { pkg }: Candidate, differences: readonly Difference[]): number {
  if (pkg === undefined || !differences.some(({ part }) => part === "name")) return 0;
  return editsBetween((exception.package ?? "").slice(0, 200), pkg.purl.slice(0, 200));
}

function wouldMatch({ candidate }: Near, differences: readonly string[]): string {
  return `it would match ${candidateName(candidate)}${inLayer(candidate)} if ${differences.join(" and ")}`;
}

function inLayer({ layer }: Candidate): string {
  return layer === undefined ? "" : ` in layer ${layer.index}`;
}

function undecidedHere({ id, exception }: Selector, { undecided }: Surroundings): string | undefined {
  const found = undecided.find((one) => [one.id, ...one.aliases].some((alias) => alias.toLowerCase() === id));
  if (found === undefined) return undefined;
  return `${exception.id} is undecided for ${found.package} (${found.reason}), which no exception settles`;
}

// An id that a slip of the hand turns into another is worth naming only where all else fits.
function otherId(selector: Selector, { candidates }: Surroundings): string | undefined {
  const { id, exception } = selector;
  const most = exception.package === undefined ? 1 : 2;
  for (const candidate of candidates) {
    const alike = candidate.ids.find((other) => areWithinEdits(id, other, most));
    if (alike === undefined || selector.differences(candidate).length > 0) continue;
    const own = idsOf(candidate).find((one) => one.toLowerCase() === alike) ?? alike;
    return wouldMatch({ candidate, differences: [] }, [`the id were ${own}, not ${exception.id}`]);
  }
  return undefined;
}

function idsOf({ item }: Candidate): readonly string[] {
  const { id, aliases } = item.kind === "finding" ? item.finding : item.check;
  return [id, ...aliases];
}

function packageHere({ exception }: Selector, { packages }: Surroundings): string | undefined {
  if (exception.package === undefined) return undefined;
  const { differences } = parsePackagePattern(exception.package);
  const found = packages.find((pkg) => !differences(pkg).some(({ part }) => part === "name"));
  if (found === undefined)
    return `no package here is ${exception.package}, and nothing here has the id ${exception.id}`;
  const what = exception.id === "*" ? "any finding" : exception.id;
  return `${fullName(found)} ${found.version} in layer ${found.layer} is not affected by ${what}`;
}

function nothingHere({ exception }: Selector): string {
  return `no finding and no check here has the id ${exception.id}`;
}
