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

test("checkSettings() reads options beside them, the last word on each counting", () => {
  const said = [
    "SW-IM-065.bytes=1MB",
    "SW-IM-065=high",
    "SW-IM-065.efficiency=90%",
    "SW-IM-065.bytes=10MB",
    "SW-IM-024.allowed=su,/usr/bin/mount",
    "SW-IM-024.allowed=",
    "SW-IM-080=off",
  ];
  assert.deepEqual(checkSettings("scan", said), {
    "SW-IM-065": { severity: "high", options: { bytes: 10_000_000, efficiency: 0.9 } },
    "SW-IM-024": { options: { allowed: [] } },
    "SW-IM-080": { off: true },
  });
});

const wrong: readonly (readonly [text: string, error: RegExp])[] = [
  ["SW-IM-1=off", /--check SW-IM-1: there is no check "SW-IM-1": the nearest is SW-IM-0\d1/],
  ["sw-im-020=off", /there is no check "sw-im-020": the nearest is SW-IM-020/],
  ["DKL-DI-0005=off", /there is no check "DKL-DI-0005": the nearest is SW-IM-002, SW-IM-068/],
  ["SW-IM-001", /--check is ID=critical, .* or ID.OPTION=VALUE, not "SW-IM-001"/],
  ["SW-IM-001.allowed", /not "SW-IM-001.allowed"/],
  ["SW-IM-001=", /the severity is critical, .*: not ""/],
  ["SW-IM-001=unknown", /not "unknown"/],
  ["SW-IM-001=none", /not "none"/],
  ["SW-IM-065.byte=1", /--check SW-IM-065: the check has no option "byte": the nearest is bytes/],
  ["SW-IM-065.bytes=many", /--check SW-IM-065: bytes is a number of bytes .*, not "many"/],
  ["SW-IM-020.bytes=1", /--check SW-IM-020: the check has no options, and no "bytes"/],
  ["", /--check is .*, not ""/],
];
for (const [text, error] of wrong)
  test(`checkSettings() refuses "${text}"`, () =>
    assert.throws(() => checkSettings("scan", [text]), { code: "usage", message: error }));
