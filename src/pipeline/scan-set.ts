import { checkPinning, pinnedOf } from "../checks/manifest/pinning.ts";
import { codeOf, messageOf, SeaworthyError } from "../core/errors.ts";
import type { ExceptionState } from "../core/exception.ts";
import { countFindings } from "../core/finding.ts";
import type { OpenImage } from "../core/image.ts";
import type { ImageSetReport, NamedImage, NamedImages, SetImage, SetOutcome } from "../core/image-set.ts";
import type { IndexedImage } from "../core/indexed.ts";
import type { Placement } from "../core/policy.ts";
import { parseReference } from "../core/reference.ts";
import type { Facts } from "../core/report.ts";
import { evaluateSet, placementsOf } from "../policy/evaluate-set.ts";
import { staleReasons, uselessInAll } from "../policy/stale.ts";
import { imageSetSchemaVersion } from "../reports/image-set-json.ts";
import { type Judgement, judgedReport, scanFacts } from "./scan.ts";

/** What the images of a set are judged by. */
export type DecidedBy = Pick<Judgement, "policy" | "expressions">;

/** What scanning a set takes from outside. */
export interface SetScan extends Omit<Judgement, "policy" | "expressions" | "placements" | "oneOfMany"> {
  /** Resolves a reference and reads its manifest and config; layers are read by `index`. */
  readonly open: (reference: string) => Promise<OpenImage>;
  readonly index: (image: OpenImage) => Promise<IndexedImage>;
  /** Takes out what exceptions and VEX say may stand; told where the image is used. */
  readonly settle?: ((facts: Facts, placements: readonly Placement[]) => Promise<Facts>) | undefined;
  /** Are whole reports asked for? Each holds all packages of its image. */
  readonly keepReports: boolean;
}

/**
 * Scans the images that files name, one after the other, each digest once, and gives one verdict on all. One that cannot be had is an
 * error in its place, and the others are scanned. Without `scan` the images are only listed.
 */
export async function scanSet(
  named: NamedImages,
  { policy, expressions }: DecidedBy,
  scan: SetScan | undefined,
): Promise<ImageSetReport> {
  const images: SetImage[] = [];
  const scanned: Scanned = { byName: new Map(), byDigest: new Map() };
  const told: (readonly ExceptionState[])[] = [];
  const telling = scan === undefined ? undefined : { ...scan, settle: recorded(scan.settle, told) };
  for (const image of named.images) {
    const outcome =
      telling === undefined ? listed : await outcomeOf(image, { policy, expressions }, telling, scanned);
    const checks = checkPinning(image, policy.checks);
    images.push({ ...image, pinned: pinnedOf(image.reference), checks, outcome });
  }
  const { files, gaps } = named;
  // An image that could not be had may be the one that an exception is of.
  const whole = images.every(({ outcome }) => outcome.kind !== "error");
  const useless = staleReasons(whole ? uselessInAll(told) : [], policy);
  const verdict = evaluateSet({ images, gaps }, policy, expressions, useless.refusing);
  const notes = [...named.notes, ...useless.told.map(({ message }) => message)];
  const database = scan?.database.info ?? null;
  return { schemaVersion: imageSetSchemaVersion, files, images, gaps, notes, database, policy, verdict };
}

function recorded(settle: SetScan["settle"], told: (readonly ExceptionState[])[]): SetScan["settle"] {
  if (settle === undefined) return undefined;
  return async (facts, placements) => {
    const settledFacts = await settle(facts, placements);
    told.push(settledFacts.exceptions);
    return settledFacts;
  };
}

const listed: SetOutcome = { kind: "listed" };

interface Scanned {
  /** Canonical reference → what became of it: two spellings are one question to the registry. */
  readonly byName: Map<string, Seen>;
  readonly byDigest: Map<string, Seen>;
}

/** An image that was seen before under a reference. */
interface Seen {
  readonly as: string;
  readonly outcome: SetOutcome;
  /** Only where rules have scopes: under another name, or beside other workloads, they may say something else. */
  readonly facts: Facts | undefined;
}

async function outcomeOf(
  image: NamedImage,
  by: DecidedBy,
  scan: SetScan,
  scanned: Scanned,
): Promise<SetOutcome> {
  try {
    const { canonical } = parseReference(image.reference);
    const before = scanned.byName.get(canonical);
    if (before !== undefined) return await sameAs(before, image, by, scan);
    const seen = await scanOne(image, by, scan, scanned);
    scanned.byName.set(canonical, seen);
    return seen.as === image.reference ? seen.outcome : await sameAs(seen, image, by, scan);
  } catch (thrown) {
    return failed(thrown);
  }
}

async function sameAs(
  { as, outcome, facts }: Seen,
  image: NamedImage,
  by: DecidedBy,
  scan: SetScan,
): Promise<SetOutcome> {
  if (outcome.kind !== "scanned" || outcome.digest === null) return outcome;
  const { digest, summary } = outcome;
  if (facts === undefined) return { kind: "same", digest, as, summary };
  const own = { ...facts, image: { ...facts.image, reference: image.reference } };
  const placements = placementsOf(image);
  const { findings, verdict } = judgedReport(await settled(own, placements, scan), {
    ...by,
    placements,
    oneOfMany: true,
  });
  return { kind: "same", digest, as, summary: { ...summary, counts: countFindings(findings), verdict } };
}

async function scanOne(
  image: NamedImage,
  by: DecidedBy,
  scan: SetScan,
  { byDigest }: Scanned,
): Promise<Seen> {
  const { reference } = image;
  const unscanned = (outcome: SetOutcome): Seen => ({ as: reference, outcome, facts: undefined });
  const opened = await open(reference, scan);
  if (!("layers" in opened)) return unscanned(opened);
  try {
    const { digest } = opened;
    const before = digest === undefined ? undefined : byDigest.get(digest);
    if (before !== undefined) return before;
    const { database, today, keepReports } = scan;
    const placements = placementsOf(image);
    const indexed = await scan.index({ ...opened, reference });
    const found = scanFacts(indexed, { database, policy: by.policy, today });
    const report = judgedReport(await settled(found, placements, scan), {
      ...by,
      placements,
      oneOfMany: true,
    });
    const summary = { counts: countFindings(report.findings), verdict: report.verdict };
    const outcome: SetOutcome = {
      kind: "scanned",
      digest: digest ?? null,
      summary,
      report: keepReports ? report : undefined,
    };
    const scoped = scan.settle !== undefined || by.policy.rules.some(({ scope }) => scope !== undefined);
    const facts = scoped ? found : undefined;
    const seen: Seen = { as: reference, outcome, facts };
    if (digest !== undefined) byDigest.set(digest, seen);
    return seen;
  } catch (thrown) {
    return unscanned(failed(thrown));
  } finally {
    await opened.close();
  }
}

async function settled(facts: Facts, placements: readonly Placement[], { settle }: SetScan): Promise<Facts> {
  return settle === undefined ? facts : settle(facts, placements);
}

async function open(reference: string, scan: SetScan): Promise<OpenImage | SetOutcome> {
  try {
    return await scan.open(reference);
  } catch (thrown) {
    return failed(thrown);
  }
}

function failed(thrown: unknown): SetOutcome {
  const hint = thrown instanceof SeaworthyError ? thrown.hint : undefined;
  return { kind: "error", code: codeOf(thrown), message: messageOf(thrown), hint };
}
