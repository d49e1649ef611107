import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Readable, Writable } from "node:stream";
import { test } from "node:test";
import { onPath } from "../../tests/support/needs.ts";
import { scratch } from "../../tests/support/scratch.ts";
import { main } from "./main.ts";

const pod = (image: string): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: app}\nspec:\n  containers:\n  - {name: c, image: "${image}"}\n`;

function tree(files: Readonly<Record<string, string>>): string {
  const dir = scratch("manifests");
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  return dir;
}

async function run(
  args: readonly string[],
  more: { readonly cwd?: string; readonly stdin?: string; readonly path?: string } = {},
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const said = { out: "", err: "" };
  const sink = (to: "out" | "err"): Writable =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        said[to] += chunk.toString();
        done();
      },
    });
  const home = scratch("home");
  const env = { HOME: home, XDG_DATA_HOME: home, XDG_CACHE_HOME: home, PATH: more.path ?? "" };
  const stdin = Readable.from(more.stdin === undefined ? [] : [Buffer.from(more.stdin)]);
  const io = {
    stdin,
    stdout: sink("out"),
    stderr: sink("err"),
    env,
    cwd: more.cwd ?? home,
    today: "2025-01-01",
  };
  const code = await main(["scan", "k8s", ...args], io, "0.0.0");
  return { code, ...said };
}

async function references(
  args: readonly string[],
  more: Parameters<typeof run>[1],
): Promise<readonly string[]> {
  const { out } = await run(["--no-scan", "--format", "json", ...args], more);
  const images: readonly { readonly reference: string }[] = JSON.parse(out).images;
  return images.map(({ reference }) => reference);
}

test("scan k8s reads what is below the current directory, without what package managers put there", async () => {
  const cwd = tree({
    "a.yaml": pod("a:1"),
    "b/c.json": '{"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"image": "b:1"}]}}',
    ".argo/d.yml": pod("d:1"),
    "node_modules/x/e.yaml": pod("e:1"),
    ".git/f.yaml": pod("f:1"),
    "g.txt": pod("g:1"),
  });
  assert.deepEqual(await references([], { cwd }), ["a:1", "b:1", "d:1"]);
});

test("scan k8s reads several places, files of any name and the standard input", async () => {
  const cwd = tree({ "a/a.yaml": pod("a:1"), "b.txt": pod("b:1") });
  assert.deepEqual(await references(["a/", "./b.txt", "-"], { cwd, stdin: pod("in:1") }), [
    "a:1",
    "b:1",
    "in:1",
  ]);
});

test("scan k8s follows links within a repository, and each directory once", async () => {
  const cwd = tree({ "a/a.yaml": pod("a:1"), "outside/b.yaml": pod("b:1"), ".git/HEAD": "" });
  symlinkSync("..", join(cwd, "a/ring"));
  symlinkSync("../outside", join(cwd, "a/out"));
  assert.deepEqual(await references(["a"], { cwd }), ["a:1", "b:1"]);
});

test("scan k8s reads nothing that a link leads out to, says so, and reads it where it is named as well", async () => {
  const cwd = tree({
    "a/compose.yaml": 'services: {x: {image: "evil.example/x:${secret}"}}\n',
    "a/chart/Chart.yaml": "apiVersion: v2\nname: c\nversion: 0.1.0\n",
    "a/chart/values.yaml": "image: c:1\n",
    "home/credentials": "secret = s3cr3t\n",
    "home/b.yaml": pod("b:1"),
  });
  symlinkSync("../home/credentials", join(cwd, "a/.env"));
  symlinkSync("../home", join(cwd, "a/out"));
  symlinkSync("../home/b.yaml", join(cwd, "a/b.yaml"));
  mkdirSync(join(cwd, "a/chart/templates"));
  symlinkSync("../../../home/credentials", join(cwd, "a/chart/templates/x.yaml"));
  const path = fakeHelm("exit 0");
  const { code, out } = await run(["--no-scan", "a"], { cwd, path });
  assert.equal(code, 3);
  assert.equal(out.includes("s3cr3t") || out.includes("b:1"), false, out);
  for (const link of ["a/.env", "a/out", "a/b.yaml"])
    assert.match(
      out,
      new RegExp(`manifest-unreadable {2}${link} .*a link leads out of the named places`, "u"),
    );
  assert.match(out, /chart-not-rendered .*its link "[^"]*x\.yaml" leads out of the named places/u);
  assert.deepEqual(await references(["a", "home"], { cwd, path }), ["b:1", "evil.example/x:s3cr3t"]);
});

test("scan k8s reads a base beside the place that is named, but not through a link", async () => {
  const kustomization = "resources: [../base/b.yaml, ../link/b.yaml]\n";
  const cwd = tree({
    "a/kustomization.yaml": kustomization,
    "base/b.yaml": pod("b:1"),
    "else/b.yaml": pod("e:1"),
  });
  symlinkSync("else", join(cwd, "link"));
  const { out } = await run(["--no-scan", "a"], { cwd });
  assert.match(out, /^b:1$/mu);
  assert.match(out, /manifest-unreadable {2}link\/b\.yaml/u);
});

test("scan k8s reads UTF-16 as PowerShell writes it, and containers without a name", async () => {
  const cwd = tree({});
  const bytes = Buffer.from(`\uFEFF${pod("a:1").replace("name: c, ", "")}`, "utf16le");
  writeFileSync(join(cwd, "little.yaml"), bytes);
  writeFileSync(join(cwd, "big.yaml"), Buffer.from(bytes).swap16());
  const { code, out } = await run(["--no-scan"], { cwd });
  assert.equal(code, 0, out);
  assert.match(out, /big\.yaml:6 {2}Pod app\n {2}little\.yaml:6 {2}Pod app\n/u);
});

test("scan k8s reads the list of a large cluster's pods from the standard input", async () => {
  const item = (at: number): object => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: `p${at}`, managedFields: ["x".repeat(2000)] },
    spec: { containers: [{ name: "c", image: `r.io/a${at % 3}:1` }] },
  });
  const items = Array.from({ length: 3000 }, (_, at) => item(at));
  const stdin = JSON.stringify({ apiVersion: "v1", kind: "List", items }, undefined, 4);
  const { code, out } = await run(["--no-scan", "-"], { stdin });
  assert.equal(code, 0, out.slice(0, 2000));
  assert.match(out, /^3 images in 3000 places of 1 file$/mu);
  assert.match(out, /^ {2}- {2}Pod p0 · c$/mu);
});

test("scan k8s passes over data that is too large, and tells of manifests that are", async () => {
  const cwd = tree({ "a.yaml": pod("a:1"), "data.json": `[${"1,".repeat(17 * 2 ** 20)}1]` });
  const first = await run(["--no-scan"], { cwd });
  assert.equal(first.code, 0, first.out);
  writeFileSync(join(cwd, "large.yaml"), `${pod("b:1")}#${" ".repeat(33 * 2 ** 20)}\n`);
  const second = await run(["--no-scan"], { cwd });
  assert.equal(second.code, 3);
  assert.match(second.out, /manifest-unreadable {2}large\.yaml/u);
});

