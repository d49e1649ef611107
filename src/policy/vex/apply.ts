import type { Finding } from "../../core/finding.ts";
import type { Package } from "../../core/package.ts";
import { placeOf } from "../../core/place.ts";
import type { SuppressedFinding } from "../../core/suppression.ts";
import type { VexProduct, VexState, VexStatement } from "../../core/vex.ts";
import { better, type Fit } from "./fit.ts";
import { knownImage, type VexImage } from "./image-fit.ts";
import { latest } from "./latest.ts";
import type { KnownPackage } from "./package-fit.ts";
import { createScene, fitProduct, type ProductFit, type Scene } from "./product-fit.ts";

export type { VexImage } from "./image-fit.ts";

/** What statements are applied to. */
export interface VexSubject {
  readonly image: VexImage;
  readonly packages: readonly Package[];
  readonly findings: readonly Finding[];
}

/** What statements make of findings. */
export interface VexOutcome {
  /** Those that count still, in their order. */
  readonly findings: readonly Finding[];
  /** Those that a `not_affected` or `fixed` takes out, in their order. */
  readonly suppressed: readonly SuppressedFinding[];
  /**
   * Of the statements that speak of a flaw that was found, in their order; of their products only those that matter. Those of a VEX
   * repository that do not match are counted in `notes`: there are thousands, on products that are not here.
   */
  readonly states: readonly VexState[];
  readonly notes: readonly string[];
  /** How many statements speak of flaws that were not found. */
  readonly elsewhere: number;
}

/**
 * Applies VEX statements. Of several that fit one finding the latest counts, whatever its document; `affected` and
 * `under_investigation` suppress nothing, and take an earlier `not_affected` back. A `fixed` that names no version, no tag and no digest
 * would call every version mended that ever was: it is nearly matched, and suppresses nothing.
 */
export function applyVex(subject: VexSubject, statements: readonly VexStatement[]): VexOutcome {
  const scene = createScene(knownImage(subject.image), subject.packages);
  const flaws = findingsByFlaw(subject.findings, scene);
  const trials = statements.flatMap((statement) => trialOf(statement, flaws, scene) ?? []);
  const winners = winnersOf(trials);
  const suppressed = subject.findings.flatMap((finding): readonly SuppressedFinding[] => {
    const winner = winners.get(finding);
    return winner !== undefined && suppresses(winner)
      ? [{ ...finding, suppression: suppressionOf(winner) }]
      : [];
  });
  return {
    findings: subject.findings.filter((finding) => {
      const winner = winners.get(finding);
      return winner === undefined || !suppresses(winner);
    }),
    suppressed,
    ...told(trials.map((trial) => stateOf(trial, winners))),
    elsewhere: statements.length - trials.length,
  };
}

function told(states: readonly VexState[]): Pick<VexOutcome, "states" | "notes"> {
  const passedOver = (state: VexState): boolean =>
    state.state === "unmatched" && state.statement.document.repository !== undefined;
  const counts = Map.groupBy(
    states.filter(passedOver),
    ({ statement }) => statement.document.repository ?? "",
  );
  return {
    states: states.filter((state) => !passedOver(state)),
    notes: [...counts].map(
      ([repository, { length }]) =>
        `${repository}: ${length} statements on these flaws are on other products`,
    ),
  };
}

interface Found {
  readonly finding: Finding;
  readonly known: KnownPackage;
}

/** A statement, and how it fits each finding of its flaw. */
interface Trial {
  readonly statement: VexStatement;
  readonly fits: readonly (ProductFit & { readonly finding: Finding })[];
}

type Flaws = ReadonlyMap<string, readonly Found[]>;

function findingsByFlaw(findings: readonly Finding[], scene: Scene): Flaws {
  const packages = new Map(scene.packages.map((known) => [placeOf(known.pkg.purl, known.pkg.layer), known]));
  const flaws = new Map<string, Found[]>();
  for (const finding of findings) {
    const known = packages.get(placeOf(finding.package, finding.layer));
    if (known === undefined) continue;
    for (const id of new Set([finding.id, ...finding.aliases].map((text) => text.toUpperCase()))) {
      const there = flaws.get(id);
      if (there === undefined) flaws.set(id, [{ finding, known }]);
      else there.push({ finding, known });
    }
  }
  return flaws;
}

