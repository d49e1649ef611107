import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import { npmPackage } from "../../tests/support/distro-files.ts";
import { writeLayout } from "../../tests/support/image.ts";
import { scratch } from "../../tests/support/scratch.ts";
import { SeaworthyError } from "../core/errors.ts";
import type { Exception } from "../core/exception.ts";
import type { ImageSetReport, NamedImages } from "../core/image-set.ts";
import type { Policy, Rule, Scope } from "../core/policy.ts";
import { openImage } from "../images/open.ts";
import { defaultPolicy } from "../policy/evaluate.ts";
import { imageSetJson } from "../reports/image-set-json.ts";
import { imageSetTable } from "../reports/image-set-table.ts";
import { landmarkDatabase } from "../store/landmarks.ts";
import { indexImage } from "./index-image.ts";
import { type SetScan, scanSet } from "./scan-set.ts";
import { suppress } from "./suppress.ts";

const layouts = new Map(
  [
    ["lodash", "4.17.4"],
    ["left-pad", "1.3.0"],
  ].map(([name = "", version = ""]) => [
    name,
    writeLayout(scratch(name), { layers: [{ items: [npmPackage(name, version)] }] }),
  ]),
);

const place = { file: "a.yaml", document: 0, line: 3, column: 9, via: null };
const object = { kind: "Pod", namespace: "prod", name: "app", container: "c" };

function named(...references: readonly string[]): NamedImages {
  const images = references.map((reference) => ({
    reference,
    uses: [{ ...place, ...object, written: reference }],
  }));
  return { files: 1, images, gaps: [], notes: ["a note"] };
}

/** Scans with a registry in which `r.io/NAME[:ANY]` is that layout; tells how often it was asked, and what was read. */
async function scanned(
  images: NamedImages,
  keepReports = true,
  policy: Policy = defaultPolicy,
  settle?: SetScan["settle"],
): Promise<{
  readonly set: ImageSetReport;
  readonly asked: readonly string[];
  readonly read: number;
  readonly open: number;
}> {
  const asked: string[] = [];
  let read = 0;
  let open = 0;
  const set = await scanSet(
    images,
    { policy },
    {
      async open(reference) {
        asked.push(reference);
        const layout = layouts.get(/^r\.io\/([\w-]+)/u.exec(reference)?.[1] ?? "");
        if (layout === undefined)
          throw new SeaworthyError("image-not-found", `read manifest of "${reference}": it is not there`, {
            hint: "check",
          });
        const image = await openImage(`oci:${layout}`, { env: {} });
        open += 1;
        return { ...image, close: async () => void (open -= 1) };
      },
      index(image) {
        read += 1;
        assert.equal(open, 1, "one image at a time");
        return indexImage(image);
      },
      database: landmarkDatabase(),
      today: "2025-01-01",
      settle,
      keepReports,
    },
  );
  return { set, asked, read, open };
}

const terminal = { colour: false, width: 200, all: false };

test("scanSet() scans each digest once, asks for each name once, and closes what it opened", async () => {
  const { set, asked, read, open } = await scanned(
    named("r.io/lodash", "r.io/lodash:latest", "r.io/lodash:1", "r.io/left-pad:1"),
  );
  assert.deepEqual(asked, ["r.io/lodash", "r.io/lodash:1", "r.io/left-pad:1"]);
  assert.deepEqual([read, open], [2, 0]);
  assert.deepEqual(
    set.images.map(({ outcome }) => outcome.kind),
    ["scanned", "same", "same", "scanned"],
  );
  assert.equal(set.verdict.decision, "fail");
  assert.match(imageSetTable(set, terminal), /r\.io\/lodash:1 .*\n {2}FAIL .*same image as r\.io\/lodash\n/u);
});

