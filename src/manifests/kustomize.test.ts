import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { treeOf } from "../../tests/support/manifests.ts";
import { onPath } from "../../tests/support/needs.ts";
import { scratch, tool } from "../../tests/support/scratch.ts";
import { parsed } from "./found.ts";
import { kubernetesImages, mayHoldImages } from "./kubernetes.ts";
import { findImages } from "./list.ts";

const app = `apiVersion: apps/v1
kind: Deployment
metadata: {name: app}
spec:
  template:
    spec:
      initContainers:
      - {name: init, image: "r.io/init:1"}
      containers:
      - {name: web, image: "web:1"}
      - {name: side, image: "r.io:5000/side:1@sha256:${"a".repeat(64)}"}
`;
const digest = `sha256:${"b".repeat(64)}`;
const base = { "base/kustomization.yaml": "resources: [app.yaml]\n", "base/app.yaml": app };
const side = `r.io:5000/side:1@sha256:${"a".repeat(64)}`;

type Files = Readonly<Record<string, string>>;
const overlay = (text: string, more: Files = {}): Files => ({
  ...base,
  "prod/kustomization.yaml": `resources: [../base]\n${text}`,
  ...more,
});
const images = (lines: string): Files => overlay(`images:\n${lines}`);
const patch = (text: string): string => `  - patch: |-\n${text.replace(/^/gmu, "      ")}\n`;
const strategic = `apiVersion: apps/v1
kind: Deployment
metadata: {name: app}
spec:
  template:
    spec:
      containers:
      - {name: web, image: "web:2"}`;

