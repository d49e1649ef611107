import assert from "node:assert/strict";
import { test } from "node:test";
import { alertReport } from "../../tests/support/alerts.ts";
import type { Report } from "../core/report.ts";
import { newsFor, withTold } from "./alert-news.ts";
import { nothingTold, type ReceiverState } from "./alert-state.ts";
import { causesOf, lookedAt } from "./alerts.ts";

/** One run: its reports, and whether what was to be told arrived. */
interface Run {
  readonly reports: readonly Report[];
  readonly day?: string;
  readonly fails?: boolean;
}

/** What each run has to tell: `new CVE-1 a b` with the images as they were written. */
function news(runs: readonly Run[], remindDays: number | null = null): readonly (readonly string[])[] {
  let state: ReceiverState = nothingTold;
  return runs.map(({ reports, day = "2026-01-01", fails = false }) => {
    const causes = causesOf(reports, { severity: "high", fixable: true });
    const found = newsFor(state, { causes, looked: lookedAt(reports), today: day, remindDays });
    state = fails ? found.state : withTold(found.state, found.alerts, day);
    if (!fails) assert.deepEqual(state.waiting, []);
    return found.alerts.map(({ news: kind, id, images }) =>
      [kind, id, ...images.map(({ reference }) => reference.replace("docker.io/library/", ""))].join(" "),
    );
  });
}

const has = (reference: string, ...ids: readonly string[]): Report => alertReport(reference, ids);
const a = has("a", "CVE-1");
const b = has("b", "CVE-1");
const free = has("a");

const rows: readonly (readonly [why: string, runs: readonly Run[], told: readonly (readonly string[])[]])[] =
  [
    ["once", [{ reports: [a] }, { reports: [a] }], [["new CVE-1 a"], []]],
    ["again in more images", [{ reports: [a] }, { reports: [a, b] }], [["new CVE-1 a"], ["more CVE-1 a b"]]],
    [
      "not again for the next build's tag",
      [{ reports: [has("x/a:1", "CVE-1")] }, { reports: [has("x/a:2", "CVE-1")] }],
      [["new CVE-1 x/a:1"], []],
    ],
    [
      "again when it got worse, not when it got better",
      [
        { reports: [a] },
        { reports: [alertReport("a", ["CVE-1"], { severity: "critical" })] },
        { reports: [a] },
      ],
      [["new CVE-1 a"], ["more CVE-1 a"], []],
    ],
    [
      "again when it is exploited",
      [
        { reports: [a] },
        { reports: [alertReport("a", ["CVE-1"], { kev: true })] },
        { reports: [alertReport("a", ["CVE-1"], { kev: true })] },
      ],
      [["new CVE-1 a"], ["more CVE-1 a"], []],
    ],
    [
      "as mended, once",
      [{ reports: [a] }, { reports: [free] }, { reports: [free] }],
      [["new CVE-1 a"], ["mended CVE-1 a"], []],
    ],
    [
      "as new when it comes back",
      [{ reports: [a] }, { reports: [free] }, { reports: [a] }],
      [["new CVE-1 a"], ["mended CVE-1 a"], ["new CVE-1 a"]],
    ],
    [
      "not as mended where one image still has it",
      [{ reports: [a, b] }, { reports: [free, b] }],
      [["new CVE-1 a b"], []],
    ],
    [
      "as mended when the last image is free of it, with all that had it",
      [{ reports: [a, b] }, { reports: [free] }, { reports: [has("b")] }],
      [["new CVE-1 a b"], [], ["mended CVE-1 a b"]],
    ],
    [
      "again when it comes back to one image of two",
      [{ reports: [a, b] }, { reports: [free, b] }, { reports: [a, b] }],
      [["new CVE-1 a b"], [], ["more CVE-1 a b"]],
    ],
    [
      "not as mended for want of a look",
      [{ reports: [a] }, { reports: [has("b")] }, { reports: [] }, { reports: [a] }],
      [["new CVE-1 a"], [], [], []],
    ],
    [
      "not as mended where the image has a gap",
      [{ reports: [a] }, { reports: [alertReport("a", [], { gap: true })] }],
      [["new CVE-1 a"], []],
    ],
    [
      "though the image has a gap",
      [{ reports: [alertReport("a", ["CVE-1"], { gap: true })] }],
      [["new CVE-1 a"]],
    ],
    [
      "until it arrives",
      [{ reports: [a], fails: true }, { reports: [a], fails: true }, { reports: [a] }, { reports: [a] }],
      [["new CVE-1 a"], ["new CVE-1 a"], ["new CVE-1 a"], []],
    ],
    [
      "though the next run looks elsewhere",
      [{ reports: [a], fails: true }, { reports: [has("b")] }],
      [["new CVE-1 a"], ["new CVE-1 a"]],
    ],
    [
      "with the images of all runs that could not tell it",
      [{ reports: [a], fails: true }, { reports: [b] }, { reports: [a, b] }],
      [["new CVE-1 a"], ["new CVE-1 a b"], []],
    ],
    [
      "not at all when it is gone before it could be told",
      [{ reports: [a], fails: true }, { reports: [free] }],
      [["new CVE-1 a"], []],
    ],
    [
      "as what is left of it when part of it is gone before it could be told",
      [{ reports: [a, b], fails: true }, { reports: [free] }],
      [["new CVE-1 a b"], ["new CVE-1 b"]],
    ],
    [
      "as mended until that arrives, wherever the next run looks",
      [{ reports: [a] }, { reports: [free], fails: true }, { reports: [has("b")] }, { reports: [free] }],
      [["new CVE-1 a"], ["mended CVE-1 a"], ["mended CVE-1 a"], []],
    ],
    [
      "as open, not as mended, when it comes back before that arrived",
      [{ reports: [a] }, { reports: [free], fails: true }, { reports: [a] }, { reports: [a] }],
      [["new CVE-1 a"], ["mended CVE-1 a"], ["more CVE-1 a"], []],
    ],
    [
      "as new where its name is that of a method",
      [{ reports: [has("constructor", "constructor")] }],
      [["new constructor constructor"]],
    ],
    [
      "worst first, mended last",
      [
        { reports: [a] },
        { reports: [has("a", "CVE-9", "CVE-8"), alertReport("b", ["CVE-7"], { severity: "critical" })] },
      ],
      [["new CVE-1 a"], ["new CVE-7 b", "new CVE-8 a", "new CVE-9 a", "mended CVE-1 a"]],
    ],
  ];
for (const [why, runs, told] of rows)
  test(`newsFor() tells a flaw ${why}`, () => assert.deepEqual(news(runs), told));

test("newsFor() reminds after so many days, counted from when it was last told", () => {
  const days = ["2026-01-01", "2026-01-14", "2026-01-15", "2026-01-16", "2026-01-29"];
  assert.deepEqual(
    news(
      days.map((day) => ({ reports: [a], day })),
      14,
    ),
    [["new CVE-1 a"], [], ["reminder CVE-1 a"], [], ["reminder CVE-1 a"]],
  );
});

test("withTold() strikes out what arrived, and nothing else", () => {
  const reports = [has("a", "CVE-1", "CVE-2")];
  const causes = causesOf(reports, { severity: "high", fixable: true });
  const { state, alerts } = newsFor(nothingTold, {
    causes,
    looked: lookedAt(reports),
    today: "2026-01-01",
    remindDays: null,
  });
  const after = withTold(state, alerts.slice(0, 1), "2026-01-01");
  assert.deepEqual([...after.told.keys()], ["CVE-1"]);
  assert.deepEqual(
    after.waiting.map(({ id }) => id),
    ["CVE-2"],
  );
});