const excepted = (id: string, more: Partial<Exception> = {}): Exception => ({
  id,
  justification: "risk_accepted",
  reason: "r",
  owner: "a",
  created: "2025-01-01",
  expires: "2025-02-01",
  reopens: [],
  seen: {},
  place: { file: "e.yaml", line: 1, column: 1 },
  ...more,
});
const refusing: Policy = {
  ...defaultPolicy,
  failOn: "never",
  unknown: { default: "pass" },
  exceptions: { longestDays: null, stale: "fail" },
};
const bothImages = ["r.io/lodash:1", "r.io/left-pad:1"];
const useless: readonly (readonly [
  what: string,
  exception: Exception,
  images: readonly string[],
  policy: Policy,
  reasons: readonly string[],
  notes: number,
])[] = [
  ["is used in one", excepted("CVE-2019-10744"), bothImages, refusing, [], 1],
  ["matches in none", excepted("CVE-1"), bothImages, refusing, ["exception-unmatched"], 1],
  ["matches in none and is told", excepted("CVE-1"), bothImages, defaultPolicy, [], 2],
  ["is another tool's", excepted("CVE-1", { owner: "" }), bothImages, refusing, [], 2],
  ["may be of one that could not be had", excepted("CVE-1"), [...bothImages, "r.io/none:1"], refusing, [], 1],
  ["is of other images", excepted("CVE-1", { scope: { images: ["x"] } }), bothImages, refusing, [], 1],
  [
    "is past its end",
    excepted("CVE-1", { created: "2024-01-01", expires: "2024-02-01" }),
    ["r.io/left-pad:1"],
    refusing,
    ["image-refused"],
    1,
  ],
];
for (const [what, exception, references, policy, reasons, notes] of useless)
  test(`scanSet() asks over all images whether an exception is of use: ${what}`, async () => {
    const settle: SetScan["settle"] = async (facts, placements) =>
      suppress(facts, { exceptions: [exception], vex: [], notes: [] }, policy, placements);
    const { set } = await scanned(named(...references), false, policy, settle);
    const codes = set.verdict.reasons.map(({ code }) => code);
    const asked = policy === refusing ? codes : codes.filter((code) => code.startsWith("exception-"));
    assert.deepEqual(asked, reasons, JSON.stringify(set.verdict));
    assert.equal(set.notes.length, notes);
  });

test("scanSet() reports an image that cannot be had in its place, and the others", async () => {
  const { set } = await scanned(named("r.io/left-pad:1", "r.io/none:1", "UPPER"));
  assert.deepEqual(
    set.images.map(({ outcome }) => (outcome.kind === "error" ? outcome.code : outcome.kind)),
    ["scanned", "image-not-found", "reference-invalid"],
  );
  assert.equal(set.verdict.decision, "unknown");
  const unavailable = set.verdict.reasons.filter(({ code }) => code === "image-unavailable");
  assert.deepEqual(
    unavailable.map(({ message }) => message.split(": ")[0]),
    ["r.io/none:1", "UPPER"],
  );
});

test("scanSet() judges an image under each name and beside its own workloads, and reads it once", async () => {
  const test = { ...object, namespace: "test" };
  const images = [
    ...named("r.io/left-pad:1").images,
    { reference: "r.io/left-pad:2", uses: [{ ...place, ...test, written: "r.io/left-pad:2" }] },
    ...named("r.io/left-pad:3", "r.io/LEFT").images,
    {
      reference: "r.io/left-pad:4",
      uses: [
        { ...place, ...object, written: "" },
        { ...place, ...test, written: "" },
      ],
    },
  ];
  const fails = (id: string, scope: Scope): Rule => ({
    id,
    action: "fail",
    scope,
    target: { about: "image", where: { olderThanDays: 0 } },
  });
  const policy: Policy = {
    ...defaultPolicy,
    failOn: "never",
    unknown: { default: "pass" },
    rules: [fails("in-test", { namespaces: ["test"] }), fails("third", { images: ["r.io/left-pad:3"] })],
  };
  const { set, read } = await scanned({ ...named(), images }, false, policy);
  assert.deepEqual(
    set.images.map(({ outcome }) =>
      "summary" in outcome ? `${outcome.kind} ${outcome.summary.verdict.decision}` : outcome.kind,
    ),
    ["scanned pass", "same fail", "same fail", "error", "same fail"],
  );
  assert.equal(read, 1);
  assert.deepEqual(
    set.verdict.reasons.map(({ message }) => message.split(":", 3).slice(1).join(":")),
    ["2: rule in-test", "3: rule third", "4: rule in-test"],
  );
});

