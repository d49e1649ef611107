import assert from "node:assert/strict";
import { test } from "node:test";
import { checkSettings } from "./check-options.ts";

test("checkSettings() reads severities and off, the last word on a check counting", () => {
  assert.deepEqual(checkSettings("scan", []), {});
  assert.deepEqual(checkSettings("scan", ["SW-IM-001=high", "SW-IM-004=off", "SW-IM-001=low"]), {
    "SW-IM-001": { severity: "low" },
    "SW-IM-004": { off: true },
  });
});

const wrong: readonly (readonly [text: string, error: RegExp])[] = [
  ["SW-IM-1=off", /--check knows no "SW-IM-1": the nearest is SW-IM-0\d1/],
  ["sw-im-020=off", /--check knows no "sw-im-020": the nearest is SW-IM-020/],
  ["DKL-DI-0005=off", /--check knows no "DKL-DI-0005": the nearest is SW-IM-002, SW-IM-068/],
  ["SW-IM-001", /--check is ID=critical, .* or off, not "SW-IM-001"/],
  ["SW-IM-001=", /not "SW-IM-001="/],
  ["SW-IM-001=unknown", /not "SW-IM-001=unknown"/],
  ["SW-IM-001=none", /not "SW-IM-001=none"/],
  ["", /--check knows no ""/],
];
for (const [text, error] of wrong)
  test(`checkSettings() refuses "${text}"`, () =>
    assert.throws(() => checkSettings("scan", [text]), { code: "usage", message: error }));
