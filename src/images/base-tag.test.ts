import assert from "node:assert/strict";
import { test } from "node:test";
import type { ImageConfig } from "../core/image.ts";
import type { ReportLayer } from "../core/report.ts";
import { findBaseName, isBehind } from "./base-tag.ts";
import { emptyConfig } from "./config.ts";

const config = (more: Partial<ImageConfig>): ImageConfig => ({
  ...emptyConfig({ os: "linux", architecture: "amd64" }),
  ...more,
});
const base = "org.opencontainers.image.base";
const sum = `sha256:${"a".repeat(64)}`;

const names: readonly (readonly [
  why: string,
  given: string | undefined,
  annotations: Readonly<Record<string, string>>,
  dockerfile: string | undefined,
  labels: Readonly<Record<string, string>>,
  told: string,
])[] = [
  ["nothing", undefined, {}, undefined, {}, "nobody"],
  ["the option first", "a:1", { [`${base}.name`]: "b:1" }, "FROM c:1", {}, "option a:1 without digest"],
  [
    "an annotation with its digest",
    undefined,
    { [`${base}.name`]: "b:1", [`${base}.digest`]: sum },
    "FROM c:1",
    {},
    `annotation b:1 ${sum}`,
  ],
  [
    "an empty annotation",
    undefined,
    { [`${base}.name`]: "" },
    "FROM c:1",
    {},
    "dockerfile c:1 without digest",
  ],
  [
    "FROM of FROM",
    undefined,
    {},
    "FROM d:2 AS x\nFROM e AS y\nFROM x\n",
    {},
    "dockerfile d:2 without digest",
  ],
  [
    "a variable",
    undefined,
    {},
    "ARG V=1\nFROM c:$V",
    { [`${base}.name`]: "l:1" },
    "label l:1 without digest",
  ],
];
for (const [why, given, annotations, dockerfile, labels, told] of names)
  test(`findBaseName() takes ${told} by ${why}`, () => {
    const found = findBaseName({ annotations, config: config({ labels }) }, given, dockerfile);
    const text =
      found === undefined
        ? "nobody"
        : `${found.namedBy} ${found.reference} ${found.digest ?? "without digest"}`;
    assert.equal(text, told);
  });

const image = (diffIds: readonly string[], fromBase: boolean | null = null) => {
  const layer = (index: number): ReportLayer => ({ index, digest: "", diffId: "", createdBy: "", fromBase });
  return { config: config({ diffIds }), layers: diffIds.map((_, index) => layer(index)) };
};
const tag = (...diffIds: readonly string[]) => ({ digest: sum, config: config({ diffIds }) });

const rows: readonly (readonly [
  why: string,
  image: ReturnType<typeof image>,
  now: readonly string[],
  recorded: readonly string[] | undefined,
  told: string,
])[] = [
  ["all layers of the tag at the bottom", image(["a", "b", "c"]), ["a", "b"], undefined, "false 2/2"],
  ["the tag itself", image(["a", "b"]), ["a", "b"], undefined, "false 2/2"],
  ["the first layer of two", image(["a", "b", "c"]), ["a", "x"], undefined, "true 1/2"],
  ["a layer less than the tag has", image(["a"]), ["a", "x"], undefined, "true 1/2"],
  ["no layer, and nothing else", image(["a", "c"]), ["x"], undefined, "null 0/1"],
  ["no layer, but a history that shows a base", image(["a", "c"], true), ["x"], undefined, "true 0/1"],
  ["no layer, and the old base in the registry", image(["a", "c"]), ["x"], ["a"], "true 0/1"],
  ["no layer, for it is squashed: the base is the tag's", image(["s"]), ["x"], ["x"], "false 0/1"],
  ["a tag without layers", image(["a"]), [], undefined, "null 0/0"],
];
for (const [why, one, now, recorded, told] of rows)
  test(`isBehind() tells ${told} of ${why}`, () => {
    const found = isBehind(one, tag(...now), recorded === undefined ? undefined : tag(...recorded));
    assert.equal(`${found.behind} ${found.sharedLayers}/${found.layers}`, told);
  });
