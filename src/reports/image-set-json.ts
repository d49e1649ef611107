import type { CheckFinding } from "../core/check.ts";
import type { ImageSetReport, SetImage, SetOutcome } from "../core/image-set.ts";
import { databaseValue, type Json, policyValue, reportValue, verdictValue } from "./json.ts";

/** Version of the set's shape, counted as `reportSchemaVersion` is. */
export const imageSetSchemaVersion = "1.0";

/** The report of a set by schemas/image-set.schema.json; each image's own report is by the report's schema. */
export function imageSetJson(set: ImageSetReport): string {
  const value: Json = {
    schemaVersion: set.schemaVersion,
    files: set.files,
    images: set.images.map(imageValue),
    gaps: set.gaps.map(({ code, message, file, line }) => ({ code, message, file, line })),
    notes: set.notes,
    database: set.database === null ? null : databaseValue(set.database),
    policy: policyValue(set.policy),
    verdict: verdictValue(set.verdict),
  };
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function imageValue({ reference, uses, pinned, checks, outcome }: SetImage): Json {
  return {
    reference,
    pinned,
    uses: uses.map(({ file, document, line, column, kind, namespace, name, container, written, via }) => ({
      file,
      document,
      line,
      column,
      kind,
      namespace,
      name,
      container,
      written,
      via,
    })),
    checks: checks.map(checkValue),
    ...outcomeValue(outcome),
  };
}

function checkValue({ id, aliases, title, severity, message, remedy }: CheckFinding): Json {
  return { id, aliases, title, severity, message, remedy };
}

function outcomeValue(outcome: SetOutcome): Readonly<Record<string, Json>> {
  const none = { digest: null, verdict: null, sameAs: null, report: null, error: null };
  switch (outcome.kind) {
    case "listed":
      return none;
    case "scanned": {
      const { digest, summary, report } = outcome;
      return {
        ...none,
        digest,
        verdict: summary.verdict.decision,
        report: report === undefined ? null : reportValue(report),
      };
    }
    case "same":
      return {
        ...none,
        digest: outcome.digest,
        verdict: outcome.summary.verdict.decision,
        sameAs: outcome.as,
      };
    case "error": {
      const { code, message, hint } = outcome;
      return { ...none, verdict: "unknown", error: { code, message, hint: hint ?? null } };
    }
  }
}
