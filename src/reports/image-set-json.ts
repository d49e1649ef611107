import type { CheckFinding } from "../core/check.ts";
import type { ImageSetReport, SetImage } from "../core/image-set.ts";
import type { Report } from "../core/report.ts";
import { databaseValue, reportText } from "./json.ts";
import type { Json } from "./json-value.ts";
import { policyValue, verdictValue } from "./json-verdict.ts";

/** Version of the set's shape, counted as `reportSchemaVersion` is. */
export const imageSetSchemaVersion = "1.1";

/** The report of a set by schemas/image-set.schema.json, in parts; each image's own report is by the report's schema. */
export function* imageSetJson(set: ImageSetReport): Generator<string> {
  yield `{\n  "schemaVersion": ${JSON.stringify(set.schemaVersion)},\n  "files": ${set.files},\n  "images": `;
  let before = "[";
  for (const image of set.images) {
    yield `${before}\n    `;
    yield* imageText(image);
    before = ",";
  }
  yield before === "[" ? "[]" : "\n  ]";
  const rest: Readonly<Record<string, Json>> = {
    gaps: set.gaps.map(({ code, message, file, line }) => ({ code, message, file, line })),
    notes: set.notes,
    database: set.database === null ? null : databaseValue(set.database),
    policy: policyValue(set.policy),
    verdict: verdictValue(set.verdict),
  };
  yield `,\n${JSON.stringify(rest, undefined, 2).slice("{\n".length)}\n`;
}

// The report is the image's last field, so that it need not be in memory as a whole.
function* imageText(image: SetImage): Generator<string> {
  const head = JSON.stringify(imageValue(image), undefined, 2).slice(0, -"\n}".length);
  yield `${head},\n  "report": `.replaceAll("\n", "\n    ");
  const report = reportOf(image);
  if (report === undefined) yield "null";
  else yield* reportText(report, "      ");
  yield "\n    }";
}

function reportOf({ outcome }: SetImage): Report | undefined {
  return outcome.kind === "scanned" ? outcome.report : undefined;
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

function outcomeValue(outcome: SetImage["outcome"]): Readonly<Record<string, Json>> {
  const none = { digest: null, verdict: null, sameAs: null, error: null };
  switch (outcome.kind) {
    case "listed":
      return none;
    case "scanned":
      return { ...none, digest: outcome.digest, verdict: outcome.summary.verdict.decision };
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
