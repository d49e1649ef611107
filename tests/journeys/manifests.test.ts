import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, suite, test } from "node:test";
import { npmPackage } from "../support/distro-files.ts";
import { writeLayout } from "../support/image.ts";
import { needs } from "../support/needs.ts";
import { type Registry, startRegistry } from "../support/registry.ts";
import { testDatabase } from "../support/scan.ts";
import { type Outcome, scratch, seaworthy, tool } from "../support/scratch.ts";

// A repository as teams have it (plain manifests, a base with an overlay, Compose, a chart) and a real registry that counts.

const skip = needs("docker-registry", "skopeo");

interface SetImage {
  readonly reference: string;
  readonly digest: string | null;
  readonly pinned: string;
  readonly verdict: string | null;
  readonly sameAs: string | null;
  readonly report: { readonly packages: readonly { readonly name: string }[] } | null;
  readonly error: { readonly code: string } | null;
  readonly uses: readonly { readonly file: string; readonly via: string | null }[];
}

interface SetReport {
  readonly images: readonly SetImage[];
  readonly notes: readonly string[];
  readonly verdict: { readonly decision: string; readonly reasons: readonly { readonly code: string }[] };
}

suite("a directory of manifests", () => {
  let registry: Registry;
  let cwd = "";
  let digest = "";

  before(async () => {
    if (skip !== false) return;
    registry = await startRegistry();
    await push("web", "1", ["lodash", "4.17.4"]);
    await push("web", "same", ["lodash", "4.17.4"]);
    digest = await push("db", "2", ["left-pad", "1.3.0"]);
    cwd = tree();
  });

  after(() => {
    if (skip === false) registry.close();
  });

  async function push(name: string, tag: string, [pkg, version]: readonly [string, string]): Promise<string> {
    const layout = writeLayout(join(scratch("layout"), name), {
      layers: [{ items: [npmPackage(pkg, version)] }],
    });
    const to = `docker://${registry.host}/fleet/${name}:${tag}`;
    const how = ["--insecure-policy", "--preserve-digests", "--dest-tls-verify=false"];
    await tool("skopeo", ["copy", "--quiet", ...how, `oci:${layout}:t`, to]);
    return (await tool("skopeo", ["inspect", "--tls-verify=false", "--format", "{{.Digest}}", to])).trim();
  }

  function tree(): string {
    const { host } = registry;
    const dir = scratch("fleet");
    const files: Readonly<Record<string, string>> = {
      "job.yaml": `apiVersion: batch/v1\nkind: Job\nmetadata: {name: job}\nspec: {template: {spec: {containers: [{name: j, image: "${host}/fleet/web:same"}]}}}\n`,
      "base/kustomization.yaml": "resources: [app.yaml]\n",
      "base/app.yaml":
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: app}\nspec: {template: {spec: {containers: [{name: a, image: web}]}}}\n",
      "prod/kustomization.yaml": `resources: [../base]\nimages: [{name: web, newName: "${host}/fleet/web", newTag: "1"}]\n`,
      "compose.yaml": `services:\n  db: {image: "${host}/fleet/db@${digest}"}\n`,
      "chart/Chart.yaml": "apiVersion: v2\nname: chart\nversion: 0.1.0\nappVersion: '2'\n",
      "chart/values.yaml": `image: {registry: "${host}", repository: fleet/db}\n`,
      "chart/templates/pod.yaml":
        'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: "{{ .Values.image.registry }}/{{ .Values.image.repository }}:{{ .Chart.AppVersion }}"}]}\n',
    };
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(dir, path)), { recursive: true });
      writeFileSync(join(dir, path), text);
    }
    return dir;
  }

  async function scanSet(...args: readonly string[]): Promise<Outcome & { readonly set: SetReport }> {
    const all = ["scan", "k8s", "--format", "json", "--db", await testDatabase(), ...args];
    const outcome = await seaworthy(all, { cwd });
    assert.notEqual(outcome.stdout, "", outcome.stderr);
    const set: SetReport = JSON.parse(outcome.stdout);
    return { ...outcome, set };
  }

  test("scan k8s scans each image of manifests, overlay, Compose and chart once", { skip }, async () => {
    const { code, set } = await scanSet();
    const { host } = registry;
    assert.deepEqual(
      set.images.map(({ reference, verdict, sameAs, pinned, report }) => [
        reference.replace(`${host}/fleet/`, "").replace(digest, "DIGEST"),
        verdict,
        sameAs?.replace(`${host}/fleet/`, "").replace(digest, "DIGEST") ?? null,
        pinned,
        report?.packages.map(({ name }) => name).join() ?? null,
      ]),
      [
        ["db:2", "pass", null, "tag", "left-pad"],
        ["db@DIGEST", "pass", "db:2", "digest", null],
        ["web:1", "fail", null, "tag", "lodash"],
        ["web:same", "fail", "web:1", "tag", null],
      ],
    );
    assert.deepEqual(
      set.images.map(({ uses }) => uses.map(({ file, via }) => `${file} ${via}`).join()),
      [
        set.notes.length === 0 ? "chart/templates/pod.yaml null" : "chart/values.yaml null",
        "compose.yaml null",
        "base/app.yaml prod/kustomization.yaml",
        "job.yaml null",
      ],
    );
    assert.deepEqual([code, set.verdict.decision], [1, "fail"]);
  });

  test("scan k8s is unknown of an image that is not there, and reports the others", { skip }, async () => {
    const { host } = registry;
    writeFileSync(
      join(cwd, "gone.txt"),
      `apiVersion: v1\nkind: Pod\nspec: {containers: [{name: g, image: "${host}/fleet/gone:1"}]}\n`,
    );
    const { code, set } = await scanSet("compose.yaml", "gone.txt");
    assert.deepEqual(
      set.images.map(({ verdict, error, report }) => [verdict, error?.code ?? null, report !== null]),
      [
        ["pass", null, true],
        ["unknown", "image-not-found", false],
      ],
    );
    assert.deepEqual([code, set.verdict.reasons.map(({ code: each }) => each)], [3, ["image-unavailable"]]);
  });

  test("scan k8s passes where every image does, and shows it in a table", { skip }, async () => {
    const { code, stdout } = await seaworthy(["scan", "k8s", "--db", await testDatabase(), "compose.yaml"], {
      cwd,
    });
    assert.equal(code, 0, stdout);
    assert.match(
      stdout,
      /\n {2}PASS {2}no findings\n {2}compose\.yaml:2 {2}compose db\n\nPASS {2}1 image: 1 pass\n$/u,
    );
  });
});
