import type { Alert } from "../core/alert.ts";
import { codeOf, messageOf } from "../core/errors.ts";
import type { Report } from "../core/report.ts";
import type { AlertConfig, Receiver } from "../notify/config.ts";
import { newsFor, withTold } from "./alert-news.ts";
import { type AlertState, nothingTold } from "./alert-state.ts";
import { causesOf, lookedAt } from "./alerts.ts";

/** What telling takes from outside. */
export interface AlertWork {
  readonly reports: readonly Report[];
  readonly config: AlertConfig;
  readonly state: AlertState;
  /** `YYYY-MM-DD`. */
  readonly today: string;
  /** Sends alerts, in several messages where they are many; `arrived` is called with those of each message that was taken. */
  readonly deliver: (
    receiver: Receiver,
    alerts: readonly Alert[],
    arrived: (alerts: readonly Alert[]) => void,
  ) => Promise<void>;
  /** Writes the state down; called before anybody is told, and after each message. */
  readonly save: (state: AlertState) => void;
}

/** What became of one receiver. */
export interface AlertOutcome {
  readonly receiver: string;
  readonly kind: Receiver["kind"];
  readonly told: readonly Alert[];
  /** What it should know, and is told by the next run. */
  readonly waiting: readonly Alert[];
  readonly error: { readonly code: string; readonly message: string } | null;
}

/**
 * Tells each receiver what is news to it, all at the same time. What is to be told is written down before it is tried and struck out
 * only once it arrived: a receiver that fails, or a run that dies, loses nothing, and keeps no other receiver from its news.
 */
export async function alertReceivers(work: AlertWork): Promise<readonly AlertOutcome[]> {
  const { reports, config, today, save } = work;
  const causes = causesOf(reports, config);
  const looked = lookedAt(reports);
  const plans = config.receivers.map((receiver) => {
    // Alertmanager keeps its alerts in memory and compares them itself: it is told all that is open, each time.
    const remindDays = receiver.kind === "alertmanager" ? 0 : config.remindDays;
    const before = work.state.get(receiver.name) ?? nothingTold;
    return { receiver, news: newsFor(before, { causes, looked, today, remindDays }) };
  });
  const state = new Map([
    ...work.state,
    ...plans.map(({ receiver, news }) => [receiver.name, news.state] as const),
  ]);
  save(state);
  return Promise.all(
    plans.map(({ receiver, news }) =>
      tell(receiver, news.alerts, work, (alerts) => {
        state.set(receiver.name, withTold(state.get(receiver.name) ?? nothingTold, alerts, today));
        save(state);
      }),
    ),
  );
}

async function tell(
  receiver: Receiver,
  alerts: readonly Alert[],
  { deliver }: AlertWork,
  note: (alerts: readonly Alert[]) => void,
): Promise<AlertOutcome> {
  const { name, kind } = receiver;
  const told: Alert[] = [];
  const outcome = (error: AlertOutcome["error"]): AlertOutcome => {
    const arrived = new Set(told);
    return { receiver: name, kind, told, waiting: alerts.filter((alert) => !arrived.has(alert)), error };
  };
  if (alerts.length === 0) return outcome(null);
  try {
    await deliver(receiver, alerts, (arrived) => {
      note(arrived);
      told.push(...arrived);
    });
    return outcome(null);
  } catch (thrown) {
    return outcome({ code: codeOf(thrown), message: messageOf(thrown) });
  }
}