const rows: readonly (readonly [what: string, files: Files, images: readonly string[]])[] = [
  ["a base alone", base, ["r.io/init:1", side, "web:1"]],
  ["an overlay that changes nothing", overlay(""), ["r.io/init:1", side, "web:1"]],
  ["a new tag", images("- {name: web, newTag: v2}\n"), ["r.io/init:1", side, "web:v2"]],
  [
    "a new tag of an init container",
    images("- {name: r.io/init, newTag: v2}\n"),
    ["r.io/init:v2", side, "web:1"],
  ],
  ["a new name", images("- {name: web, newName: r.io/w}\n"), ["r.io/init:1", side, "r.io/w:1"]],
  ["a digest", images(`- {name: web, digest: "${digest}"}\n`), ["r.io/init:1", side, `web@${digest}`]],
  [
    "a new tag and a digest",
    images(`- {name: web, newTag: v2, digest: "${digest}"}\n`),
    ["r.io/init:1", side, `web:v2@${digest}`],
  ],
  [
    "a new tag in a digest's place",
    images("- {name: 'r.io:5000/side', newTag: v2}\n"),
    ["r.io/init:1", "r.io:5000/side:v2", "web:1"],
  ],
  [
    "a new name of what has a digest",
    images("- {name: 'r.io:5000/side', newName: s}\n"),
    ["r.io/init:1", `s:1@sha256:${"a".repeat(64)}`, "web:1"],
  ],
  [
    "a tag with its digest in one",
    images(`- {name: web, newTag: "v2@${digest}"}\n`),
    ["r.io/init:1", side, `web:v2@${digest}`],
  ],
  [
    "one image after the other",
    images("- {name: web, newName: x}\n- {name: x, newTag: v3}\n"),
    ["r.io/init:1", side, "x:v3"],
  ],
  [
    "a name that is the beginning of another",
    images("- {name: we, newTag: v2}\n"),
    ["r.io/init:1", side, "web:1"],
  ],
  ["a strategic patch", overlay(`patches:\n${patch(strategic)}`), ["r.io/init:1", side, "web:2"]],
  [
    "a strategic patch in a file, of the old list",
    overlay("patchesStrategicMerge: [p.yaml]\n", { "prod/p.yaml": strategic }),
    ["r.io/init:1", side, "web:2"],
  ],
  [
    "a patch that adds a container",
    overlay(
      `patches:\n${patch(strategic.replace('name: web, image: "web:2"', 'name: new, image: "new:1"'))}`,
    ),
    ["new:1", "r.io/init:1", side, "web:1"],
  ],
  [
    "a strategic patch that takes a container away",
    overlay(`patches:\n${patch(strategic.replace('image: "web:2"', "$patch: delete"))}`),
    ["r.io/init:1", side],
  ],
  [
    "a strategic patch that takes an init container's namesake away",
    overlay(
      `patches:\n${patch(strategic.replace("containers:", "initContainers:").replace('web, image: "web:2"', "init, $patch: delete"))}`,
    ),
    [side, "web:1"],
  ],
  [
    "a patch that takes an object away",
    overlay(
      `patches:\n${patch("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: app}\n$patch: delete")}`,
      {
        "prod/kustomization.yaml": `resources: [../base, other.yaml]\npatches:\n${patch("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: app}\n$patch: delete")}`,
        "prod/other.yaml": app.replace("{name: app}", "{name: other}").replace("web:1", "other:1"),
      },
    ),
    ["other:1", "r.io/init:1", side],
  ],
  [
    "a JSON patch that takes one container away and changes the next",
    overlay(
      `patches:\n${patch('- {op: remove, path: /spec/template/spec/containers/0}\n- {op: replace, path: /spec/template/spec/containers/0/image, value: "s:2"}')}    target: {kind: Deployment, name: app}\n`,
    ),
    ["r.io/init:1", "s:2"],
  ],
  [
    "a JSON patch that takes all init containers away",
    overlay(
      `patches:\n${patch("- {op: remove, path: /spec/template/spec/initContainers}")}    target: {kind: Deployment}\n`,
    ),
    [side, "web:1"],
  ],
  [
    "a patch before the images",
    overlay(`patches:\n${patch(strategic)}images: [{name: web, newName: x}]\n`),
    ["r.io/init:1", side, "x:2"],
  ],
  [
    "a JSON patch",
    overlay(
      `patches:\n${patch("- {op: replace, path: /spec/template/spec/containers/0/image, value: web:3}")}    target: {kind: Deployment, name: app}\n`,
    ),
    ["r.io/init:1", side, "web:3"],
  ],
  [
    "a JSON patch in a file that adds a container",
    overlay("patches: [{path: p.json, target: {kind: Deployment}}]\n", {
      "prod/p.json":
        '[{"op": "add", "path": "/spec/template/spec/containers/-", "value": {"name": "n", "image": "n:1"}}]',
    }),
    ["n:1", "r.io/init:1", side, "web:1"],
  ],
  [
    "a component",
    overlay("components: [../c]\n", {
      "c/kustomization.yaml":
        "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nimages: [{name: web, newTag: c}]\n",
    }),
    ["r.io/init:1", side, "web:c"],
  ],
  [
    "images outside of pods: only what stands in containers, initContainers and image volumes",
    {
      "base/kustomization.yaml": "resources: [a.yaml]\nimages: [{name: web, newTag: new}]\n",
      "base/a.yaml": `apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: w}
spec: {templates: [{container: {image: "web:1"}, sidecars: [{name: s, image: "web:2"}], initContainers: [{name: s, image: "web:3"}]}]}
---
apiVersion: tekton.dev/v1
kind: Task
metadata: {name: t}
spec: {steps: [{name: a, image: "web:4"}]}
---
apiVersion: v1
kind: Pod
metadata: {name: p}
spec: {ephemeralContainers: [{name: e, image: "web:5"}], volumes: [{name: v, image: {reference: "web:6"}}]}
`,
    },
    ["web:1", "web:2", "web:4", "web:5", "web:new"],
  ],
  [
    "an overlay of an overlay",
    {
      ...overlay("images: [{name: web, newTag: p}]\n"),
      "top/kustomization.yaml": "resources: [../prod, extra.yaml]\nimages: [{name: web, newName: top/web}]\n",
      "top/extra.yaml":
        "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {containers: [{name: a, image: 'x:1'}]}\n",
    },
    ["r.io/init:1", side, "top/web:p", "x:1"],
  ],
];

for (const [what, files, expected] of rows)
  test(`findImages() makes of ${what} what kustomize makes`, async (t) => {
    const found = findImages(treeOf(files), []);
    assert.deepEqual(
      found.images.map(({ reference }) => reference),
      [...expected].sort(),
    );
    assert.deepEqual(found.gaps, []);
    // The truth, where it is at hand: it is no tool of Debian's.
    if (!onPath("kustomize")) return t.diagnostic("without kustomize");
    assert.deepEqual(await kustomizeBuild(files), [...expected].sort());
  });

async function kustomizeBuild(files: Files): Promise<readonly string[]> {
  const dir = scratch("kustomize");
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  const top = ["top", "prod", "base"].find((each) => `${each}/kustomization.yaml` in files) ?? "";
  const text = await tool("kustomize", ["build", join(dir, top)]);
  const { documents } = parsed("-", text, mayHoldImages);
  const images = documents.flatMap((one) => kubernetesImages(one).uses.map(({ image }) => image));
  return [...new Set(images)].sort();
}

test("findImages() tells where an overlay's image is written and what changed it", () => {
  const files = images("- {name: web, newTag: v2}\n");
  const [use] =
    findImages(treeOf(files), []).images.find(({ reference }) => reference === "web:v2")?.uses ?? [];
  assert.deepEqual(
    [use?.file, use?.line, use?.written, use?.via],
    ["base/app.yaml", 10, "web:1", "prod/kustomization.yaml"],
  );
});