test("scanSet() judges how images are named by the policy's rules and settings for checks", async () => {
  const rule: Rule = {
    id: "pinned",
    action: "fail",
    scope: { repositories: ["r.io/*"] },
    target: { about: "check", where: { ids: ["SW-IM-08*"] } },
  };
  const by = (more: Partial<Policy>) =>
    scanSet(named("r.io/a:1", "q.io/b"), { policy: { ...defaultPolicy, ...more } }, undefined);
  assert.deepEqual((await by({ rules: [rule] })).verdict.reasons, [
    { code: "rule-violated", message: "rule pinned: SW-IM-080 Image not pinned by digest" },
  ]);
  assert.equal(
    (await by({ rules: [rule], checks: { "SW-IM-080": { off: true } } })).verdict.decision,
    "pass",
  );
  const strict = await by({ checks: { "SW-IM-081": { severity: "critical" } } });
  assert.match(strict.verdict.reasons[0]?.message ?? "", /^SW-IM-081 .*: critical \(fail on high\)$/u);
});

test("scanSet() keeps whole reports only where they are asked for", async () => {
  for (const keep of [true, false]) {
    const [image] = (await scanned(named("r.io/lodash:1"), keep)).set.images;
    assert.equal(image?.outcome.kind === "scanned" && image.outcome.report !== undefined, keep);
  }
});

test("scanSet() lists the images where nothing is to be scanned", async () => {
  const set = await scanSet(named("r.io/a"), { policy: defaultPolicy }, undefined);
  assert.deepEqual([set.verdict.decision, set.database], ["pass", null]);
  assert.match(imageSetTable(set, terminal), /\nPASS {2}1 image listed, none scanned\n$/u);
});

function schema(name: string): object {
  const value: unknown = JSON.parse(readFileSync(new URL(`../../schemas/${name}`, import.meta.url), "utf8"));
  assert.ok(typeof value === "object" && value !== null);
  return value;
}

test("imageSetJson() writes what the schema says, of every outcome", async () => {
  const ajv = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true });
  ajv.addSchema(schema("report.schema.json"), "report.schema.json");
  const validate = ajv.compile(schema("image-set.schema.json"));
  const { set } = await scanned(named("r.io/lodash", "r.io/lodash:1", "r.io/none:1"));
  const gap = { code: "manifest-unreadable", message: "broken", file: "b.yaml", line: 2 } as const;
  const sets = [
    { ...set, gaps: [gap] },
    await scanSet(named("r.io/a"), { policy: defaultPolicy }, undefined),
    (await scanned(named("r.io/lodash:1"), false)).set,
  ];
  for (const one of sets) {
    const value: unknown = parsed(one);
    assert.ok(validate(value), JSON.stringify(validate.errors));
  }
  assert.equal(validate({ ...parsed(set), more: 1 }), false);
});

/** The document, written as JSON.stringify would. */
function parsed(set: ImageSetReport): Readonly<Record<string, unknown>> {
  const text = [...imageSetJson(set)].join("");
  const value: Readonly<Record<string, unknown>> = JSON.parse(text);
  assert.equal(text, `${JSON.stringify(value, undefined, 2)}\n`);
  return value;
}

test("imageSetTable() shows hostile names harmlessly, folds long lists, and tells what is not known", async () => {
  const uses = Array.from({ length: 8 }, (_, at) => ({
    ...place,
    ...object,
    line: at + 1,
    name: "e\u001B[31m",
    written: "x",
  }));
  const gap = { code: "source-absent", message: "no base", file: "k.yaml", line: null } as const;
  const images = { files: 2, images: [{ reference: "r.io/a\u202E", uses }], gaps: [gap], notes: ["n\u0007"] };
  const set = await scanSet(images, { policy: defaultPolicy }, undefined);
  const table = imageSetTable(set, terminal);
  for (const sign of ["\u001B", "\u202E", "\u0007"]) assert.ok(!table.includes(sign));
  assert.match(table, /… 3 more places \(--all shows them\)/u);
  assert.match(table, /not known\n {2}source-absent {2}k\.yaml {2}no base\n/u);
  assert.match(table, /\nUNKNOWN {2}1 image listed, none scanned · not known: source-absent\n$/u);
  assert.doesNotMatch(imageSetTable(set, { ...terminal, all: true }), /more places/u);
});