function trialOf(statement: VexStatement, flaws: Flaws, scene: Scene): Trial | undefined {
  const ids = [statement.vulnerability, ...statement.aliases].map((id) => id.toUpperCase());
  const found = new Map(ids.flatMap((id) => flaws.get(id) ?? []).map((each) => [each.finding, each.known]));
  if (found.size === 0) return undefined;
  return {
    statement,
    fits: [...found].map(([finding, known]) => ({ finding, ...fitStatement(statement, known, scene) })),
  };
}

function fitStatement(statement: VexStatement, known: KnownPackage, scene: Scene): ProductFit {
  let best: ProductFit | undefined;
  for (const product of statement.products) {
    const next = fitProduct(product, known, scene);
    if (best === undefined || better(best.fit, next.fit) === next.fit) best = next;
    if (best.fit.kind === "fits" && best.fit.versioned) break;
  }
  if (best === undefined)
    return { product: { ids: [], subcomponents: [] }, fit: { kind: "apart", reason: "it names no product" } };
  return { ...best, fit: careful(best, statement, known) };
}

function careful({ fit, product }: ProductFit, { status }: VexStatement, { pkg }: KnownPackage): Fit {
  if (status !== "fixed" || fit.kind !== "fits" || fit.versioned) return fit;
  const name = product.subcomponents[0] ?? product.ids[0] ?? "";
  return {
    kind: "near",
    differences: [
      `${name} is said to be fixed, and not in which version; ${pkg.version} here is held for affected`,
    ],
  };
}

function winnersOf(trials: readonly Trial[]): ReadonlyMap<Finding, VexStatement> {
  const candidates = new Map<Finding, VexStatement[]>();
  for (const { statement, fits } of trials)
    for (const { finding, fit } of fits) {
      if (fit.kind !== "fits") continue;
      const there = candidates.get(finding);
      if (there === undefined) candidates.set(finding, [statement]);
      else there.push(statement);
    }
  return new Map(
    [...candidates].flatMap(([finding, all]) => {
      const winner = latest(all);
      return winner === undefined ? [] : [[finding, winner] as const];
    }),
  );
}

function suppresses({ status }: VexStatement): boolean {
  return status === "not_affected" || status === "fixed";
}

function suppressionOf(winner: VexStatement): SuppressedFinding["suppression"] {
  const { document, status, justification, statement } = winner;
  const { source, id, author } = document;
  return { kind: "vex", source, document: id, author, status, justification, statement };
}

type Winners = ReadonlyMap<Finding, VexStatement>;

function stateOf({ statement, fits }: Trial, winners: Winners): VexState {
  const matched = fits.filter(({ fit }) => fit.kind === "fits");
  if (matched.length > 0) {
    const chosen = matched.flatMap(({ finding }) => winners.get(finding) ?? []);
    const won = chosen.filter((winner) => winner === statement).length;
    return {
      statement: { ...statement, products: shown(matched) },
      state: "matched",
      suppressed: suppresses(statement) ? won : 0,
      message: won === 0 ? overruled(chosen) : remark(statement),
    };
  }
  // A near miss of what another statement speaks of keeps nobody waiting.
  const near = fits.filter(({ finding, fit }) => fit.kind === "near" && !winners.has(finding));
  const chosen = near.length > 0 ? near : fits;
  return {
    statement: { ...statement, products: shown(chosen) },
    state: near.length > 0 ? "near" : "unmatched",
    suppressed: 0,
    message: messageOf(chosen.map(({ fit }) => fit).reduce(better)),
  };
}

const mostShown = 5;

function shown(fits: readonly ProductFit[]): readonly VexProduct[] {
  const byText = new Map(fits.map(({ product }) => [JSON.stringify(product), product]));
  return [...byText.values()].slice(0, mostShown);
}

function overruled([winner]: readonly VexStatement[]): string {
  if (winner === undefined) return "";
  const { document, status, timestamp } = winner;
  const date = timestamp === "" ? "" : ` of ${timestamp}`;
  return `a statement${date} in ${document.source} says ${status}, and goes before it`;
}

// Scanners that take "fixed" at its word are Trivy and Grype, too; none of them says so.
function remark({ status }: VexStatement): string {
  return status === "fixed"
    ? "it says that this version has the fix, the advisories hold it for affected: the supplier's word is taken"
    : "";
}

function messageOf(fit: Fit): string {
  switch (fit.kind) {
    case "fits":
      return "";
    case "near":
      return fit.differences.join("; ");
    case "apart":
      return fit.reason;
  }
}
