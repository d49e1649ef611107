import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { SlimPlan } from "../core/slim.ts";
import { slimJson, slimTable } from "./slim.ts";

const schema: unknown = JSON.parse(
  readFileSync(new URL("../../schemas/slim.schema.json", import.meta.url), "utf8"),
);
const ajv = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true });
const validate = ajv.compile(typeof schema === "object" && schema !== null ? schema : false);

const plan: SlimPlan = {
  schemaVersion: "1.0",
  image: {
    reference: "app:1",
    digest: null,
    platform: { os: "linux", architecture: "arm64", variant: "v8" },
    command: ["app", "\u001B[31m"],
  },
  packages: [
    {
      purl: "pkg:deb/debian/apt@2",
      type: "deb",
      name: "apt",
      version: "2",
      state: "unneeded",
      bytes: 4_000_000,
      keptBytes: 0,
      findings: { critical: 3, low: 2 },
      chain: [],
    },
    {
      purl: "pkg:deb/debian/libc6@2",
      type: "deb",
      name: "libc6",
      version: "2",
      state: "needed",
      bytes: 12_000_000,
      keptBytes: 11_000_000,
      findings: {},
      chain: ["usr/bin/app: the image's command", "usr/lib/libc.so.6: linked to libc.so.6"],
    },
  ],
  unowned: [{ directory: "/var/cache", files: 2, bytes: 1000 }],
  totals: {
    packages: 2,
    removedPackages: 1,
    bytes: 16_000_000,
    keptBytes: 11_000_000,
    removedFindings: { critical: 3, low: 2 },
    keptFindings: {},
  },
  kept: [{ path: "/usr/bin/app", state: "needed", why: "the image's command" }],
  bases: [{ reference: "scratch", has: [], copied: ["libc6"], why: "nothing else" }],
  limits: ["programs that are started: usr/bin/app"],
  missing: ["libx.so.1 for usr/bin/app"],
  refusals: [],
  dockerfile: "FROM scratch\n",
};
const refused: SlimPlan = { ...plan, refusals: ["the image names no command"], dockerfile: undefined };
const terminal = { colour: false, width: 100, all: false };

for (const [what, each] of [
  ["a plan", plan],
  ["a refusal", refused],
] as const)
  test(`slimJson() follows its schema for ${what}`, () => {
    const value: unknown = JSON.parse(slimJson(each));
    assert.ok(validate(value), JSON.stringify(validate.errors));
  });

test("slimJson() says the platform in one word and no Dockerfile as null", () => {
  const text = slimJson(refused);
  assert.match(text, /"platform": "linux\/arm64\/v8"/u);
  assert.match(text, /"dockerfile": null/u);
});

test("slimTable() begins with what leaves and takes along", () => {
  const text = slimTable(plan, { ...terminal, width: 200 });
  assert.match(
    text,
    /removes 1 package, 5\.0 MB, 5 findings \(3 critical\)\nkeeps {3}1 package, 11\.0 MB, no findings/u,
  );
  for (const piece of [
    "deb apt 2",
    "linked to libc.so.6",
    "/var/cache",
    "libx.so.1 for usr/bin/app",
    "to copy: libc6",
  ])
    assert.ok(text.includes(piece), `${piece} in\n${text}`);
  assert.equal(text.includes("\u001B"), false);
});

test("slimTable() gives reasons in place of a plan", () => {
  const text = slimTable(refused, terminal);
  assert.match(text, /no plan[^\n]*\n {2}the image names no command\n$/u);
  assert.equal(text.includes("removes"), false);
});

test("slimTable() folds long lists unless all is asked for", () => {
  const many = { ...plan, limits: Array.from({ length: 30 }, (_, at) => `limit ${at}`) };
  assert.match(slimTable(many, terminal), /… 22 more \(--all shows them\)/u);
  assert.match(slimTable(many, { ...terminal, all: true }), /limit 29/u);
});
