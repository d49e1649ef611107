import type { Facts } from "../core/report.ts";
import { type BaselineAnswer, compareWithBase, compareWithBaseline } from "../pipeline/baseline.ts";
import type { Judgement } from "../pipeline/scan.ts";
import { scanFacts } from "../pipeline/scan.ts";
import type { Io } from "./command.ts";
import { readReports } from "./exceptions-file.ts";
import type { ImageValues } from "./options.ts";
import { openForBaseline } from "./scan-image.ts";

/** The option of what an image is compared with. */
export const baselineOptions = { baseline: { type: "string" } } as const;

/** The help of {@link baselineOptions}. */
export const baselineUsage = `      --baseline REPORT.json|IMAGE|base
                         compare with a saved report, another image, or the image's own base: only what is new fails, and what
                         the policy's grace period is over for
`;

/** Facts beside their baseline: each finding says since when it is there; as they are without one. */
export async function besideBaseline(
  facts: Facts,
  baseline: string | undefined,
  judgement: Pick<Judgement, "database" | "policy" | "today">,
  values: ImageValues,
  io: Io,
): Promise<Facts> {
  if (baseline === undefined) return facts;
  if (baseline === "base") return withAnswer(facts, compareWithBase(facts), noBase);
  if (/\.json$/iu.test(baseline)) {
    const [report] = await readReports([baseline], io);
    return withAnswer(facts, report === undefined ? undefined : compareWithBaseline(facts, report), noBase);
  }
  const indexed = await openForBaseline(baseline, values, io);
  return withAnswer(facts, compareWithBaseline(facts, scanFacts(indexed, judgement)), noBase);
}

const noBase = "baseline: which layers are the base image's cannot be told: every finding counts";

function withAnswer(facts: Facts, answer: BaselineAnswer | undefined, otherwise: string): Facts {
  if (answer !== undefined) return { ...facts, ...answer };
  const { coverage } = facts;
  return { ...facts, coverage: { ...coverage, notes: [...coverage.notes, otherwise] } };
}
