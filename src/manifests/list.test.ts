import assert from "node:assert/strict";
import { test } from "node:test";
import { array, assert as check, constantFrom, property } from "fast-check";
import { treeOf } from "../../tests/support/manifests.ts";
import type { NamedImages } from "../core/image-set.ts";
import type { Chart } from "./list.ts";
import { findImages } from "./list.ts";

const head = (kind: string, name = "app"): string =>
  `apiVersion: apps/v1\nkind: ${kind}\nmetadata: {name: ${name}, namespace: prod}\n`;
const pod = "containers: [{name: web, image: 'r.io/web:1'}]";

/** Each use as `FILE:LINE KIND NAMESPACE/NAME CONTAINER IMAGE`. */
function used({ images }: NamedImages): readonly string[] {
  return images.flatMap(({ reference, uses }) =>
    uses.map(({ file, line, kind, namespace, name, container }) =>
      [`${file}:${line}`, kind, `${namespace ?? ""}/${name}`, container ?? "-", reference].join(" "),
    ),
  );
}

function find(files: Readonly<Record<string, string>>, charts: readonly Chart[] = []): NamedImages {
  return findImages(treeOf(files), charts);
}

const kinds: readonly (readonly [what: string, text: string, uses: readonly string[]])[] = [
  ["a pod", `${head("Pod")}spec: {${pod}}`, ["4 Pod prod/app web r.io/web:1"]],
  ...["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "Rollout", "Service"].map(
    (kind) =>
      [
        `a ${kind}`,
        `${head(kind)}spec: {template: {spec: {${pod}}}}`,
        [`4 ${kind} prod/app web r.io/web:1`],
      ] as const,
  ),
  [
    "a CronJob",
    `${head("CronJob")}spec: {jobTemplate: {spec: {template: {spec: {${pod}}}}}}`,
    ["4 CronJob prod/app web r.io/web:1"],
  ],
  [
    "a PodTemplate",
    `${head("PodTemplate")}template: {spec: {${pod}}}`,
    ["4 PodTemplate prod/app web r.io/web:1"],
  ],
  [
    "init and ephemeral containers and image volumes",
    `${head("Pod")}spec:
  initContainers:
  - {name: i, image: i:1}
  ephemeralContainers:
  - {name: e, image: e:1}
  volumes:
  - {name: v, image: {reference: v:1, pullPolicy: Always}}
`,
    ["8 Pod prod/app e e:1", "6 Pod prod/app i i:1", "10 Pod prod/app - v:1"],
  ],
  [
    "a List",
    `apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {${pod}}}\n- {apiVersion: v1, kind: Pod, metadata: {generateName: b-}, spec: {${pod}}}`,
    ["4 Pod /a web r.io/web:1", "5 Pod /b- web r.io/web:1"],
  ],
  [
    "a list whose items do not say what they are",
    `apiVersion: v1\nkind: PodList\nitems:\n- {metadata: {name: a}, spec: {${pod}}}\n`,
    ["4 Pod /a web r.io/web:1"],
  ],
  [
    "a Workflow",
    `${head("Workflow")}spec:
  templates:
  - name: a
    container: {image: c:1}
    initContainers: [{name: i, image: i:1}]
    sidecars: [{name: s, image: s:1}]
  - name: b
    script: {image: p:1, source: x}
  - name: c
    containerSet: {containers: [{name: z, image: z:1}]}
`,
    [
      "7 Workflow prod/app container c:1",
      "8 Workflow prod/app i i:1",
      "11 Workflow prod/app script p:1",
      "9 Workflow prod/app s s:1",
      "13 Workflow prod/app z z:1",
    ],
  ],
  [
    "a CronWorkflow",
    `${head("CronWorkflow")}spec: {workflowSpec: {templates: [{container: {image: c:1}}]}}`,
    ["4 CronWorkflow prod/app container c:1"],
  ],
  [
    "a Task",
    `${head("Task")}spec:
  stepTemplate: {image: t:1}
  steps: [{name: build, image: b:1}]
  sidecars: [{name: db, image: d:1}]
`,
    ["6 Task prod/app build b:1", "7 Task prod/app db d:1", "5 Task prod/app stepTemplate t:1"],
  ],
  [
    "a Pipeline with a task inside",
    `${head("Pipeline")}spec: {tasks: [{name: t, taskSpec: {steps: [{name: s, image: s:1}]}}]}`,
    ["4 Pipeline prod/app s s:1"],
  ],
  [
    "a custom resource with its own image",
    `${head("Prometheus")}spec: {image: "quay.io/prometheus/prometheus:v2", containers: [{name: x}]}`,
    ["4 Prometheus prod/app - quay.io/prometheus/prometheus:v2"],
  ],
  [
    "a custom resource with an image in parts",
    `${head("MariaDB")}spec: {image: {repository: mariadb, tag: "10.11"}}`,
    ["4 MariaDB prod/app - mariadb:10.11"],
  ],
  [
    "an object in another one",
    `${head("Bundle", "out")}spec: {resources: [{apiVersion: v1, kind: Pod, metadata: {name: in}, spec: {${pod}}}]}`,
    ["4 Pod /in web r.io/web:1"],
  ],
  [
    "JSON",
    `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"j"},"spec":{"containers":[{"name":"c",\n"image":"j:1"}]}}`,
    ["2 Pod /j c j:1"],
  ],
  [
    "JSON with escaped names",
    `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"j"},"spec":{"containers":[{"name":"c","\\u0069mage":"j:1"}]}}`,
    ["1 Pod /j c j:1"],
  ],
  [
    "anchors and merge keys",
    `${head("Pod")}x: &c\n  image: m:1\nspec:\n  containers:\n  - <<: *c\n    name: one\n  - {<<: *c, name: two, image: n:1}\n`,
    ["5 Pod prod/app one m:1", "10 Pod prod/app two n:1"],
  ],
  [
    "several documents",
    `# a\n---\n${head("Pod")}spec: {${pod}}\n---\nkind: x\n`,
    ["6 Pod prod/app web r.io/web:1"],
  ],
  [
    "Windows' lines",
    `${head("Pod")}spec: {${pod}}\n`.replaceAll("\n", "\r\n"),
    ["4 Pod prod/app web r.io/web:1"],
  ],
];
for (const [what, text, uses] of kinds)
  test(`findImages() finds the images of ${what}`, () => {
    const found = find({ "app.yaml": text });
    assert.deepEqual(
      used(found),
      uses.map((use) => `app.yaml:${use}`),
    );
    assert.deepEqual(found.gaps, []);
  });

