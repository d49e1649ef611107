import assert from "node:assert/strict";
import { test } from "node:test";
import type { CheckText } from "./check.ts";
import { checkSettingsOf, type RawCheckSetting } from "./check-settings.ts";

const text: CheckText = {
  id: "SW-IM-901",
  aliases: ["DKL-X-1"],
  title: "",
  severity: "low",
  why: "",
  remedy: "",
  links: [],
  options: [
    { name: "bytes", kind: "bytes", default: 1, meaning: "" },
    { name: "days", kind: "days", default: 1, meaning: "" },
    { name: "part", kind: "ratio", default: 1, meaning: "" },
    { name: "count", kind: "number", default: 1, meaning: "" },
    { name: "allowed", kind: "names", default: [], meaning: "" },
  ],
};
const texts: readonly CheckText[] = [text, { ...text, id: "SW-IM-902", options: undefined }];

const read = (setting: RawCheckSetting, id = "SW-IM-901") => checkSettingsOf({ [id]: setting }, texts);

const values: readonly (readonly [option: string, written: unknown, value: unknown])[] = [
  ["bytes", 0, 0],
  ["bytes", "10MB", 10_000_000],
  ["bytes", "10 mb", 10_000_000],
  ["bytes", "1.1MB", 1_100_000],
  ["bytes", "1.5KiB", 1536],
  ["bytes", "7B", 7],
  ["days", "30d", 30],
  ["days", 30, 30],
  ["days", "30", 30],
  ["part", "95%", 0.95],
  ["part", "57%", 0.57],
  ["part", 0.5, 0.5],
  ["part", 1, 1],
  ["count", "3", 3],
  ["allowed", "su, /bin/mount,su", ["su", "/bin/mount"]],
  ["allowed", "", []],
  ["allowed", [], []],
  ["allowed", ["a", 22], ["a", "22"]],
  ["allowed", 22, ["22"]],
];
for (const [option, written, value] of values)
  test(`checkSettingsOf() reads ${JSON.stringify(written)} for ${option}`, () =>
    assert.deepEqual(read({ options: { [option]: written } }), {
      settings: { "SW-IM-901": { options: { [option]: value } } },
      problems: [],
    }));

const wrong: readonly (readonly [option: string, written: unknown, message: RegExp])[] = [
  ["bytes", "10d", /bytes is a number of bytes .*, not "10d"/],
  ["bytes", -1, /not -1$/],
  ["bytes", 0.5, /not 0.5$/],
  ["bytes", "1e6", /not "1e6"/],
  ["bytes", "1constructor", /not "1constructor"/],
  ["bytes", "9999999999GB", /not "9999999999GB"/],
  ["bytes", Number.NaN, /not null/],
  ["bytes", null, /not null/],
  ["bytes", undefined, /not nothing/],
  ["bytes", ["1"], /not \["1"\]/],
  ["days", "1w", /days is a number of days \(30, 30d\), not "1w"/],
  ["days", "", /not ""/],
  ["part", "101%", /part is a part of one .*, not "101%"/],
  ["part", 1.1, /not 1.1/],
  ["count", "3d", /count is a whole number \(20\), not "3d"/],
  ["allowed", "a,,b", /allowed is a list \(a,b\), not "a,,b"/],
  ["allowed", ["a", null], /not \["a",null\]/],
  ["allowed", {}, /not {}/],
  ["byte", 1, /the check has no option "byte": the nearest is bytes/],
  ["__proto__", 1, /no option "__proto__"/],
];
for (const [option, written, message] of wrong)
  test(`checkSettingsOf() refuses ${JSON.stringify(written)} for ${option}`, () => {
    const [problem, ...more] = read({ options: { [option]: written } }).problems;
    assert.deepEqual([problem?.check, problem?.option, more], ["SW-IM-901", option, []]);
    assert.match(problem?.message ?? "", message);
  });

test("checkSettingsOf() names all that is wrong, and the nearest of what there is", () => {
  const raw = {
    "sw-im-901": {},
    "dkl-x-1": {},
    "SW-IM-901": { severity: "unknown", options: { day: 1 } },
    "SW-IM-902": { options: { days: 1 } },
  };
  assert.deepEqual(
    checkSettingsOf(raw, texts).problems.map(({ check, option, message }) => [check, option, message]),
    [
      ["sw-im-901", undefined, 'there is no check "sw-im-901": the nearest is SW-IM-901'],
      ["dkl-x-1", undefined, 'there is no check "dkl-x-1": the nearest is SW-IM-901, SW-IM-902'],
      [
        "SW-IM-901",
        undefined,
        'the severity is critical, high, medium, low or negligible, or the check is off: not "unknown"',
      ],
      ["SW-IM-901", "day", 'the check has no option "day": the nearest is days'],
      ["SW-IM-902", "days", 'the check has no options, and no "days"'],
    ],
  );
});

test("checkSettingsOf() keeps severity and off", () => {
  assert.deepEqual(read({ severity: "high", off: false }).settings, {
    "SW-IM-901": { severity: "high", off: false },
  });
});
