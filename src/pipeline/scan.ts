import { labelsWithoutSecrets } from "../checks/image/secret-cuts.ts";
import type { AdvisoryDatabase } from "../core/advisory.ts";
import type { IndexedImage } from "../core/indexed.ts";
import type { Placement, Policy } from "../core/policy.ts";
import type { Facts, Report } from "../core/report.ts";
import { evaluate } from "../policy/evaluate.ts";
import type { Expressions } from "../policy/when.ts";
import { reportSchemaVersion } from "../reports/json.ts";
import { checkImage } from "./check.ts";
import { type CurrencyAnswers, currencyOf } from "./currency.ts";
import { matchImage } from "./match.ts";
import { matchNotes } from "./match-notes.ts";

/** What an indexed image is judged by. `today` is `YYYY-MM-DD`. */
export interface Judgement {
  readonly database: AdvisoryDatabase;
  readonly policy: Policy;
  /** The policy's own, compiled. */
  readonly expressions?: Expressions | undefined;
  /** Workloads that use the image, where they are known. */
  readonly placements?: readonly Placement[] | undefined;
  /** Is it one of a set that is judged with the same exceptions? */
  readonly oneOfMany?: boolean | undefined;
  readonly today: string;
  /** What indexes of packages and registries answered; nothing was asked without it. */
  readonly answers?: CurrencyAnswers | undefined;
}

/** The report of an indexed image: matched, merged and judged. Pure: same image, database, policy and day, same report. */
export function scanReport(indexed: IndexedImage, judgement: Judgement): Report {
  return judgedReport(scanFacts(indexed, judgement), judgement);
}

/** The report of facts: with the verdict of a policy. Pure. */
export function judgedReport(
  facts: Facts,
  { policy, ...beside }: Pick<Judgement, "policy" | "expressions" | "placements" | "oneOfMany">,
): Report {
  const verdict = evaluate(facts, policy, beside);
  return { schemaVersion: reportSchemaVersion, ...facts, policy, verdict };
}

/** All that is found in an indexed image, nothing suppressed and no verdict yet. Pure. */
export function scanFacts(
  indexed: IndexedImage,
  { database, policy, today, answers }: Pick<Judgement, "database" | "policy" | "today" | "answers">,
): Facts {
  const { findings, undecided, upgrades, gaps, skipped } = matchImage(indexed, database, today);
  const { reference, digest, platform, distro, layers, packages, hiddenPackages } = indexed;
  const currency = currencyOf(indexed, database, today, answers);
  const checks = checkImage(indexed, currency, policy.checks, findings);
  const allGaps = [...indexed.gaps, ...gaps, ...(answers?.gaps ?? [])];
  const { runs, files, bytes, unownedExecutables } = indexed;
  const notes = [...indexed.notes, ...(answers?.notes ?? [])];
  return {
    image: {
      reference,
      digest: digest ?? null,
      platform,
      os: distro === undefined ? null : { id: distro.id, version: distro.version, name: distro.prettyName },
      labels: labelsWithoutSecrets(indexed.config.labels),
      layers,
    },
    packages,
    hiddenPackages,
    findings,
    suppressed: [],
    upgrades,
    undecided,
    checks,
    suppressedChecks: [],
    exceptions: [],
    vex: [],
    baseline: null,
    trust: null,
    currency,
    coverage: {
      plugins: runs,
      files,
      bytes,
      gaps: allGaps,
      skipped,
      unownedExecutables,
      notes: [...notes, ...matchNotes(indexed, database)],
      database: database.info,
    },
  };
}