const quiet: readonly (readonly [what: string, text: string])[] = [
  ["a ConfigMap", `${head("ConfigMap")}data: {image: "r.io/x:1"}`],
  [
    "a custom resource's definition",
    "apiVersion: v1\nkind: CustomResourceDefinition\nspec: {image: 'r.io/x:1'}",
  ],
  [
    "a policy on images",
    `apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nspec: {containers: [{image: "*:*"}]}`,
  ],
  ["a workflow of GitHub", "on: push\njobs: {a: {container: {image: 'r.io/x:1'}, steps: [{uses: a}]}}"],
  ["a pipeline of GitLab", "image: r.io/x:1\nservices: [postgres]\n"],
  ["broken YAML of another kind", "a: [\nimage: {{ x }}\n"],
  [
    "a broken description of objects",
    `{"properties": {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "image": ["x",, ]`,
  ],
  ["a block device", `${head("PersistentVolume")}spec: {rbd: {image: foo}}\n`],
  ["a picture's name", `${head("Page")}status: {image: r.io/x:1}\n`],
];
for (const [what, text] of quiet)
  test(`findImages() passes over ${what} without a word`, () => {
    const { images, gaps, notes } = find({ "a.yml": text });
    assert.deepEqual([images, gaps.map(({ code }) => code), notes], [[], ["nothing-found"], []]);
  });

test("findImages() notes an image in no container that may be none", () => {
  const { images, notes } = find({ "a.yaml": `${head("Machine")}spec: {image: ubuntu-22.04}` });
  assert.deepEqual(images, []);
  assert.deepEqual(notes, [
    'a.yaml:4: image "ubuntu-22.04" of Machine app is in no container and was not taken for a container\'s',
  ]);
});

const releases = {
  HelmRelease: "spec: {chart: {spec: {chart: podinfo}}}",
  Application: "spec: {source: {chart: podinfo, repoURL: x}}",
  HelmChart: "spec: {chart: podinfo}",
};
for (const [kind, spec] of Object.entries(releases))
  test(`findImages() tells of the chart that a ${kind} installs from elsewhere`, () => {
    const { gaps } = find({ "a.yaml": `${head(kind)}${spec}\n` });
    assert.deepEqual(
      gaps.map(({ code, line, message }) => [code, line, message]),
      [["source-absent", 4, `${kind} app installs the chart "podinfo", which is not here`]],
    );
  });

