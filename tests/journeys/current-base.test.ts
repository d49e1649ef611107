import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { dpkgRoot, npmPackage, osRelease } from "../support/distro-files.ts";
import { file, type ImagePlan, type LayerPlan, writeLayout } from "../support/image.ts";
import { needs } from "../support/needs.ts";
import { type Registry, startRegistry } from "../support/registry.ts";
import { scan } from "../support/scan.ts";
import { scratch, seaworthy, tool } from "../support/scratch.ts";

// A base image that is published anew in a real registry, and applications that were built on the old one.

const skip = needs("docker-registry", "skopeo");
const system: LayerPlan = {
  items: [osRelease("debian", "12"), ...dpkgRoot({ name: "harbour", version: "1.0" })],
};
const mended: LayerPlan = {
  items: [osRelease("debian", "12"), ...dpkgRoot({ name: "harbour", version: "2.0" })],
};
const extras: LayerPlan = { items: [file("etc/extra", "1")] };
const application: LayerPlan = { items: [npmPackage("minimatch", "9.0.5")], createdBy: "COPY app /app" };
const name = "org.opencontainers.image.base.name";
const digest = "org.opencontainers.image.base.digest";
let registry: Registry;
let base = "";
/** Digest of the base's first manifest. */
let old = "";

suite("a base image beside its tag", () => {
  before(async () => {
    if (skip !== false) return;
    registry = await startRegistry();
    base = `${registry.host}/base/debian:12`;
    await push({ layers: [system, extras] }, base);
    const inspected = await tool("skopeo", ["inspect", "--tls-verify=false", `docker://${base}`]);
    old = String(JSON.parse(inspected).Digest);
    await push({ layers: [mended, extras] }, base);
  });

  after(() => {
    if (skip === false) registry.close();
  });

  async function push(plan: ImagePlan, to: string): Promise<void> {
    const layout = writeLayout(join(scratch("layout"), "image"), plan);
    const options = ["--quiet", "--insecure-policy", "--preserve-digests", "--dest-tls-verify=false"];
    await tool("skopeo", ["copy", ...options, `oci:${layout}:t`, `docker://${to}`]);
  }

  async function ask(plan: ImagePlan, ...args: readonly string[]) {
    const layout = writeLayout(join(scratch("layout"), "image"), { config: { User: "1" }, ...plan });
    const { report, code } = await scan(`oci:${layout}`, { args: ["--today", "2026-01-01", ...args] });
    const { base: found } = report.currency;
    const gaps = report.coverage.gaps
      .filter((gap) => gap.code === "base-unread")
      .map(({ message }) => message);
    const told =
      found === null ? "nothing" : `${found.namedBy} ${found.behind} ${found.sharedLayers}/${found.layers}`;
    const checks = report.checks.filter(({ id }) => id === "SW-IM-107").map(({ message }) => message);
    return { told, code, gaps, checks, notes: report.coverage.notes.join(), base: found };
  }

  const allowed = () => ["--check-base", "--allow-host", registry.host];
  const named = () => ({ [name]: base });

  test("scan says that an image is built on the tag's present layers", { skip }, async () => {
    const {
      told,
      code,
      checks,
      base: found,
    } = await ask({ layers: [mended, extras, application], annotations: named() }, ...allowed());
    assert.deepEqual([told, code, checks], ["annotation false 2/2", 0, []]);
    assert.equal(found?.reference, base);
    assert.match(found?.digest ?? "", /^sha256:[0-9a-f]{64}$/u);
  });

  test("scan says that a tag has moved on, by the base that was recorded", { skip }, async () => {
    const annotations = { ...named(), [digest]: old };
    const { told, code, checks } = await ask(
      { layers: [system, extras, application], annotations },
      ...allowed(),
    );
    assert.deepEqual([told, code], ["annotation true 0/2", 0]);
    assert.deepEqual(checks, [`${base} has moved on: this image has 0 of the 2 layers that it has now`]);
  });

  test("scan takes the base from the option, and from the Dockerfile, which are the user's own words", {
    skip,
  }, async () => {
    const given = await ask({ layers: [mended, extras, application] }, "--base", base);
    assert.deepEqual([given.told, given.code], ["option false 2/2", 0]);
    const dockerfile = join(scratch("dockerfile"), "Dockerfile");
    writeFileSync(dockerfile, `FROM ${base}\nCOPY app /app\n`);
    const built = await ask(
      { layers: [system, extras, application] },
      "--check-base",
      "--dockerfile",
      dockerfile,
    );
    assert.deepEqual([built.told, built.gaps], ["dockerfile true 0/2", []]);
  });

  test("scan does not guess where nothing shows on what an image was built", { skip }, async () => {
    const { told, code, checks, notes } = await ask({ layers: [application] }, "--base", base);
    assert.deepEqual([told, code, checks], ["option null 0/2", 0, []]);
    assert.match(notes, /cannot be told from its layers/u);
  });

  test("scan says why it asked nobody", { skip }, async () => {
    const none = await ask({ layers: [mended] }, "--check-base");
    assert.deepEqual([none.told, none.code], ["nothing", 0]);
    assert.match(none.notes, /nothing names the image's base/u);
    const pinned = await ask(
      { layers: [mended], annotations: { [name]: `${registry.host}/base/debian@${old}` } },
      ...allowed(),
    );
    assert.match(pinned.notes, /it has no tag that could move/u);
    assert.match((await ask({ layers: [mended] }, "--base", "scratch")).notes, /built from scratch/u);
  });

  test("scan lets no image lead it to this machine's registry", { skip }, async () => {
    const { told, code, gaps } = await ask({ layers: [mended], annotations: named() }, "--check-base");
    assert.deepEqual([told, code], ["nothing", 3]);
    assert.match(gaps.join(), /which the image names/u);
  });

  test("scan tells a tag that is not there, and a registry that nobody answers for, as gaps", {
    skip,
  }, async () => {
    const gone = await ask(
      { layers: [mended], annotations: { [name]: `${registry.host}/base/none:1` } },
      ...allowed(),
    );
    assert.deepEqual([gone.told, gone.code, gone.gaps.length], ["nothing", 3, 1]);
    assert.match(gone.gaps.join(), /does not have it/u);
    const closed = await ask({ layers: [mended] }, "--base", "127.0.0.1:1/x:1");
    assert.deepEqual([closed.told, closed.code, closed.gaps.length], ["nothing", 3, 1]);
    const wrong = await ask({ layers: [mended], annotations: { [name]: "Not A Name" } }, ...allowed());
    assert.deepEqual([wrong.told, wrong.code, wrong.gaps.length], ["nothing", 3, 1]);
  });

  test("scan refuses a base that is no reference", { skip }, async () => {
    const { code, stderr } = await seaworthy(["scan", "--base", "Not A Name", "dir:/nowhere"]);
    assert.equal(code, 2);
    assert.match(stderr, /^seaworthy: reference-invalid: /u);
  });
});