const codes: readonly (readonly [what: string, args: readonly string[], text: string, code: number])[] = [
  ["a tag", ["--no-scan"], pod("a:1"), 0],
  ["a tag where low is refused", ["--no-scan", "--fail-on", "low"], pod("a:1"), 1],
  ["latest where medium is refused", ["--no-scan", "--fail-on=medium"], pod("a"), 1],
  ["a tag where medium is refused", ["--no-scan", "--fail-on=medium"], pod("a:1"), 0],
  ["a broken manifest", ["--no-scan"], `${pod("a:1")}}`, 3],
  ["no image", ["--no-scan"], "a: b\n", 3],
  ["no image, to be scanned", [], "a: b\n", 3],
  ["an image that offline cannot be had", ["--offline"], pod("r.example/a:1"), 3],
  ["a platform that is none", ["--platform", "a/b/c/d", "--no-scan"], pod("a:1"), 2],
  ["a day that is none", ["--today", "soon", "--no-scan"], pod("a:1"), 2],
  ["a mirror that is none", ["--registry-mirror", "x", "--no-scan"], pod("a:1"), 2],
  ["a Dockerfile", ["--dockerfile", "x"], pod("a:1"), 2],
];
for (const [what, args, text, code] of codes)
  test(`scan k8s ends with ${code} for ${what}`, async () => {
    const ran = await run([...args, "a.yaml"], { cwd: tree({ "a.yaml": text }) });
    assert.equal(ran.code, code, ran.out + ran.err);
  });

test("scan k8s says what is not there, and how an image of that name is scanned", async () => {
  const { code, err } = await run(["nowhere"]);
  assert.equal(code, 2);
  assert.match(
    err,
    /^seaworthy: usage: read manifests "nowhere": no such file or directory \(.*registry:NAME\)\n$/u,
  );
});

test("scan registry:k8s is an image", async () => {
  const io = { stdin: Readable.from([]), stdout: new Writable(), env: {}, cwd: ".", today: "2025-01-01" };
  let said = "";
  const stderr = new Writable({ write: (chunk: Buffer, _, done) => ((said += chunk.toString()), done()) });
  assert.equal(await main(["scan", "--offline", "registry:k8s"], { ...io, stderr }, "0"), 2);
  assert.match(said, /^seaworthy: network-refused: /u);
});

