import type { Alert } from "../core/alert.ts";
import { daysBetween } from "../core/day.ts";
import { severityRank } from "../core/severity.ts";
import { compareText } from "../core/text-order.ts";
import type { ReceiverState, Told } from "./alert-state.ts";
import { type Cause, compareCauses, imageName, joined } from "./alerts.ts";

/** What a run found. */
export interface NewsFacts {
  readonly causes: readonly Cause[];
  /** Names of the images that were looked at wholly: of others it is not known what they do not have. */
  readonly looked: ReadonlySet<string>;
  readonly today: string;
  /** null: an alert is told once. */
  readonly remindDays: number | null;
}

/** What is to be told to a receiver, and what is to be written down before. */
export interface News {
  readonly state: ReceiverState;
  /** Worst first, what is mended last. */
  readonly alerts: readonly Alert[];
}

/** What is news to a receiver. What it was not told yet stays news, also of images that were not looked at this time. Pure. */
export function newsFor(before: ReceiverState, facts: NewsFacts): News {
  const open = openCauses(before.waiting, facts);
  const told = new Map([...before.told].map(([id, one]) => [id, stillTrue(one, open.get(id), facts.looked)]));
  const fresh = [...open.values()].sort(compareCauses).flatMap((cause) => {
    const news = newsOf(cause, told.get(cause.id), facts);
    return news === undefined ? [] : [{ ...cause, news }];
  });
  const waiting = fresh.map(({ news: _news, ...cause }) => cause);
  return { state: { told, waiting }, alerts: [...fresh, ...mendedOf(told, open)] };
}

/** The receiver's state once these alerts arrived. Pure. */
export function withTold(state: ReceiverState, alerts: readonly Alert[], today: string): ReceiverState {
  const told = new Map(state.told);
  for (const { id, news, severity, kev, images } of alerts) {
    if (news === "mended") {
      told.delete(id);
      continue;
    }
    const before = told.get(id);
    const names = images.map(({ reference }) => imageName(reference));
    const all = sorted([...(before?.images ?? []), ...names]);
    told.set(id, { severity, kev, images: all, gone: before?.gone ?? [], day: today });
  }
  const arrived = new Set(alerts.map(({ id }) => id));
  return { told, waiting: state.waiting.filter(({ id }) => !arrived.has(id)) };
}

// What this run found, and what earlier ones did in images that this one did not look at, where it is not told yet.
function openCauses(waiting: readonly Cause[], { causes, looked }: NewsFacts): ReadonlyMap<string, Cause> {
  const open = new Map(causes.map((cause) => [cause.id, cause]));
  for (const waited of waiting) {
    const found = open.get(waited.id);
    const known = new Set([...looked, ...namesOf(found)]);
    const images = waited.images.filter(({ reference }) => !known.has(imageName(reference)));
    if (images.length === 0) continue;
    const rest = { ...waited, images };
    open.set(waited.id, found === undefined ? rest : joined(found, rest));
  }
  return open;
}

// An image that was looked at and is free of it is forgotten: should the flaw come back to it, that is news.
function stillTrue(one: Told, cause: Cause | undefined, looked: ReadonlySet<string>): Told {
  const has = namesOf(cause);
  const free = one.images.filter((name) => looked.has(name) && !has.has(name));
  const gone = [...one.gone, ...free].filter((name) => !has.has(name));
  return { ...one, images: one.images.filter((name) => !free.includes(name)), gone: sorted(gone) };
}

function newsOf(cause: Cause, before: Told | undefined, facts: NewsFacts): Alert["news"] | undefined {
  if (before === undefined) return "new";
  const worse = severityRank(cause.severity) < severityRank(before.severity) || (cause.kev && !before.kev);
  if (worse || [...namesOf(cause)].some((name) => !before.images.includes(name))) return "more";
  const { today, remindDays } = facts;
  return remindDays !== null && daysBetween(before.day, today) >= remindDays ? "reminder" : undefined;
}

// Mended is only what was told, and is in no image any more.
function mendedOf(told: ReadonlyMap<string, Told>, open: ReadonlyMap<string, Cause>): readonly Alert[] {
  return [...told]
    .filter(([id, { images }]) => images.length === 0 && !open.has(id))
    .sort(([a], [b]) => compareText(a, b))
    .map(([id, { severity, kev, gone }]) => ({
      id,
      aliases: [],
      severity,
      kev,
      epss: null,
      summary: "",
      url: null,
      packages: [],
      images: gone.map((reference) => ({ reference, digest: null, from: [] })),
      news: "mended",
    }));
}

function namesOf(cause: Cause | undefined): ReadonlySet<string> {
  return new Set(cause?.images.map(({ reference }) => imageName(reference)));
}

function sorted(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort(compareText);
}
