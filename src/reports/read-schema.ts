import { z } from "zod";
import type { ErrorCode } from "../core/errors.ts";
import { gapCodes } from "../core/report.ts";
import { trust } from "./read-trust-schema.ts";
import { exception, policy, suppression, verdict, vex } from "./read-verdict-schema.ts";
import { absent, day, severity, text, texts, whole } from "./read-words.ts";

// The report as reports/json.ts writes it, read back: what it writes as null is absent, and packages get their namespace again.

// Any word of that form: a list of the codes would be one more place to keep.
const errorCode = z.custom<ErrorCode>((value) => typeof value === "string" && /^[a-z-]+$/u.test(value));
const place = z.object({ path: text, layer: whole });

const comparison = z.object({ scheme: text, left: text, relation: z.enum(["<", "=", ">"]), right: text });
const evidence = z.object({
  advisory: text,
  source: text,
  url: absent(text),
  key: text,
  range: text,
  comparisons: z.array(comparison),
});

const finding = z.object({
  id: text,
  aliases: texts,
  package: text,
  severity,
  severitySource: text,
  fix: z.object({ state: z.enum(["fixed", "not-fixed", "wont-fix", "unknown"]), versions: texts }),
  fixedSince: absent(day),
  layer: whole,
  kev: z.boolean(),
  epss: absent(z.number().min(0).max(1)),
  since: absent(z.enum(["changed", "new-advisory", "known"])),
  summary: text,
  evidence: z.array(evidence),
});

const check = z.object({
  id: text,
  aliases: texts,
  title: text,
  severity,
  message: text,
  layer: absent(whole),
  paths: texts.transform((paths) => (paths.length === 0 ? undefined : paths)),
  entries: absent(whole),
  bytes: absent(whole),
  line: absent(whole),
  removedIn: absent(whole),
  owners: texts.transform((owners) => (owners.length === 0 ? undefined : owners)),
  findings: whole,
  since: absent(z.enum(["changed", "known"])),
  why: text,
  remedy: text,
});

const types = ["deb", "apk", "rpm", "npm", "pypi", "maven", "golang", "cargo", "generic"] as const;
const packageShape = z.object({
  name: text,
  version: text,
  type: z.enum(types),
  purl: text,
  layer: whole,
  locations: z.array(place),
  source: absent(z.object({ name: text, version: text })),
  licences: texts,
  arch: absent(text),
  module: absent(text),
  main: z.boolean().transform((main) => main || undefined),
  ownedBy: absent(text),
});

const gap = z.object({
  code: z.enum(gapCodes),
  message: text,
  layer: absent(whole),
  path: absent(text),
});

const end = { release: text.nullable(), endOfLife: day.nullable(), days: whole.nullable() };
const currency = z.object({
  today: day,
  os: z.object({ id: text, ...end, ended: z.boolean().nullable() }).nullable(),
  runtimes: z.array(
    z.object({
      name: text,
      version: text,
      supportedBy: z.enum(["upstream", "distribution"]),
      ...end,
      ended: z.boolean().nullable(),
      newest: text.nullable(),
      newestSince: day.nullable(),
      behind: z.boolean().nullable(),
      packages: texts,
      paths: texts,
      layer: whole,
    }),
  ),
  packages: z
    .array(
      z.object({
        purl: text,
        layer: whole,
        newest: text.nullable(),
        versionsBehind: whole.nullable(),
        daysBehind: whole.nullable(),
        newestSince: day.nullable(),
      }),
    )
    .nullable(),
  base: z
    .object({
      reference: text,
      namedBy: z.enum(["option", "annotation", "dockerfile", "label"]),
      digest: text,
      behind: z.boolean().nullable(),
      layers: whole,
      sharedLayers: whole,
    })
    .nullable(),
  created: day.nullable(),
  ageDays: whole.nullable(),
});

const coverage = z.object({
  plugins: z.array(
    z.object({
      plugin: text,
      status: z.enum(["succeeded", "partial", "failed"]),
      files: whole,
      packages: whole,
      errors: z.array(z.object({ code: errorCode, message: text, path: text, layer: whole })),
    }),
  ),
  files: whole,
  bytes: whole,
  gaps: z.array(gap),
  skipped: z.array(z.object({ code: text, message: text, packages: texts })),
  unownedExecutables: z.array(place),
  notes: texts,
  database: z.object({
    kind: z.enum(["full", "landmark"]),
    schema: whole,
    built: text,
    digest: text,
    sources: z.array(
      z
        .object({ name: text, newest: text, fetched: text, advisories: whole })
        .transform((source) => ({ ...source, url: "", covers: [] })),
    ),
  }),
});

/** The report as `--format json` writes it (schemas/report.schema.json), of the version that is written now. */
export const reportSchema = z.object({
  schemaVersion: text,
  image: z.object({
    reference: text,
    digest: text.nullable(),
    platform: text.transform((written) => {
      const [os = "", architecture = "", variant] = written.split("/");
      return { os, architecture, variant };
    }),
    os: z.object({ id: text, version: text, name: text }).nullable(),
    labels: z.record(text, text),
    layers: z.array(
      z.object({
        index: whole,
        digest: text,
        diffId: text,
        createdBy: text,
        fromBase: z.boolean().nullable(),
        dockerfile: absent(z.object({ file: text, line: whole, stage: text })),
      }),
    ),
  }),
  packages: z.array(packageShape),
  hiddenPackages: z.array(packageShape.extend({ removedIn: whole })),
  findings: z.array(finding),
  suppressed: z.array(finding.extend({ suppression })),
  upgrades: z.array(z.object({ package: text, layer: whole, version: text, mends: whole, fixable: whole })),
  undecided: z.array(
    z.object({
      id: text,
      aliases: texts,
      package: text,
      layer: whole,
      reason: text,
      evidence: z.array(evidence),
    }),
  ),
  checks: z.array(check),
  suppressedChecks: z.array(check.extend({ suppression })),
  exceptions: z.array(exception),
  vex: z.array(vex),
  baseline: z
    .object({
      reference: text,
      digest: text.nullable(),
      changed: whole,
      newAdvisories: whole,
      known: whole,
      mended: whole,
      packages: texts,
    })
    .nullable(),
  trust,
  currency,
  coverage,
  policy,
  verdict,
});
