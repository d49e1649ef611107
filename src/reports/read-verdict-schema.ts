import { z } from "zod";
import { justifications, reopenTriggers } from "../core/exception.ts";
import { vexStatuses } from "../core/vex.ts";
import { absent, day, severity, text, texts, whole } from "./read-words.ts";

// Policy, exceptions, VEX and verdict of a report as reports/json-verdict.ts writes them, read back.

/** By its name in json-verdict.ts. */
export const suppression = z.discriminatedUnion("kind", [
  z
    .object({
      kind: z.literal("exception"),
      file: text,
      line: whole,
      column: whole,
      justification: z.enum(justifications),
      reason: text,
      owner: text,
      expires: day.nullable(),
    })
    .transform(({ file, line, column, ...rest }) => ({ ...rest, place: { file, line, column } })),
  z.object({
    kind: z.literal("vex"),
    source: text,
    document: text,
    author: text,
    status: z.enum(vexStatuses),
    justification: text.nullable(),
    statement: text,
  }),
]);

const scope = z
  .object({ images: texts, repositories: texts, namespaces: texts, labels: z.record(text, text) })
  .partial();

/** By its name in json-verdict.ts. */
export const exception = z
  .object({
    id: text,
    package: absent(text),
    path: absent(text),
    layer: absent(text),
    scope: absent(scope),
    justification: z.enum(justifications),
    reason: text,
    owner: text,
    created: day.nullable(),
    expires: day.nullable(),
    reopens: z.array(z.enum(reopenTriggers)),
    seen: z.object({ severity, epss: z.number(), kev: z.boolean(), fixable: z.boolean() }).partial(),
    file: text,
    line: whole,
    column: whole,
    state: z.enum([
      "used",
      "expired",
      "reopened",
      "too-long",
      "not-yet",
      "unmatched",
      "over-broad",
      "shadowed",
      "out-of-scope",
    ]),
    suppressed: whole,
    message: text,
  })
  .transform(({ state, suppressed, message, file, line, column, ...rest }) => ({
    exception: { ...rest, place: { file, line, column } },
    state,
    suppressed,
    message,
  }));

/** By its name in json-verdict.ts. */
export const vex = z
  .object({
    source: text,
    format: z.enum(["openvex", "csaf", "cyclonedx"]),
    document: text,
    author: text,
    vulnerability: text,
    aliases: texts,
    products: z.array(z.object({ ids: texts, subcomponents: texts })),
    status: z.enum(vexStatuses),
    justification: text.nullable(),
    statement: text,
    timestamp: text,
    state: z.enum(["matched", "unmatched", "near"]),
    suppressed: whole,
    message: text,
  })
  .transform(({ state, suppressed, message, source, format, document: id, author, ...rest }) => ({
    // The document's own time is not told apart from its statement's.
    statement: { ...rest, document: { source, format, id, author, timestamp: rest.timestamp } },
    state,
    suppressed,
    message,
  }));

const patterns = texts.optional();
const from = z.enum(["base", "application"]).optional();
const when = text.optional();
const ruleFields = {
  id: text,
  description: absent(text),
  action: z.enum(["fail", "warn", "off"]),
  scope: absent(scope),
};
const findingCondition = z.strictObject({
  severity: severity.optional(),
  fixable: z.boolean().optional(),
  kev: z.boolean().optional(),
  epss: z.number().optional(),
  fixedForDays: z.number().optional(),
  ids: patterns,
  packages: patterns,
  from,
  when,
});
const packageCondition = z.strictObject({
  packages: patterns,
  licencesDenied: patterns,
  licencesAllowed: patterns,
  behindDays: z.number().optional(),
  when,
});
const imageCondition = z.strictObject({
  endOfLifeWithinDays: z.number().optional(),
  olderThanDays: z.number().optional(),
  basesAllowed: patterns,
  baseBehind: z.boolean().optional(),
  when,
});
const checkCondition = z.strictObject({ severity: severity.optional(), ids: patterns, from, when });

const rule = z
  .discriminatedUnion("about", [
    z.object({ ...ruleFields, about: z.literal("finding"), where: findingCondition }),
    z.object({ ...ruleFields, about: z.literal("check"), where: checkCondition }),
    z.object({ ...ruleFields, about: z.literal("package"), where: packageCondition }),
    z.object({ ...ruleFields, about: z.literal("image"), where: imageCondition }),
  ])
  .transform((read) => {
    const { id, description, action, scope } = read;
    return { id, description, action, scope, target: targetOf(read) };
  });

type Target =
  | { readonly about: "finding"; readonly where: z.infer<typeof findingCondition> }
  | { readonly about: "check"; readonly where: z.infer<typeof checkCondition> }
  | { readonly about: "package"; readonly where: z.infer<typeof packageCondition> }
  | { readonly about: "image"; readonly where: z.infer<typeof imageCondition> };

function targetOf(target: Target): Target {
  switch (target.about) {
    case "finding":
      return { about: target.about, where: target.where };
    case "check":
      return { about: target.about, where: target.where };
    case "package":
      return { about: target.about, where: target.where };
    case "image":
      return { about: target.about, where: target.where };
  }
}

/** By its name in json-verdict.ts. */
export const policy = z.object({
  failOn: z
    .enum(["critical", "high", "medium", "low", "negligible", "any", "never"])
    .transform((word) => (word === "any" ? ("unknown" as const) : word)),
  onlyFixed: z.boolean(),
  unownedExecutables: z.enum(["list", "unknown"]),
  checks: z.record(
    text,
    z
      .object({
        severity: absent(severity),
        off: z.boolean(),
        options: z.record(text, z.union([z.number(), z.array(text)])).default({}),
      })
      .transform(({ severity, off, options }) => ({
        severity,
        ...(off ? { off } : {}),
        ...(Object.keys(options).length === 0 ? {} : { options }),
      })),
  ),
  rules: z.array(rule),
  unknown: z.record(text, z.enum(["unknown", "fail", "pass"])),
  exceptions: z.object({ longestDays: z.number().nullable(), stale: z.enum(["warn", "fail"]) }),
  baseline: z.object({
    newAdvisories: z.enum(["fail", "pass"]),
    graceDays: z.partialRecord(severity, z.number()),
  }),
  signatures: z.object({ absent: z.enum(["unknown", "fail", "pass"]), demand: texts }),
});

const reason = z.object({ code: text, message: text, rule: text.nullable(), findings: texts });
const change = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("upgrade"),
    package: text,
    layer: whole,
    version: text,
    findings: whole,
  }),
  z.object({ kind: z.literal("edit"), check: text, layer: whole.nullable(), text }),
  z.object({ kind: z.literal("no-fix"), package: text, layer: whole, ids: texts }),
  z.object({ kind: z.literal("other"), text }),
]);

/** A verdict by a policy. */
export const verdict = z.object({
  decision: z.enum(["pass", "fail", "unknown"]),
  reasons: z.array(reason),
  warnings: z.array(reason),
  toPass: z.array(change),
});
