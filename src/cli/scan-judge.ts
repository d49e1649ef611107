import type { Facts, Report } from "../core/report.ts";
import { judgedReport, scanFacts } from "../pipeline/scan.ts";
import type { LoadedPolicy } from "../policy/load.ts";
import { settingsOver } from "../policy/settle.ts";
import { checkSettings } from "./check-options.ts";
import type { Io } from "./command.ts";
import { failOn, imageOptions } from "./options.ts";
import { projectPolicy } from "./policy-file.ts";
import { baselineOptions, besideBaseline, givenBaseline } from "./scan-baseline.ts";
import { askAbroad, type CurrencyValues, checkCurrencyValues, currencyOptions } from "./scan-currency.ts";
import { prepare } from "./scan-image.ts";
import { type Settle, type SuppressValues, settler, suppressOptions } from "./scan-suppress.ts";
import { type TrustCheck, trustCheck } from "./scan-trust.ts";
import { type TrustValues, trustOptions } from "./trust-options.ts";

/** Options that say how one image is judged. */
export const judgeOptions = {
  ...imageOptions,
  policy: { type: "string" },
  "fail-on": { type: "string" },
  "only-fixed": { type: "boolean" },
  check: { type: "string", multiple: true },
  "require-owned-executables": { type: "boolean" },
  ...suppressOptions,
  ...baselineOptions,
  ...trustOptions,
  ...currencyOptions,
} as const;

/** The values of {@link judgeOptions}. */
export interface JudgeValues extends CurrencyValues, SuppressValues, TrustValues {
  readonly baseline?: string | undefined;
  readonly policy?: string | undefined;
  readonly "fail-on"?: string | undefined;
  readonly "only-fixed"?: boolean | undefined;
  readonly check?: readonly string[] | undefined;
  readonly "require-owned-executables"?: boolean | undefined;
}

/** What images are judged by, read once. */
export interface JudgedBy extends LoadedPolicy {
  /** undefined: nothing may be suppressed. */
  readonly settle: Settle | undefined;
  /** undefined: nobody asks for signatures. */
  readonly trust: TrustCheck | undefined;
}

/** Reads what images are judged by. @throws SeaworthyError `usage`, `policy-invalid`, `exception-invalid`, and as `trustCheck`. */
export async function readJudgement(
  command: string,
  values: JudgeValues,
  { signatures }: { readonly signatures: boolean },
  io: Io,
): Promise<JudgedBy> {
  checkCurrencyValues(command, values);
  const loaded = await policyOf(command, values, io);
  const trust = signatures ? await trustCheck(command, values, io) : undefined;
  const settle = await settler(values, trust !== undefined, loaded.policy, io);
  return { ...loaded, settle, trust };
}

/** An image that is to be judged. */
export interface JudgedImage {
  /** Where it is opened. */
  readonly reference: string;
  /** What it is called in the report, and by rules and exceptions. */
  readonly name: string;
  /** Where its signatures are looked for: the first where the image is. */
  readonly signedAs: readonly string[];
  /** `YYYY-MM-DD`. */
  readonly today: string;
}

/** Scans one image and judges it. @throws SeaworthyError. */
export async function judgeImage(
  command: string,
  { reference, name, signedAs, today }: JudgedImage,
  { policy, expressions, settle, trust }: JudgedBy,
  values: JudgeValues,
  io: Io,
): Promise<Report> {
  const baseline = await givenBaseline(command, values.baseline, io);
  const { indexed: opened, database, dockerfile } = await prepare(command, reference, values, io);
  try {
    const indexed = { ...opened, reference: name };
    const answers = await askAbroad(command, indexed, dockerfile, values, io);
    const found = scanFacts(indexed, { database, policy, today, answers });
    const settled = await settledFacts(found, { settle, trust }, signedAs);
    const facts = await besideBaseline(settled, baseline, { database, policy, today }, values, io);
    return judgedReport(facts, { policy, expressions });
  } finally {
    database.close();
  }
}

async function settledFacts(
  found: Facts,
  { settle, trust }: Pick<JudgedBy, "settle" | "trust">,
  signedAs: readonly string[],
): Promise<Facts> {
  const { facts, attested } =
    trust === undefined ? { facts: found, attested: [] } : await trust(found, signedAs);
  return settle === undefined ? facts : settle(facts, [], attested);
}

// What the command line says goes before the policy's file.
async function policyOf(command: string, values: JudgeValues, io: Io): Promise<LoadedPolicy> {
  const asked = failOn(command, values["fail-on"], undefined);
  const settings = checkSettings(command, values.check ?? []);
  const loaded = await projectPolicy(values.policy, io);
  const { policy } = loaded;
  return {
    ...loaded,
    policy: {
      ...policy,
      failOn: asked ?? policy.failOn,
      onlyFixed: values["only-fixed"] ?? policy.onlyFixed,
      unownedExecutables:
        values["require-owned-executables"] === true ? "unknown" : policy.unownedExecutables,
      checks: settingsOver(policy.checks, settings),
    },
  };
}