test("scan k8s never takes an image of a manifest for a file or an engine's", async () => {
  const cwd = tree({ "a.yaml": pod("oci:layout"), "layout/index.json": "{}" });
  const { code, out } = await run(["--offline", "--format", "json"], { cwd });
  assert.equal(code, 3);
  assert.equal(JSON.parse(out).images[0].error.code, "network-refused");
});

test("scan k8s writes table and JSON at once, the same bytes every time", async () => {
  const cwd = tree({ "a.yaml": pod("a:1") });
  const args = ["--no-scan", "--format", "table", "--format", "json=out.txt"];
  const first = await run(args, { cwd });
  const json = readFileSync(join(cwd, "out.txt"), "utf8");
  const second = await run(args, { cwd });
  assert.equal(first.out, second.out);
  assert.equal(readFileSync(join(cwd, "out.txt"), "utf8"), json);
  assert.equal(JSON.parse(json).images[0].uses[0].line, 6);
});

const chart = {
  "c/Chart.yaml": "apiVersion: v2\nname: app\nversion: 0.1.0\nappVersion: '9'\n",
  "c/values.yaml": "image: {repository: a, tag: ''}\nother: {image: 'unused:1'}\n",
  "c/templates/pod.yaml": pod(
    "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}",
  ),
};

/** A program that stands in for helm: what it gets and what becomes of its answer is what is tested here. */
function fakeHelm(script: string): string {
  const dir = scratch("bin");
  writeFileSync(join(dir, "helm"), `#!/bin/sh\n${script}\n`);
  chmodSync(join(dir, "helm"), 0o755);
  return dir;
}

test("scan k8s has helm render a chart, in a home of its own", async () => {
  const cwd = tree(chart);
  const path = fakeHelm(
    `test "$1 $2 $3" = "template release-name ${cwd}/c" && test -z "$(/bin/ls -A "$HOME")" && test ! -e "$KUBECONFIG" || exit 1
echo "---
# Source: app/templates/pod.yaml
apiVersion: v1
kind: Pod
spec: {containers: [{image: 'rendered:1'}]}"`,
  );
  assert.deepEqual(await references([], { cwd, path }), ["rendered:1"]);
});

test("scan k8s gives helm the files of --values in their order, and reads them where there is no helm", async () => {
  const cwd = tree({ ...chart, "prod.yaml": "image: {tag: 7}\n", "a,b.yaml": "x: y\n" });
  const args = ["c", "--values", "prod.yaml", "--values", "a,b.yaml"];
  assert.deepEqual(await references(args, { cwd }), ["a:7", "unused:1"]);
  const path = fakeHelm(`echo "Error: $4 $5 $6 $7" >&2; exit 1`);
  const { out } = await run(["--no-scan", ...args], { cwd, path });
  assert.ok(out.includes(`(--values ${cwd}/prod.yaml --values "${cwd}/a,b.yaml")`), out);
  const absent = await run(["--no-scan", "--values", "none.yaml"], { cwd });
  assert.deepEqual([absent.code, absent.err.includes('there is no file "none.yaml" of --values')], [2, true]);
});

test("scan k8s tells why helm did not render a chart, and reads its values", async () => {
  const cwd = tree(chart);
  const path = fakeHelm("echo 'Error: no such function' >&2; exit 1");
  const { code, out } = await run(["--no-scan"], { cwd, path });
  assert.equal(code, 3);
  assert.match(out, /chart-not-rendered/u);
  assert.match(out, /note: chart "c": helm could not render it \(no such function\)/u);
  assert.match(out, /^a:9$/mu);
});

test("scan k8s reads values and says so where there is no helm", async () => {
  const { code, out } = await run(["--no-scan"], { cwd: tree(chart) });
  assert.equal(code, 0);
  assert.match(out, /note: chart "c": without helm, read from values: what templates make of them/u);
});

test("scan k8s finds what the real helm renders with values laid over the chart's", {
  skip: onPath("helm") ? false : "needs helm",
}, async () => {
  const cwd = tree({ ...chart, "a,b.yaml": "image: {tag: 7}\n" });
  const path = process.env["PATH"] ?? "";
  assert.deepEqual(await references(["--values=a,b.yaml", "c"], { cwd, path }), ["a:7"]);
});

test("scan k8s finds what the real helm renders", {
  skip: onPath("helm") ? false : "needs helm",
}, async () => {
  assert.deepEqual(await references([], { cwd: tree(chart), path: process.env["PATH"] ?? "" }), ["a:9"]);
});
