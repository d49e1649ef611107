import { codeOf, messageOf } from "../core/errors.ts";
import type { Report } from "../core/report.ts";
import type { AlertConfig, Receiver } from "../notify/config.ts";
import { type AlertState, nothingTold, withNews, withTold } from "./alert-state.ts";
import { causesOf } from "./alerts.ts";

/** What telling takes from outside. */
export interface AlertWork {
  readonly reports: readonly Report[];
  readonly config: AlertConfig;
  readonly state: AlertState;
  /** `YYYY-MM-DD`. */
  readonly today: string;
  readonly deliver: (
    receiver: Receiver,
    batch: { readonly today: string; readonly alerts: AlertState[string]["waiting"] },
  ) => Promise<void>;
  /** Writes the state down; called before and after each receiver is told. */
  readonly save: (state: AlertState) => void;
}

/** What became of one receiver. */
export interface AlertOutcome {
  readonly receiver: string;
  readonly kind: Receiver["kind"];
  readonly alerts: number;
  /** Why it could not be told: what it should know waits for the next run. */
  readonly error: { readonly code: string; readonly message: string } | undefined;
}

/**
 * Tells each receiver what is news to it. What is to be told is written down before it is tried and struck out only once it
 * arrived: a receiver that fails, or a run that dies, loses nothing, and keeps no other receiver from its news.
 */
export async function alertReceivers(work: AlertWork): Promise<readonly AlertOutcome[]> {
  const { reports, config, today, save, deliver } = work;
  const causes = causesOf(reports, config);
  const looked = new Set(reports.map(({ image }) => image.reference));
  const facts = { causes, looked, today, remindDays: config.remindDays };
  let state: AlertState = {
    ...work.state,
    ...Object.fromEntries(
      config.receivers.map(({ name }) => [name, withNews(work.state[name] ?? nothingTold, facts)]),
    ),
  };
  save(state);
  const outcomes: AlertOutcome[] = [];
  for (const receiver of config.receivers) {
    const { name, kind } = receiver;
    const own = state[name] ?? nothingTold;
    const alerts = own.waiting.length;
    try {
      if (alerts > 0) await deliver(receiver, { today, alerts: own.waiting });
      state = { ...state, [name]: withTold(own, today) };
      save(state);
      outcomes.push({ receiver: name, kind, alerts, error: undefined });
    } catch (thrown) {
      outcomes.push({
        receiver: name,
        kind,
        alerts,
        error: { code: codeOf(thrown), message: messageOf(thrown) },
      });
    }
  }
  return outcomes;
}
