import assert from "node:assert/strict";
import { test } from "node:test";
import { treeOf } from "../../tests/support/manifests.ts";
import { chartsOf, isOfChart } from "./helm.ts";
import { findImages } from "./list.ts";

const chart = "apiVersion: v2\nname: app\nappVersion: '9'\n";
const without = 'chart "c": without helm, read from values: what templates make of them is not known';
const digest = `sha256:${"a".repeat(64)}`;

const values: readonly (readonly [what: string, text: string, images: readonly string[]])[] = [
  ["a text", "image: r.io/a:1\n", ["r.io/a:1"]],
  ["a text with the tag beside it", "image: r.io/a\ntag: 1.10\n", ["r.io/a:1.10"]],
  ["a text with an imageTag", "image: a\nimageTag: 2\n", ["a:2"]],
  ["parts", "image: {repository: a, tag: 1}\n", ["a:1"]],
  ["parts with a registry", "image: {registry: r.io, repository: b/a, tag: 1}\n", ["r.io/b/a:1"]],
  ["parts with a version", "image: {repository: a, version: 1}\n", ["a:1"]],
  ["parts without a tag", "image: {repository: a}\n", ["a:9"]],
  ["parts with an empty tag", 'image: {repository: a, tag: ""}\n', ["a:9"]],
  [
    "parts with a digest alone",
    `image: {registry: r.io, repository: a, digest: "${digest}"}\n`,
    [`r.io/a@${digest}`],
  ],
  ["parts with tag and digest", `image: {repository: a, tag: 1, digest: "${digest}"}\n`, [`a:1@${digest}`]],
  ["parts with the digest in the tag", `image: {repository: a, tag: "1@${digest}"}\n`, [`a:1@${digest}`]],
  [
    "a digest without its algorithm",
    `image: {repository: a, sha: ${"a".repeat(64)}}\n`,
    [`a:9@${digest}`.replace(":9", "")],
  ],
  [
    "an image by another key",
    "sidecarImage: {repository: s, tag: 1}\njobImage: r.io/j:1\n",
    ["r.io/j:1", "s:1"],
  ],
  ["parts under a name of their own", "web: {repository: w, tag: 1}\n", ["w:1"]],
  [
    "a registry for all",
    "global: {imageRegistry: m.io}\nimage: {registry: r.io, repository: a, tag: 1}\n",
    ["m.io/a:1"],
  ],
  ["the chart's version as a template", 'image: {repository: a, tag: "{{ .Chart.AppVersion }}"}\n', ["a:9"]],
  ["lists", "jobs: [{image: {repository: a, tag: 1}}, {image: r.io/b:2}]\n", ["a:1", "r.io/b:2"]],
  [
    "a flag, a policy and secrets",
    "useImage: true\nimagePullPolicy: Always\nimage: {repository: a, tag: 1, pullSecrets: []}\n",
    ["a:1"],
  ],
];
for (const [what, text, images] of values)
  test(`findImages() reads of a chart's values ${what}`, () => {
    const found = findImages(treeOf({ "c/Chart.yaml": chart, "c/values.yaml": text }), [
      { dir: "c", rendering: undefined },
    ]);
    assert.deepEqual(
      found.images.map(({ reference }) => reference),
      images,
    );
    assert.deepEqual([found.gaps, found.notes], [[], [without]]);
    assert.deepEqual(found.images[0]?.uses.map(({ kind, name }) => [kind, name])[0], ["values", "app"]);
  });

type Files = Readonly<Record<string, string>>;
const image = { "c/values.yaml": "image: {repository: a, tag: 1}\n" };
const gaps: readonly (readonly [what: string, files: Files, gaps: readonly string[]])[] = [
  [
    "a chart without an image in its values",
    { "c/Chart.yaml": chart, "c/values.yaml": "a: b\n", "c/templates/a.yaml": "image: {{ .Values.a }}\n" },
    ["chart-not-rendered c/Chart.yaml"],
  ],
  [
    "a dependency that is not there",
    { ...image, "c/Chart.yaml": `${chart}dependencies: [{name: db, repository: "https://x"}]\n` },
    ["source-absent c/Chart.yaml"],
  ],
  [
    "a dependency that is packed",
    {
      ...image,
      "c/Chart.yaml": `${chart}dependencies: [{name: db, repository: "https://x"}]\n`,
      "c/charts/db-1.tgz": "",
    },
    ["source-absent c/Chart.yaml"],
  ],
  [
    "no dependency that lies unpacked",
    {
      ...image,
      "c/Chart.yaml": `${chart}dependencies: [{name: db, repository: "https://x"}]\n`,
      "c/charts/db/Chart.yaml": chart,
    },
    [],
  ],
  [
    "no image that cannot be completed",
    { "c/Chart.yaml": chart, "c/values.yaml": 'image: {repository: a, tag: "{{ .x }}"}\n' },
    ["image-unresolved c/values.yaml"],
  ],
  ["that is broken", { ...image, "c/Chart.yaml": "name: [\n" }, ["manifest-unreadable c/Chart.yaml"]],
  [
    "without an image in values and templates",
    { "c/Chart.yaml": chart, "c/values.yaml": "a: b\n", "c/templates/a.yaml": "kind: ConfigMap\n" },
    ["nothing-found null"],
  ],
  ["a library", { "c/Chart.yaml": `${chart}type: library\n` }, ["nothing-found null"]],
];
for (const [what, files, expected] of gaps)
  test(`findImages() tells of a chart ${what}`, () => {
    const found = findImages(treeOf(files), [{ dir: "c", rendering: undefined }]);
    assert.deepEqual(
      found.gaps.map(({ code, file }) => `${code} ${file}`),
      expected,
    );
  });

