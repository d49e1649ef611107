import { z } from "zod";
import { messageOf, SeaworthyError } from "../core/errors.ts";
import { type Severity, severities } from "../core/severity.ts";
import { compareText } from "../core/text-order.ts";
import type { Cause } from "./alerts.ts";

/** What a receiver was told of one flaw. */
export interface Told {
  readonly severity: Severity;
  readonly kev: boolean;
  /** Names of the images that have it, as far as is known; empty: it is mended, which is to be told. */
  readonly images: readonly string[];
  /** Names of the images that had it. */
  readonly gone: readonly string[];
  /** Last told, `YYYY-MM-DD`. */
  readonly day: string;
}

/** What one receiver knows, and what it should know: the memory by which an alert is told once, and none is lost. */
export interface ReceiverState {
  readonly told: ReadonlyMap<string, Told>;
  /** Worst first. */
  readonly waiting: readonly Cause[];
}

/** What all receivers know, by name. */
export type AlertState = ReadonlyMap<string, ReceiverState>;

/** What a receiver that was told nothing knows. */
export const nothingTold: ReceiverState = { told: new Map(), waiting: [] };

const texts = z.array(z.string());
const told = z.object({
  id: z.string(),
  severity: z.enum(severities),
  kev: z.boolean(),
  images: texts,
  gone: texts,
  day: z.iso.date(),
});
const cause = z.object({
  id: z.string(),
  aliases: texts,
  severity: z.enum(severities),
  kev: z.boolean(),
  epss: z.number().nullable(),
  summary: z.string(),
  url: z.string().nullable(),
  packages: z.array(z.object({ name: z.string(), versions: texts, fixed: texts })),
  images: z.array(z.object({ reference: z.string(), digest: z.string().nullable(), from: texts })),
});
const receiver = z.object({ name: z.string(), told: z.array(told), waiting: z.array(cause) });
const schema = z.object({ version: z.literal(1), receivers: z.array(receiver) });

/** Reads a state file. @throws SeaworthyError `alerts-invalid`. */
export function readAlertState(text: string, file: string): AlertState {
  const { receivers } = parse(text, file);
  return new Map(
    receivers.map(({ name, told: list, waiting }) => [
      name,
      { told: new Map(list.map(({ id, ...one }) => [id, one])), waiting },
    ]),
  );
}

/** A state as its file has it. */
export function alertStateText(state: AlertState): string {
  const byKey = <T>(map: ReadonlyMap<string, T>): readonly (readonly [string, T])[] =>
    [...map].sort(([a], [b]) => compareText(a, b));
  const receivers = byKey(state).map(([name, { told: known, waiting }]) => ({
    name,
    told: byKey(known).map(([id, one]) => ({ id, ...one })),
    waiting,
  }));
  return `${JSON.stringify({ version: 1, receivers }, undefined, 1)}\n`;
}

function parse(text: string, file: string): z.infer<typeof schema> {
  try {
    return schema.parse(JSON.parse(text));
  } catch (thrown) {
    throw new SeaworthyError("alerts-invalid", `read alert state "${file}": ${stateOf(thrown)}`, {
      hint: "restore the file, or delete it: every alert is then told once more",
    });
  }
}

function stateOf(thrown: unknown): string {
  if (!(thrown instanceof z.ZodError)) return messageOf(thrown);
  const [issue] = thrown.issues;
  return `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "not as expected"}`;
}
