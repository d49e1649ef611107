import { checkPinning, pinnedOf } from "../checks/manifest/pinning.ts";
import { codeOf, messageOf, SeaworthyError } from "../core/errors.ts";
import { countFindings } from "../core/finding.ts";
import type { OpenImage } from "../core/image.ts";
import type { ImageSetReport, NamedImages, SetImage, SetOutcome } from "../core/image-set.ts";
import type { IndexedImage } from "../core/indexed.ts";
import type { Policy } from "../core/policy.ts";
import { parseReference } from "../core/reference.ts";
import { evaluateSet } from "../policy/evaluate-set.ts";
import { imageSetSchemaVersion } from "../reports/image-set-json.ts";
import { type Judgement, scanReport } from "./scan.ts";

/** What scanning a set takes from outside. */
export interface SetScan extends Omit<Judgement, "policy"> {
  /** Resolves a reference and reads its manifest and config; layers are read by `index`. */
  readonly open: (reference: string) => Promise<OpenImage>;
  readonly index: (image: OpenImage) => Promise<IndexedImage>;
  /** Are whole reports asked for? Each holds all packages of its image. */
  readonly keepReports: boolean;
}

/**
 * Scans the images that files name, one after the other, each digest once, and gives one verdict on all. One that cannot be had is an
 * error in its place, and the others are scanned. Without `scan` the images are only listed.
 */
export async function scanSet(
  named: NamedImages,
  policy: Policy,
  scan: SetScan | undefined,
): Promise<ImageSetReport> {
  const images: SetImage[] = [];
  const scanned: Scanned = { byName: new Map(), byDigest: new Map() };
  for (const image of named.images) {
    const outcome = scan === undefined ? listed : await outcomeOf(image.reference, policy, scan, scanned);
    images.push({
      ...image,
      pinned: pinnedOf(image.reference),
      checks: checkPinning(image, policy.checks),
      outcome,
    });
  }
  const { files, gaps, notes } = named;
  const verdict = evaluateSet({ images, gaps }, policy);
  const database = scan?.database.info ?? null;
  return { schemaVersion: imageSetSchemaVersion, files, images, gaps, notes, database, policy, verdict };
}

const listed: SetOutcome = { kind: "listed" };

interface Scanned {
  /** Canonical reference → what became of it: two spellings are one question to the registry. */
  readonly byName: Map<string, SetOutcome & { readonly reference: string }>;
  readonly byDigest: Map<string, Extract<SetOutcome, { kind: "same" }>>;
}

async function outcomeOf(
  reference: string,
  policy: Policy,
  scan: SetScan,
  scanned: Scanned,
): Promise<SetOutcome> {
  try {
    const { canonical } = parseReference(reference);
    const before = scanned.byName.get(canonical);
    if (before !== undefined) return sameAs(before);
    const outcome = await scanOne(reference, policy, scan, scanned);
    scanned.byName.set(canonical, { ...outcome, reference });
    return outcome;
  } catch (thrown) {
    return failed(thrown);
  }
}

function sameAs({ reference, ...outcome }: SetOutcome & { readonly reference: string }): SetOutcome {
  if (outcome.kind !== "scanned" || outcome.digest === null) return outcome;
  return { kind: "same", digest: outcome.digest, as: reference, summary: outcome.summary };
}

async function scanOne(
  reference: string,
  policy: Policy,
  scan: SetScan,
  { byDigest }: Scanned,
): Promise<SetOutcome> {
  const opened = await open(reference, scan);
  if (!("layers" in opened)) return opened;
  try {
    const { digest } = opened;
    const before = digest === undefined ? undefined : byDigest.get(digest);
    if (before !== undefined) return before;
    const { database, today, keepReports } = scan;
    const report = scanReport(await scan.index({ ...opened, reference }), { database, policy, today });
    const { findings, verdict } = report;
    const summary = { counts: countFindings(findings), verdict };
    if (digest !== undefined) byDigest.set(digest, { kind: "same", digest, as: reference, summary });
    return { kind: "scanned", digest: digest ?? null, summary, report: keepReports ? report : undefined };
  } catch (thrown) {
    return failed(thrown);
  } finally {
    await opened.close();
  }
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