test("findImages() counts a base for every overlay that uses it, in the overlay's namespace", () => {
  const files = {
    ...overlay("namespace: prod\n"),
    "dev/kustomization.yaml": "namespace: dev\nresources: [../base]\n",
  };
  const uses = findImages(treeOf(files), []).images.find(({ reference }) => reference === "web:1")?.uses;
  assert.deepEqual(
    uses?.map(({ namespace }) => namespace),
    ["dev", "prod"],
  );
});

test("findImages() reads a base beside the directory that was named", () => {
  const tree = treeOf(images("- {name: web, newTag: v2}\n"));
  const found = findImages({ ...tree, paths: ["prod/kustomization.yaml"] }, []);
  assert.equal(found.images.length, 3);
});

test("findImages() keeps both images where a patch selects by label", () => {
  const target = "    target: {kind: Deployment, labelSelector: a=b}\n";
  const found = findImages(treeOf(overlay(`patches:\n${patch(strategic)}${target}`)), []);
  assert.deepEqual(
    found.images.map(({ reference }) => reference),
    ["r.io/init:1", side, "web:1", "web:2"],
  );
});

const gaps: readonly (readonly [what: string, files: Files, gap: string])[] = [
  [
    "a remote base",
    overlay("  - https://github.com/a/b?ref=v1\n".replace(/^ {2}/u, "bases:\n  ")),
    "source-absent prod/kustomization.yaml",
  ],
  ["a base that is not there", overlay("bases: [../none]\n"), "source-absent prod/kustomization.yaml"],
  [
    "a directory without a kustomization",
    overlay("bases: [../d]\n", { "d/x.yaml": "" }),
    "source-absent prod/kustomization.yaml",
  ],
  [
    "a patch that is not there",
    overlay("patches: [{path: p.yaml}]\n"),
    "source-absent prod/kustomization.yaml",
  ],
  [
    "a chart of a kustomization",
    overlay("helmCharts: [{name: x}]\n"),
    "source-absent prod/kustomization.yaml",
  ],
  ["a broken kustomization", overlay("images: [\n"), "manifest-unreadable prod/kustomization.yaml"],
  [
    "a broken resource",
    { ...overlay(""), "base/app.yaml": `${app}  image: [` },
    "manifest-unreadable base/app.yaml",
  ],
  [
    "a ring",
    { "a/kustomization.yaml": "resources: [../b]\n", "b/kustomization.yaml": "resources: [../a]\n" },
    "source-absent a/kustomization.yaml",
  ],
];
for (const [what, files, gap] of gaps)
  test(`findImages() tells of ${what}`, () => {
    const found = findImages(treeOf(files), []);
    const said = found.gaps.map(({ code, file }) => `${code} ${file}`);
    assert.ok(said.includes(gap), said.join());
  });

test("findImages() ends in time where bases are used over and over, and says so", () => {
  const levels = Array.from({ length: 30 }, (_, at) => [
    `k${at}/kustomization.yaml`,
    `resources: [../k${at + 1}, ../k${at + 1}/, ./../k${at + 1}]\n`,
  ]);
  const files = {
    ...Object.fromEntries(levels),
    "k30/kustomization.yaml": "resources: [app.yaml]\n",
    "k30/app.yaml": app,
  };
  const started = process.cpuUsage();
  const found = findImages(treeOf(files), []);
  assert.ok(process.cpuUsage(started).user < 10_000_000);
  assert.ok(
    found.gaps.some(({ message }) => message.includes("more than")),
    JSON.stringify(found.gaps),
  );
});

test("findImages() ends in time where patches and images are many, and says so", () => {
  const list = (count: number): string =>
    Array.from({ length: count }, (_, at) => `{name: c${at}, image: "i${at}:1"}`).join(", ");
  const files = {
    "kustomization.yaml": "resources: [app.yaml]\npatches: [{path: p.yaml}]\n",
    "app.yaml": `apiVersion: v1\nkind: Pod\nmetadata: {name: app}\nspec: {containers: [${list(20_000)}]}\n`,
    "p.yaml": `apiVersion: v1\nkind: Pod\nmetadata: {name: app}\nspec: {containers: [${list(20_000)}]}\n`,
  };
  const started = process.cpuUsage();
  const found = findImages(treeOf(files), []);
  assert.ok(process.cpuUsage(started).user < 15_000_000);
  assert.ok(
    found.gaps.some(({ message }) => message.includes("more than")),
    JSON.stringify(found.gaps),
  );
});
