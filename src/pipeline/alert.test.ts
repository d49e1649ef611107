import assert from "node:assert/strict";
import { test } from "node:test";
import { alertReport } from "../../tests/support/alerts.ts";
import { SeaworthyError } from "../core/errors.ts";
import type { Receiver } from "../notify/config.ts";
import { type AlertWork, alertReceivers } from "./alert.ts";
import { type AlertState, alertStateText, readAlertState } from "./alert-state.ts";

const receiver = (name: string, kind: "slack" | "teams" = "slack"): Receiver => ({
  kind,
  name,
  url: "https://example.org",
  insecure: false,
});
const config = {
  severity: "high",
  fixable: true,
  remindDays: null,
  receivers: [receiver("a"), receiver("b")],
} as const;
const reports = [alertReport("x/app:1", ["CVE-1", "CVE-2"])];
const all: AlertWork["deliver"] = async (_receiver, alerts, arrived) => arrived(alerts);
const refuse: AlertWork["deliver"] = async () => {
  throw new SeaworthyError("network-failed", 'tell "x": it answered 500');
};

/** Runs until it ends, or dies where `deliver` or `save` throws KILL; the file as it was written last. */
async function run(state: AlertState, more: Partial<AlertWork>) {
  let file = "";
  const outcomes = await alertReceivers({
    reports,
    config,
    state,
    today: "2026-01-01",
    deliver: all,
    ...more,
    save: (next) => {
      more.save?.(next);
      file = alertStateText(next);
    },
  });
  return { outcomes, state: readAlertState(file, "state.json") };
}

test("alertReceivers() tells each receiver, and nobody twice", async () => {
  const first = await run(new Map(), {});
  assert.deepEqual(
    first.outcomes.map(({ receiver: name, kind, told, waiting, error }) => [
      name,
      kind,
      told.length,
      waiting.length,
      error,
    ]),
    [
      ["a", "slack", 2, 0, null],
      ["b", "slack", 2, 0, null],
    ],
  );
  let asked = 0;
  const second = await run(first.state, {
    deliver: async () => {
      asked += 1;
    },
  });
  assert.equal(asked, 0);
  assert.deepEqual(
    second.outcomes.map(({ told }) => told.length),
    [0, 0],
  );
});

test("alertReceivers() loses nothing by a receiver that fails, and tells the others", async () => {
  const first = await run(new Map(), {
    deliver: (one, alerts, arrived) => (one.name === "a" ? refuse : all)(one, alerts, arrived),
  });
  const [failed, fine] = first.outcomes;
  assert.deepEqual(failed?.error, { code: "network-failed", message: 'tell "x": it answered 500' });
  assert.deepEqual([failed.told.length, failed.waiting.length, fine?.told.length], [0, 2, 2]);
  const second = await run(first.state, { reports: [] });
  assert.deepEqual(
    second.outcomes.map(({ told }) => told.map(({ id }) => id)),
    [["CVE-1", "CVE-2"], []],
  );
});

test("alertReceivers() counts only what arrived as told", async () => {
  const first = await run(new Map(), {
    deliver: async (one, alerts, arrived) => {
      arrived(alerts.slice(0, 1));
      return refuse(one, alerts, arrived);
    },
  });
  assert.deepEqual(
    first.outcomes.map(({ told, waiting }) => [told.map(({ id }) => id), waiting.map(({ id }) => id)]),
    [
      [["CVE-1"], ["CVE-2"]],
      [["CVE-1"], ["CVE-2"]],
    ],
  );
  const second = await run(first.state, {});
  assert.deepEqual(
    second.outcomes[0]?.told.map(({ id }) => id),
    ["CVE-2"],
  );
});

test("alertReceivers() has written down what is to be told before it is tried", async () => {
  let saved = false;
  await run(new Map(), {
    save: () => {
      saved = true;
    },
    deliver: async () => {
      assert.ok(saved);
    },
  });
  await assert.rejects(
    run(new Map(), {
      save: () => {
        throw new SeaworthyError("disk-failed", "full");
      },
      deliver: async () => assert.fail("told"),
    }),
    { code: "disk-failed" },
  );
});

test("alertReceivers() keeps no receiver waiting for a slow one", async () => {
  const order: string[] = [];
  let release = (): void => {};
  const slow = new Promise<void>((resolve) => {
    release = resolve;
  });
  await run(new Map(), {
    deliver: async ({ name }, alerts, arrived) => {
      if (name === "a") await slow;
      arrived(alerts);
      order.push(name);
      release();
    },
  });
  assert.deepEqual(order, ["b", "a"]);
});

test("alertReceivers() tells what it could not note as told, and says so", async () => {
  let saves = 0;
  const { outcomes } = await run(new Map(), {
    config: { ...config, receivers: [receiver("a")] },
    save: () => {
      saves += 1;
      if (saves > 1) throw new SeaworthyError("disk-failed", "full");
    },
  });
  assert.equal(outcomes[0]?.error?.code, "disk-failed");
  assert.equal(outcomes[0].waiting.length, 2);
});

test("alertReceivers() tells Alertmanager all that is open, each time", async () => {
  const alertmanager: Receiver = {
    kind: "alertmanager",
    name: "a",
    url: "https://example.org",
    insecure: false,
    labels: {},
  };
  const more = { config: { ...config, receivers: [alertmanager] } };
  const first = await run(new Map(), more);
  const second = await run(first.state, more);
  const third = await run(second.state, { ...more, reports: [alertReport("x/app:2", ["CVE-2"])] });
  assert.deepEqual(
    [first, second, third].map(({ outcomes }) => outcomes[0]?.told.map(({ id, news }) => `${news} ${id}`)),
    [
      ["new CVE-1", "new CVE-2"],
      ["reminder CVE-1", "reminder CVE-2"],
      ["reminder CVE-2", "mended CVE-1"],
    ],
  );
});

test("alertReceivers() keeps what receivers know that are not in the file this time", async () => {
  const first = await run(new Map(), {});
  const second = await run(first.state, { config: { ...config, receivers: [receiver("c")] } });
  assert.deepEqual([...second.state.keys()].sort(), ["a", "b", "c"]);
});
