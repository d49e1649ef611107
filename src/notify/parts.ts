import type { Alert, AlertBatch } from "../core/alert.ts";

/** What a receiver takes in one message. */
export interface MessageBounds {
  /** Alerts. */
  readonly most: number;
  /** Is the message small enough? One alert alone always is, or is sent as it is. */
  readonly fits: (batch: AlertBatch) => boolean;
}

/** Alerts as messages that a receiver takes, in their order: each alert is in one of them. */
export function partsOf(
  today: string,
  alerts: readonly Alert[],
  { most, fits }: MessageBounds,
): readonly AlertBatch[] {
  const lists: (readonly Alert[])[] = [];
  for (let at = 0; at < alerts.length; at += lists.at(-1)?.length ?? 1) {
    let list = alerts.slice(at, at + most);
    // The largest numbers that may come: the true ones are known only at the end.
    while (list.length > 1 && !fits({ today, alerts: list, part: alerts.length, parts: alerts.length }))
      list = list.slice(0, Math.ceil(list.length / 2));
    lists.push(list);
  }
  return lists.map((list, index) => ({ today, alerts: list, part: index + 1, parts: lists.length }));
}
