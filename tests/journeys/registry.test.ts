import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { dpkgRoot, npmPackage, osRelease } from "../support/distro-files.ts";
import { gone, writeDockerArchive, writeLayout } from "../support/image.ts";
import { needs } from "../support/needs.ts";
import { type Registry, startRegistry } from "../support/registry.ts";
import { type Scanned, scan } from "../support/scan.ts";
import { scratch, tool } from "../support/scratch.ts";

// The same image from a layout, an archive and two real registries: what is found may not depend on the way it came.

const skip = needs("docker-registry", "skopeo", "htpasswd");
const plan = {
  layers: [
    { items: [osRelease("debian", "12"), ...dpkgRoot({ name: "seaworthy-probe", version: "1.0" })] },
    {
      items: [npmPackage("lodash", "4.17.4"), npmPackage("minimist", "1.2.0")],
      compression: "zstd" as const,
    },
    { items: [gone("app/node_modules/minimist")], compression: "none" as const },
  ],
};
const user = { name: "captain", password: "p:ss wörd" };
let open: Registry;
let locked: Registry;
let layout = "";
let fromLayout: Scanned;

suite("real registries", () => {
  before(async () => {
    if (skip !== false) return;
    [open, locked] = await Promise.all([startRegistry(), startRegistry(user)]);
    layout = writeLayout(join(scratch("layout"), "image"), plan);
    const copy = [
      "copy",
      "--quiet",
      "--insecure-policy",
      "--preserve-digests",
      "--dest-tls-verify=false",
      `oci:${layout}:t`,
    ];
    await tool("skopeo", [...copy, `docker://${open.host}/fleet/app:1`]);
    await tool("skopeo", [
      ...copy,
      `--dest-creds=${user.name}:${user.password}`,
      `docker://${locked.host}/fleet/app:1`,
    ]);
    fromLayout = await scan(`oci:${layout}`);
  });

  after(() => {
    if (skip !== false) return;
    open.close();
    locked.close();
  });

  test("scan reads an image from a registry without a prefix", { skip }, async () => {
    const { report, code } = await scan(`${open.host}/fleet/app:1`);
    assert.equal(code, 1);
    assert.deepEqual(rest(report), rest(fromLayout.report));
    assert.equal(report.image.digest, fromLayout.report.image.digest);
  });

  test("scan reads an image from a registry by digest", { skip }, async () => {
    const { report } = await scan(`${open.host}/fleet/app@${fromLayout.report.image.digest}`);
    assert.deepEqual(rest(report), rest(fromLayout.report));
  });

  test("scan says that a registry wants a login", { skip }, async () => {
    const { code, stdout, stderr } = await scan(`${locked.host}/fleet/app:1`);
    assert.equal(code, 2);
    assert.equal(JSON.parse(stdout).error.code, "auth-failed");
    assert.match(stderr, /^seaworthy: auth-failed: .+\n$/u);
  });

  test("scan logs in with docker's configuration", { skip }, async () => {
    const dir = scratch("docker");
    mkdirSync(dir, { recursive: true });
    const auth = Buffer.from(`${user.name}:${user.password}`).toString("base64");
    writeFileSync(join(dir, "config.json"), JSON.stringify({ auths: { [locked.host]: { auth } } }));
    const { report, stdout, stderr } = await scan(`${locked.host}/fleet/app:1`, {
      env: { DOCKER_CONFIG: dir },
    });
    assert.deepEqual(rest(report), rest(fromLayout.report));
    for (const said of [stdout, stderr]) assert.ok(!said.includes("wörd") && !said.includes(auth));
  });

  test("scan says that a tag is not there", { skip }, async () => {
    const { code, stdout } = await scan(`${open.host}/fleet/app:nowhere`);
    assert.deepEqual([code, JSON.parse(stdout).error.code], [2, "image-not-found"]);
  });

  test("scan finds the same in an archive of docker save", async () => {
    const archive = writeDockerArchive(join(scratch("archive"), "app.tar"), plan);
    const [plain, layoutScan] = await Promise.all([
      scan(`docker-archive:${archive}`),
      scan(`oci:${writeLayout(join(scratch("l"), "i"), plan)}`),
    ]);
    assert.deepEqual(rest(plain.report), rest(layoutScan.report));
    assert.deepEqual(rest((await scan(archive)).report), rest(plain.report));
  });

  /** What may not depend on where the image was. */
  function rest({
    packages,
    hiddenPackages,
    findings,
    undecided,
    coverage,
    verdict,
    image,
  }: Scanned["report"]): unknown {
    const layers = image.layers.map(({ diffId, createdBy, fromBase }) => ({ diffId, createdBy, fromBase }));
    return {
      packages,
      hiddenPackages,
      findings,
      undecided,
      gaps: coverage.gaps,
      plugins: coverage.plugins,
      verdict,
      layers,
    };
  }
});
