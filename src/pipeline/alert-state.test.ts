import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleAlert } from "../../tests/support/alerts.ts";
import { type AlertState, alertStateText, readAlertState } from "./alert-state.ts";

const { news: _news, ...cause } = sampleAlert("CVE-2");
const told = { severity: "high", kev: false, images: ["a"], gone: [], day: "2026-01-01" } as const;

test("readAlertState() reads what alertStateText() wrote, whatever the names", () => {
  const state: AlertState = new Map([
    ["a", { told: new Map([["CVE-1", told]]), waiting: [cause] }],
    ["constructor", { told: new Map([["__proto__", told]]), waiting: [] }],
  ]);
  assert.deepEqual(readAlertState(alertStateText(state), "state.json"), state);
});

test("alertStateText() has the same bytes whatever the order", () => {
  const one = {
    told: new Map([
      ["CVE-1", told],
      ["CVE-2", told],
    ]),
    waiting: [],
  };
  const other = {
    told: new Map([
      ["CVE-2", told],
      ["CVE-1", told],
    ]),
    waiting: [],
  };
  assert.equal(
    alertStateText(
      new Map([
        ["a", one],
        ["b", one],
      ]),
    ),
    alertStateText(
      new Map([
        ["b", other],
        ["a", other],
      ]),
    ),
  );
});

const good = { version: 1, receivers: [{ name: "a", told: [{ id: "CVE-1", ...told }], waiting: [] }] };
const damaged: readonly (readonly [why: string, text: string, state: RegExp])[] = [
  ["empty", "", /JSON/u],
  ["cut", JSON.stringify(good).slice(0, -5), /JSON/u],
  ["another version", JSON.stringify({ ...good, version: 2 }), /^version: /u],
  ["a list", "[]", /expected object/u],
  ["no day", JSON.stringify(good).replace("2026-01-01", "2026-02-30"), /^receivers\.0\.told\.0\.day: /u],
  ["no severity", JSON.stringify(good).replace("high", "bad"), /^receivers\.0\.told\.0\.severity: /u],
];
for (const [why, text, state] of damaged)
  test(`readAlertState() refuses a damaged file: ${why}`, () =>
    assert.throws(
      () => readAlertState(text, "state.json"),
      (thrown: Error & { readonly code?: string; readonly hint?: string }) => {
        assert.equal(thrown.code, "alerts-invalid");
        assert.match(thrown.message, /^read alert state "state\.json": /u);
        assert.match(thrown.message.slice('read alert state "state.json": '.length), state);
        assert.match(thrown.hint ?? "", /told once more/u);
        return true;
      },
    ));