const flux = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: app}\n";
const changes: readonly (readonly [what: string, text: string, gap: string | undefined])[] = [
  [
    "Flux's Kustomization",
    `${flux}spec: {images: [{name: a, newTag: v2}]}`,
    'Kustomization app changes images by "images"',
  ],
  [
    "Flux's Kustomization that patches",
    `${flux}spec: {patches: [{patch: "image: b"}]}`,
    'Kustomization app changes images by "patches"',
  ],
  [
    "Flux's Kustomization without any",
    `${flux}spec: {path: ./image, patches: [{patch: "replicas: 2"}]}`,
    undefined,
  ],
  [
    "an Application",
    `${head("Application")}spec: {source: {path: x, kustomize: {images: ["a=b:2"]}}}`,
    'Application app changes images by "images"',
  ],
  [
    "an Application of a chart beside it",
    `${head("Application")}spec: {sources: [{path: x, helm: {parameters: [{name: image.tag, value: v2}], values: "a: b"}}]}`,
    'Application app changes images by "parameters"',
  ],
  [
    "an Application without any",
    `${head("Application")}spec: {source: {path: image, helm: {values: "a: b"}}}`,
    undefined,
  ],
];
for (const [what, text, gap] of changes)
  test(`findImages() tells of images that ${what} changes`, () => {
    const { gaps: found } = find({ "a.yaml": text, "b.yaml": `${head("Pod")}spec: {${pod}}` });
    assert.deepEqual(
      found.map(({ code, message }) => `${code} ${message}`),
      gap === undefined ? [] : [`source-absent ${gap}, which is not carried out`],
    );
  });

const gaps: readonly (readonly [what: string, files: Readonly<Record<string, string>>, gap: string])[] = [
  ["no files", {}, "nothing-found null:null"],
  ["a broken manifest", { "a.yaml": `${head("Pod")}spec: {${pod}` }, "manifest-unreadable a.yaml:4"],
  [
    "a template outside of a chart",
    { "a.yaml": `${head("Pod")}spec:\n{{ include "x" . }}\n  image: x\n` },
    "manifest-unreadable a.yaml:5",
  ],
  [
    "an image that a template completes",
    { "a.yaml": `${head("Workflow")}spec: {container: {image: "{{inputs.parameters.image}}"}}` },
    "image-unresolved a.yaml:4",
  ],
  [
    "an image that a shell completes",
    { "a.yaml": `${head("Pod")}spec: {containers: [{name: a, image: "r.io/a:$TAG"}]}` },
    "image-unresolved a.yaml:4",
  ],
];
for (const [what, files, gap] of gaps)
  test(`findImages() tells of ${what}`, () => {
    const found = find(files);
    assert.deepEqual(
      found.gaps.map(({ code, file, line }) => `${code} ${file}:${line}`),
      [gap],
    );
    assert.deepEqual(found.images, []);
  });

test("findImages() reads the documents beside a broken one", () => {
  const found = find({ "a.yaml": `${head("Pod")}spec: {${pod}}\n---\n${head("Pod")}spec: [image\n` });
  assert.deepEqual(used(found), ["a.yaml:4 Pod prod/app web r.io/web:1"]);
  assert.deepEqual(
    found.gaps.map(({ code }) => code),
    ["manifest-unreadable"],
  );
});

test("findImages() gathers all places of an image, as it is written, in the order of the files", () => {
  const found = find({
    "b.yaml": `${head("Pod", "b")}spec: {${pod}}`,
    "a.json": `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"},"spec":{"containers":[{"name":"w","image":"r.io/web:1"}]}}`,
  });
  assert.deepEqual(
    found.images.map(({ reference, uses }) => [reference, uses.map(({ file }) => file)]),
    [["r.io/web:1", ["a.json", "b.yaml"]]],
  );
});

test("findImages() tells of a file that cannot be read", () => {
  const tree = treeOf({ "a.yaml": "x" });
  const found = findImages({ ...tree, read: () => assert.fail("no such sector") }, []);
  assert.deepEqual(
    found.gaps.map(({ code, message }) => [code, message]),
    [["manifest-unreadable", "no such sector"]],
  );
});

const piece = constantFrom(
  "apiVersion: v1\n",
  "kind: Pod\n",
  "kind: Kustomization\n",
  "spec:\n",
  "  containers:\n",
  "  - name: a\n",
  "    image: nginx\n",
  "    image: {repository: a, tag: b}\n",
  "    image: [a]\n",
  "services:\n",
  "  web: {image: 'a:${B:-c}'}\n",
  "  web: {extends: {service: web}}\n",
  "resources: [../a, b.yaml, .]\n",
  "images: [{name: a, newTag: 1}, 3, {digest: x}]\n",
  "patches: [{path: b.yaml, target: {kind: a(}}, {patch: '- op: add'}, x]\n",
  "components: [.]\n",
  "---\n",
  "&a ",
  "*a\n",
  "- ",
  "{{ x }}",
  "<<: *a\n",
);
test("findImages() never throws on pieces of manifests", () => {
  const text = array(piece, { maxLength: 14 }).map((pieces) => pieces.join(""));
  check(
    property(text, text, text, (one, two, three) => {
      const files = {
        "a/kustomization.yaml": one,
        "a/b.yaml": two,
        "a/compose.yaml": three,
        "c/Chart.yaml": one,
        "c/values.yaml": two,
      };
      const { images, gaps } = find(files, [{ dir: "c", rendering: undefined }]);
      assert.ok(images.length + gaps.length > 0);
    }),
    { numRuns: 300 },
  );
});
