import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, suite, test } from "node:test";
import { serialize } from "node:v8";
import { readRecord } from "../../src/store/layer-cache-file.ts";
import { dpkgRoot, osRelease } from "../support/distro-files.ts";
import { file, gone, type ImagePlan, writeLayout } from "../support/image.ts";
import { needs } from "../support/needs.ts";
import { type Scanned, scan, testDatabase } from "../support/scan.ts";
import { type Outcome, scratch, seaworthy, tool } from "../support/scratch.ts";
import { random, syntheticKey, syntheticTokens } from "../support/synthetic-secrets.ts";

// Every kind of secret that is looked for, made by the test, in files, in files that a later layer takes away, in the config and in the
// history: all are told, and nothing of any value is in what the command writes, to whomever.

const tokens = syntheticTokens();
const password = `w5${random("base62", 30)}`;
const login = `q8${random("base62", 30)}`;
const values = [...tokens.flatMap((token) => token.values), password, login];
const cache = scratch("cache");

const pathOf = (index: number) => `srv/app/conf/${index}.txt`;
const plan: ImagePlan = {
  layers: [
    { items: [osRelease("debian", "12"), ...dpkgRoot()], createdBy: "ADD rootfs" },
    { items: tokens.map(({ text }, index) => file(pathOf(index), text)), createdBy: "COPY . /srv/app" },
    {
      items: [file("root/.npmrc", `//r.test/:_authToken=${login}\n`), file("srv/key.pem", syntheticKey())],
      createdBy: `RUN |1 NPM_TOKEN=${password} /bin/sh -c npm ci && echo ${tokens[0]?.values[0]} # buildkit`,
    },
    {
      items: [gone("root/.npmrc"), gone("srv/app/conf")],
      createdBy: "RUN rm -rf /root/.npmrc /srv/app/conf",
    },
  ],
  config: {
    Env: tokens.map((token, index) => `V${index}=${token.values.join(" ")}`),
    Labels: { "build.password": password },
  },
};

suite("secrets in an image", () => {
  let json: Scanned;
  let table: Outcome;
  let again: Outcome;

  before(async () => {
    const reference = `oci:${writeLayout(scratch("image"), plan)}`;
    const env = { SEAWORTHY_CACHE_DIR: cache };
    json = await scan(reference, { env });
    const args = ["scan", "--db", await testDatabase(), "--all", reference];
    table = await seaworthy(args, { env });
    again = await seaworthy(["why", "--db", await testDatabase(), "CVE-2099-0001", reference], { env });
  });

  test("each is found in its file, where it is shipped though a later layer removed it", () => {
    const missing = tokens.filter(
      (_, index) =>
        !json.report.checks.some(
          ({ paths, layer, removedIn }) => paths?.[0] === pathOf(index) && layer === 1 && removedIn === 3,
        ),
    );
    // Chance lets one of some thousand tokens look like a sample.
    assert.ok(missing.length <= 2, missing.map(({ literal, text }) => `${literal} ${text}`).join("\n"));
    const one = (id: string) => json.report.checks.filter((check) => check.id === id);
    assert.equal(one("SW-IM-044")[0]?.removedIn, 3);
    assert.equal(one("SW-IM-042")[0]?.removedIn ?? undefined, undefined);
    assert.equal(json.report.verdict.decision, "fail");
  });

  test("those of the config are told with the place", () => {
    const places = json.report.checks
      .filter(({ id }) => /SW-IM-05[012]/.test(id))
      .map(({ message }) => message.split(":", 1)[0]);
    assert.ok(places.length > 60, `${places.length}`);
    assert.ok(places.includes("label build.password"), places.join());
  });

  test("nothing of a value is in any output, nor in the cache", () => {
    const kept = readdirSync(join(cache, "layers")).map((name) =>
      serialize(readRecord(join(cache, "layers", name))).toString("latin1"),
    );
    assert.ok(kept.length >= 4 && kept.some((text) => text.includes("SW-IM-040")), `${kept.length}`);
    assert.ok(table.stdout.includes("SW-IM-040") && again.stdout.length > 0);
    const outputs = [
      json.stdout,
      json.stderr,
      table.stdout,
      table.stderr,
      again.stdout,
      again.stderr,
      ...kept,
    ];
    for (const value of values) {
      const half = Math.floor(value.length / 2);
      for (const part of [value.slice(0, half), value.slice(half), value.slice(5, 17)])
        assert.ok(!outputs.some((text) => text.includes(part)), `${part} of ${value}`);
    }
  });
});

// Hundreds of packages with the keys and samples of their own tests: not one of them is a finding.
test("a real node_modules and site-packages raise no alarm", {
  skip: needs("npm", "pip", "python3"),
}, async () => {
  const root = scratch("packages");
  const app = join(root, "srv/app");
  mkdirSync(app, { recursive: true });
  writeFileSync(
    join(app, "package.json"),
    JSON.stringify({ name: "app", version: "1.0.0", dependencies: npmPackages }),
  );
  await tool("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], { cwd: app });
  await tool("pip", [
    "install",
    "--quiet",
    "--no-compile",
    "--only-binary=:all:",
    "--target",
    join(root, "usr/local/lib/python3.12/site-packages"),
    "boto3",
    "cryptography",
    "paramiko",
    "requests",
    "django",
  ]);
  const { report } = await scan(`dir:${root}`);
  assert.ok(report.packages.length > 200, `${report.packages.length}`);
  assert.deepEqual(alarms(report.checks), []);
});

const npmPackages = {
  express: "4",
  jsonwebtoken: "9",
  "node-forge": "1",
  webpack: "5",
  eslint: "8",
  firebase: "10",
  "aws-sdk": "2",
};

function alarms(checks: Scanned["report"]["checks"]): readonly string[] {
  return checks
    .filter(({ id }) => /SW-IM-0[45]\d/.test(id))
    .map(({ id, message, paths }) => `${id} ${message} ${paths?.join()}`);
}

test("a real Debian root with python3, perl, openssl and ssh raises no alarm", {
  skip: needs("mmdebstrap"),
}, async () => {
  const tar = join(scratch("debian"), "root.tar");
  await tool("mmdebstrap", [
    "--quiet",
    "--variant=minbase",
    "--include=python3,perl,openssl,ssl-cert,openssh-client,nginx-light,git,ca-certificates",
    "bookworm",
    tar,
  ]);
  const dir = scratch("image");
  const layout = `oci:${writeLayout(dir, { layers: [{ tar: readFileSync(tar) }] })}`;
  const { report } = await scan(layout);
  assert.ok(report.packages.length > 100, `${report.packages.length}`);
  assert.deepEqual(alarms(report.checks), []);
});
