import { z } from "zod";
import type { Alert } from "../core/alert.ts";
import { daysBetween } from "../core/currency.ts";
import { messageOf, SeaworthyError } from "../core/errors.ts";
import { severities, severityRank } from "../core/severity.ts";
import { compareText } from "../core/text-order.ts";
import type { Cause } from "./alerts.ts";

// What was told to whom, and what waits: the memory by which an alert is told once, and none is lost by a receiver that fails.

const told = z.object({
  severity: z.enum(severities),
  kev: z.boolean(),
  images: z.array(z.string()),
  /** Last told, `YYYY-MM-DD`. */
  day: z.iso.date(),
});
const image = z.object({ reference: z.string(), digest: z.string().nullable(), from: z.array(z.string()) });
const alert = z.object({
  id: z.string(),
  aliases: z.array(z.string()),
  severity: z.enum(severities),
  kev: z.boolean(),
  epss: z.number().nullable(),
  summary: z.string(),
  url: z.string().nullable(),
  packages: z.array(
    z.object({ name: z.string(), versions: z.array(z.string()), fixed: z.array(z.string()) }),
  ),
  images: z.array(image),
  news: z.enum(["new", "more", "reminder", "mended"]),
});
const receiver = z.object({ told: z.record(z.string(), told), waiting: z.array(alert) });
const schema = z.object({ version: z.literal(1), receivers: z.record(z.string(), receiver) });

/** What one receiver knows. */
export type ReceiverState = z.infer<typeof receiver>;

/** What all receivers know, by name. */
export type AlertState = Readonly<Record<string, ReceiverState>>;

/** Reads a state file. @throws SeaworthyError `alerts-invalid`. */
export function readAlertState(text: string, file: string): AlertState {
  try {
    return schema.parse(JSON.parse(text)).receivers;
  } catch (cause) {
    const state = cause instanceof z.ZodError ? (cause.issues[0]?.message ?? "") : messageOf(cause);
    throw new SeaworthyError("alerts-invalid", `read alert state "${file}": ${state}`, {
      hint: "restore the file, or delete it: every alert is then told once more",
      cause,
    });
  }
}

/** A state as its file has it. */
export function alertStateText(receivers: AlertState): string {
  return `${JSON.stringify({ version: 1, receivers }, undefined, 1)}\n`;
}

/** What a receiver that was told nothing knows. */
export const nothingTold: ReceiverState = { told: {}, waiting: [] };

/** What is news to a receiver, worst first. */
export interface NewsFacts {
  readonly causes: readonly Cause[];
  /** References of the images that were looked at: of others nothing is known. */
  readonly looked: ReadonlySet<string>;
  readonly today: string;
  readonly remindDays: number | null;
}

/** The receiver's state with what is news to it added to what waits; nothing is told yet. Pure. */
export function withNews(before: ReceiverState, facts: NewsFacts): ReceiverState {
  const state = { ...before, told: stillTrue(before.told, facts) };
  const fresh = facts.causes.flatMap((cause) => {
    const news = newsOf(cause, state.told[cause.id], facts);
    return news === undefined ? [] : [{ ...cause, news }];
  });
  const replaced = new Set(fresh.map(({ id }) => id));
  const open = new Set(facts.causes.map(({ id }) => id));
  const waited = state.waiting.filter(({ id, images, news }) => {
    if (replaced.has(id)) return false;
    // What waits and is gone in the meantime need not be told.
    return open.has(id) || news === "mended" || !images.every(({ reference }) => facts.looked.has(reference));
  });
  const mended = mendedOf(state, facts, open);
  const gone = new Set(mended.map(({ id }) => id));
  const waiting = [...waited.filter(({ id }) => !gone.has(id)), ...fresh, ...mended];
  return { told: state.told, waiting: waiting.map(mutable) };
}

// An image that was looked at and is free of it is forgotten: should it come back, it is news.
function stillTrue(told: ReceiverState["told"], { causes, looked }: NewsFacts): ReceiverState["told"] {
  const open = new Map(
    causes.map(({ id, images }) => [id, new Set(images.map(({ reference }) => reference))]),
  );
  const entries = Object.entries(told).map(([id, one]) => {
    const has = open.get(id);
    if (has === undefined) return [id, one] as const;
    return [
      id,
      { ...one, images: one.images.filter((reference) => has.has(reference) || !looked.has(reference)) },
    ] as const;
  });
  return Object.fromEntries(entries);
}

function newsOf(
  { severity, kev, images }: Cause,
  before: ReceiverState["told"][string] | undefined,
  { today, remindDays }: NewsFacts,
): Alert["news"] | undefined {
  if (before === undefined) return "new";
  const known = new Set(before.images);
  const worse = severityRank(severity) < severityRank(before.severity) || (kev && !before.kev);
  if (worse || images.some(({ reference }) => !known.has(reference))) return "more";
  return remindDays !== null && daysBetween(before.day, today) >= remindDays ? "reminder" : undefined;
}

// Mended is only what was told, and is in none of its images any more, all of which were looked at.
function mendedOf(state: ReceiverState, { looked }: NewsFacts, open: ReadonlySet<string>): readonly Alert[] {
  return Object.entries(state.told)
    .filter(([id, { images }]) => !open.has(id) && images.every((reference) => looked.has(reference)))
    .sort(([a], [b]) => compareText(a, b))
    .map(([id, { severity, kev, images }]) => ({
      id,
      aliases: [],
      severity,
      kev,
      epss: null,
      summary: "",
      url: null,
      packages: [],
      images: images.map((reference) => ({ reference, digest: null, from: [] })),
      news: "mended",
    }));
}

/** The receiver's state once everything that waited was told. Pure. */
export function withTold(state: ReceiverState, today: string): ReceiverState {
  const entries = new Map(Object.entries(state.told));
  for (const { id, news, severity, kev, images } of state.waiting) {
    if (news === "mended") entries.delete(id);
    else {
      const all = new Set([...(entries.get(id)?.images ?? []), ...images.map(({ reference }) => reference)]);
      entries.set(id, { severity, kev, images: [...all].sort(compareText), day: today });
    }
  }
  const sorted = [...entries].sort(([a], [b]) => compareText(a, b));
  return { told: Object.fromEntries(sorted), waiting: [] };
}

// The state is what its schema infers, whose lists are mutable.
function mutable(one: Alert): ReceiverState["waiting"][number] {
  return {
    ...one,
    aliases: [...one.aliases],
    packages: one.packages.map((pkg) => ({ ...pkg, versions: [...pkg.versions], fixed: [...pkg.fixed] })),
    images: one.images.map((each) => ({ ...each, from: [...each.from] })),
  };
}
