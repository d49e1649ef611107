import type { CheckText } from "../core/check.ts";
import { nearest } from "../core/nearest.ts";
import { gapCodes } from "../core/report.ts";
import { severities } from "../core/severity.ts";
import { invalid } from "./load.ts";
import { readDocument } from "./read.ts";
import {
  choice,
  exactly,
  expected,
  flag,
  list,
  number,
  object,
  placed,
  record,
  type Shape,
  text,
} from "./shape.ts";

// Cases that are kept beside a policy: what is in an image, and what the policy is to say of it.

const words = (): Shape<string> => text("a text", /\S/u);
const day = (): Shape<string> => text("a day as YYYY-MM-DD", /^\d{4}-\d{2}-\d{2}$/u);
const purl = (): Shape<string> => text("a purl as pkg:TYPE/NAME@VERSION", /^pkg:[a-z]+\/\S+$/u);

const finding = object(
  {
    id: words(),
    aliases: list(words()),
    severity: choice(severities),
    package: purl(),
    fixed: list(words()),
    fixedSince: day(),
    kev: flag(),
    epss: number(0, 1),
    base: flag(),
    since: choice(["changed", "new-advisory", "known"]),
  },
  { required: ["id", "severity", "package"] },
);
const pkg = object({ purl: purl(), licences: list(words()), base: flag() }, { required: ["purl"] });
const image = object({
  reference: words(),
  digest: words(),
  labels: record(words()),
  namespaces: list(words()),
  base: words(),
  created: day(),
  endOfLife: day(),
});

const caseShape = object(
  {
    name: words(),
    report: placed(words()),
    today: day(),
    image,
    findings: list(finding, undefined, 0),
    packages: list(pkg, undefined, 0),
    checks: list(placed(words()), undefined, 0),
    gaps: list(choice(gapCodes), undefined, 0),
    signatures: choice(["verified", "invalid", "absent", "unchecked"]),
    expect: object(
      {
        decision: choice(["pass", "fail", "unknown"]),
        rules: list(words(), undefined, 0),
        warnings: list(words(), undefined, 0),
      },
      { required: ["decision"] },
    ),
  },
  { required: ["name", "expect"] },
);

const casesShape = object(
  { version: exactly(1), cases: list(caseShape) },
  { required: ["version", "cases"] },
);

/** One case, as it is written. */
export type PolicyCase = NonNullable<ReturnType<typeof caseShape.read>>;

/** A finding of a case. */
export type CaseFinding = NonNullable<ReturnType<typeof finding.read>>;

/** A package of a case. */
export type CasePackage = NonNullable<ReturnType<typeof pkg.read>>;

/** Reads a file of cases. `known`: the checks that they may name. @throws SeaworthyError `policy-invalid`. */
export function readCases(text: string, file: string, known: readonly CheckText[]): readonly PolicyCase[] {
  const { reader, document } = readDocument(text, file, casesShape);
  const cases = document?.cases ?? [];
  for (const { value, at } of cases.flatMap(({ checks = [] }) => checks))
    if (!known.some((check) => isNamed(check, value))) {
      const best = nearest(
        value.toUpperCase(),
        known.map(({ id }) => id),
      );
      expected(reader, at, `the id or an alias of a check, found "${value}" (the nearest is ${best ?? ""})`);
    }
  if (reader.problems.length > 0) throw invalid(`read cases "${file}"`, reader.problems);
  return cases;
}

/** Is it this check's id or an alias of it? */
export function isNamed({ id, aliases }: Pick<CheckText, "id" | "aliases">, name: string): boolean {
  return [id, ...aliases].includes(name.toUpperCase());
}