test("findImages() reads the values of unpacked subcharts with their own appVersion, and images that templates spell out", () => {
  const files = {
    ...image,
    "c/Chart.yaml": chart,
    "c/charts/db/Chart.yaml": "name: db\nappVersion: '16'\n",
    "c/charts/db/values.yaml": "image: {repository: db}\n",
    "c/templates/job.yaml":
      "{{ if .Values.x }}\n  - image: curl:8 # literal\n  - image: {{ .Values.image }}\n",
  };
  const found = findImages(treeOf(files), [{ dir: "c", rendering: undefined }]);
  assert.deepEqual(
    found.images.map(({ reference, uses }) => `${reference} ${uses[0]?.file}:${uses[0]?.line}`),
    ["a:1 c/values.yaml:1", "curl:8 c/templates/job.yaml:2", "db:16 c/charts/db/values.yaml:1"],
  );
});

test("findImages() takes of a rendered chart the objects, by the template that made them", () => {
  const manifests = `---
# Source: app/templates/a.yaml
apiVersion: v1
kind: Pod
metadata: {name: a}
spec: {containers: [{name: c, image: "a:1"}]}
---
# Source: app/charts/db/templates/b.yaml
apiVersion: v1
kind: Pod
metadata: {name: b}
spec: {containers: [{name: c, image: "b:1"}]}
`;
  const files = { "c/Chart.yaml": chart, "c/values.yaml": "image: not-this:1\n" };
  const found = findImages(treeOf(files), [{ dir: "c", rendering: { manifests } }]);
  assert.deepEqual(
    found.images.map(
      ({ reference, uses }) => `${reference} ${uses[0]?.file}:${uses[0]?.line} ${uses[0]?.name}`,
    ),
    ["a:1 c/templates/a.yaml:null a", "b:1 c/charts/db/templates/b.yaml:null b"],
  );
  assert.deepEqual([found.gaps, found.notes], [[], []]);
});

test("findImages() reads the values of a chart that helm cannot render, and tells both", () => {
  const files = { ...image, "c/Chart.yaml": chart };
  const found = findImages(treeOf(files), [{ dir: "c", rendering: { failed: "no such function" } }]);
  assert.deepEqual(
    found.images.map(({ reference }) => reference),
    ["a:1"],
  );
  assert.deepEqual(
    found.gaps.map(({ code, message }) => `${code} ${message}`),
    ['chart-not-rendered chart "c": helm could not render it (no such function)'],
  );
  assert.match(found.notes.join(), /no such function/u);
});

test("chartsOf() and isOfChart() leave subcharts to their chart, and what is beside the templates to itself", () => {
  const paths = [
    "a/Chart.yaml",
    "a/charts/b/Chart.yaml",
    "charts/c/Chart.yaml",
    "a/values-x.yaml",
    "a/ci/x.yaml",
  ];
  assert.deepEqual(chartsOf(paths), ["a", "charts/c"]);
  const ofA = ["a/values-x.yaml", "a/ci/x.yaml", "a/templates/t.yaml", "ab/templates/t.yaml"].map((path) =>
    isOfChart(path, ["a"]),
  );
  assert.deepEqual(ofA, [true, false, true, false]);
  assert.equal(isOfChart("templates/t.yaml", chartsOf(["Chart.yaml"])), true);
});

test("findImages() lays files of values over a chart's own, and what is for a subchart over that one's", () => {
  const files = {
    "c/Chart.yaml": chart,
    "c/values.yaml": "image: {repository: a, tag: 1}\nold: {image: r.io/old:1}\nside: {image: r.io/s:1}\n",
    "c/charts/db/Chart.yaml": "apiVersion: v2\nname: db\n",
    "c/charts/db/values.yaml": "image: {registry: r.io, repository: db, tag: 1}\n",
    "prod.yaml": "image: {tag: 2}\nold: null\ndb: {image: {tag: 5}}\nglobal: {imageRegistry: m.io}\n",
    "last.yaml": "side: {image: r.io/s:3}\n",
  };
  const found = findImages(treeOf(files), [{ dir: "c", rendering: undefined }], ["prod.yaml", "last.yaml"]);
  assert.deepEqual(
    found.images.map(({ reference, uses }) => [reference, uses[0]?.file]),
    [
      ["m.io/a:2", "c/values.yaml"],
      ["m.io/db:5", "c/charts/db/values.yaml"],
      ["r.io/s:3", "last.yaml"],
    ],
  );
  assert.deepEqual(found.gaps, []);
});
