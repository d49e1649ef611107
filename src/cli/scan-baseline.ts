import { closeSync, existsSync, openSync, readSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { Facts, Report } from "../core/report.ts";
import {
  type BaselineAnswer,
  baselineNote,
  compareWithBase,
  compareWithBaseline,
} from "../pipeline/baseline.ts";
import type { Judgement } from "../pipeline/scan.ts";
import { scanFacts } from "../pipeline/scan.ts";
import type { Io } from "./command.ts";
import { type ImageValues, usageError } from "./options.ts";
import { openForBaseline } from "./scan-image.ts";

/** The option of what an image is compared with. */
export const baselineOptions = { baseline: { type: "string" } } as const;

/** The help of {@link baselineOptions}. */
export const baselineUsage = `      --baseline REPORT.json|IMAGE|base
                         compare with a saved report, another image, or the image's own base: only what is new fails, and what
                         the policy's grace period is over for
`;

/** What an image is compared with. */
export type GivenBaseline =
  | { readonly kind: "none" }
  | { readonly kind: "base" }
  | { readonly kind: "image"; readonly reference: string }
  | { readonly kind: "report"; readonly report: Report };

/** Reads `--baseline`: a report at once, since one that cannot be read is to be told before an image is opened. @throws SeaworthyError `usage`, `report-invalid`. */
export async function givenBaseline(
  command: string,
  value: string | undefined,
  io: Io,
): Promise<GivenBaseline> {
  if (value === undefined) return { kind: "none" };
  if (value === "") throw usageError(command, "--baseline is empty");
  if (value === "base") return { kind: "base" };
  if (!isReport(value, io)) return { kind: "image", reference: value };
  // Comes with the readers of exceptions and of YAML, which a scan without a baseline does not load.
  const { readReports } = await import("./exceptions-file.ts");
  const [report] = await readReports([value], io);
  return report === undefined ? { kind: "none" } : { kind: "report", report };
}

/** Facts beside their baseline: each finding says since when it is there; as they are without one. */
export async function besideBaseline(
  facts: Facts,
  given: GivenBaseline,
  judgement: Pick<Judgement, "database" | "policy" | "today">,
  values: ImageValues,
  io: Io,
): Promise<Facts> {
  switch (given.kind) {
    case "none":
      return facts;
    case "base": {
      const answer = compareWithBase(facts);
      return answer === undefined ? withNote(facts, noBase) : { ...facts, ...answer };
    }
    case "report":
      return compared(facts, given.report);
    case "image": {
      const indexed = await openForBaseline(given.reference, values, io);
      return compared(facts, scanFacts(indexed, judgement));
    }
  }
}

const noBase = "baseline: which layers are the base image's cannot be told: every finding counts";

function compared(facts: Facts, before: Facts): Facts {
  const answer: BaselineAnswer = compareWithBaseline(facts, before);
  return withNote({ ...facts, ...answer }, baselineNote(facts.image, before.image));
}

function withNote(facts: Facts, note: string | undefined): Facts {
  if (note === undefined) return facts;
  const { coverage } = facts;
  return { ...facts, coverage: { ...coverage, notes: [...coverage.notes, note] } };
}

// A saved report may have any name; an archive of an image does not begin as JSON does.
function isReport(value: string, io: Io): boolean {
  const path = resolve(io.cwd, value);
  if (/\.json$/iu.test(value)) return true;
  if (!existsSync(path) || !statSync(path).isFile()) return false;
  const file = openSync(path, "r");
  try {
    const first = Buffer.alloc(1);
    return readSync(file, first) === 1 && first.toString() === "{";
  } finally {
    closeSync(file);
  }
}
