import assert from "node:assert/strict";
import { test } from "node:test";
import { codeOf } from "../core/errors.ts";
import { isDigest, parseImageConfig } from "./config.ts";
import { parseManifest } from "./manifest.ts";

const digest = `sha256:${"a".repeat(64)}`;

test("parseImageConfig() reads what the specification's example has", () => {
  const config = parseImageConfig(
    JSON.stringify({
      created: "2015-10-31T22:22:56.015925234Z",
      author: "Alyssa P. Hacker",
      architecture: "arm64",
      variant: "v8",
      os: "linux",
      config: {
        User: "alice",
        ExposedPorts: { "8080/tcp": {} },
        Env: ["PATH=/usr/bin", "FOO=oci"],
        Entrypoint: ["/bin/my-app-binary"],
        Cmd: ["--foreground"],
        Volumes: { "/data": {} },
        WorkingDir: "/home/alice",
        Labels: { "com.example": "1" },
      },
      rootfs: { diff_ids: [digest], type: "layers" },
      history: [
        { created: "2015-10-31T22:22:54Z", created_by: "/bin/sh -c #(nop) ADD file in /" },
        { created_by: 'CMD ["sh"]', empty_layer: true, comment: "buildkit" },
      ],
    }),
    "config",
  );
  assert.deepEqual(config, {
    platform: { os: "linux", architecture: "arm64", variant: "v8" },
    diffIds: [digest],
    history: [
      {
        createdBy: "/bin/sh -c #(nop) ADD file in /",
        emptyLayer: false,
        created: "2015-10-31T22:22:54Z",
        comment: undefined,
      },
      { createdBy: 'CMD ["sh"]', emptyLayer: true, created: undefined, comment: "buildkit" },
    ],
    env: ["PATH=/usr/bin", "FOO=oci"],
    entrypoint: ["/bin/my-app-binary"],
    cmd: ["--foreground"],
    user: "alice",
    workingDir: "/home/alice",
    labels: { "com.example": "1" },
    exposedPorts: ["8080/tcp"],
    volumes: ["/data"],
    healthcheck: [],
    healthTiming: undefined,
    stopSignal: undefined,
    onBuild: [],
    created: "2015-10-31T22:22:56.015925234Z",
  });
});

test("parseImageConfig() reads Docker's check with its times, signal and triggers", () => {
  const { healthcheck, healthTiming, stopSignal, onBuild } = parseImageConfig(
    '{"config":{"Healthcheck":{"Test":["CMD","up"],"Interval":5000000000,"Timeout":-1,"Retries":2},"StopSignal":"SIGQUIT","OnBuild":["RUN x"]}}',
    "config",
  );
  assert.deepEqual([healthcheck, stopSignal, onBuild], [["CMD", "up"], "SIGQUIT", ["RUN x"]]);
  const none = { timeout: undefined, startPeriod: undefined, startInterval: undefined };
  assert.deepEqual(healthTiming, { ...none, interval: 5e9, retries: 2 });
});

test("parseImageConfig() reads absent and null parts as empty, and a command that is one string", () => {
  const config = parseImageConfig('{"config":{"Env":null,"Cmd":"sh"},"history":null}', "config");
  assert.deepEqual(config.platform, { os: "", architecture: "", variant: undefined });
  assert.deepEqual([config.env, config.cmd, config.history, config.diffIds], [[], ["sh"], [], []]);
});

for (const json of [
  "",
  "[]",
  "null",
  "{",
  '{"os":1}',
  '{"rootfs":[]}',
  '{"rootfs":{"diff_ids":["../../etc/passwd"]}}',
  '{"rootfs":{"diff_ids":"x"}}',
  '{"history":[1]}',
  '{"config":{"Env":[1]}}',
  '{"config":{"Labels":{"a":{}}}}',
])
  test(`parseImageConfig() refuses ${json}`, () =>
    assert.throws(
      () => parseImageConfig(json, "config"),
      (thrown) => codeOf(thrown) === "malformed",
    ));

test("parseImageConfig() takes labels of any name without harm", () => {
  const { labels } = parseImageConfig('{"config":{"Labels":{"__proto__":"x","constructor":"y"}}}', "config");
  assert.deepEqual(Object.entries(labels), [
    ["__proto__", "x"],
    ["constructor", "y"],
  ]);
  assert.equal("polluted" in {}, false);
});

test("isDigest() knows digests that are safe as file names", () => {
  for (const good of [digest, `sha512:${"0".repeat(128)}`]) assert.equal(isDigest(good), true);
  for (const bad of [
    "",
    "sha256:",
    `sha256:${"A".repeat(64)}`,
    `sha256:${"a".repeat(63)}`,
    `md5:${"a".repeat(32)}`,
    `sha256:../${"a".repeat(61)}`,
    `${digest}\n`,
  ])
    assert.equal(isDigest(bad), false, bad);
});

const descriptor = { mediaType: "application/vnd.oci.image.config.v1+json", digest, size: 2 };
const image = { schemaVersion: 2, config: descriptor, layers: [] };
const type = "application/vnd.oci.image.manifest.v1+json";

test("parseManifest() tells index and image apart", () => {
  assert.equal(parseManifest(JSON.stringify(image), type, "m").kind, "image");
  assert.equal(parseManifest('{"schemaVersion":2,"manifests":[]}', "", "m").kind, "index");
});

const refused: readonly [what: string, document: unknown, code: string][] = [
  ["schema 1", { schemaVersion: 1, fsLayers: [], history: [] }, "unsupported"],
  [
    "schema 1, signed",
    { mediaType: "application/vnd.docker.distribution.manifest.v1+prettyjws", layers: [] },
    "unsupported",
  ],
  ["an index that is a manifest too", { ...image, manifests: [] }, "image-invalid"],
  [
    "a manifest that calls itself an index",
    { ...image, mediaType: "application/vnd.oci.image.index.v1+json" },
    "image-invalid",
  ],
  ["an index that calls itself a manifest", { manifests: [], mediaType: type }, "image-invalid"],
  [
    "a chart",
    { ...image, config: { ...descriptor, mediaType: "application/vnd.cncf.helm.config.v1+json" } },
    "image-invalid",
  ],
  [
    "an artifact",
    {
      ...image,
      artifactType: "application/spdx+json",
      config: { ...descriptor, mediaType: "application/vnd.oci.empty.v1+json" },
    },
    "image-invalid",
  ],
  ["neither", {}, "malformed"],
  [
    "a digest that is a path",
    { ...image, layers: [{ ...descriptor, digest: "sha256:../../x" }] },
    "malformed",
  ],
  ["a negative size", { ...image, layers: [{ ...descriptor, size: -1 }] }, "malformed"],
  [
    "too many layers",
    { ...image, layers: Array.from({ length: 10_001 }, () => descriptor) },
    "limit-exceeded",
  ],
];
for (const [what, document, code] of refused)
  test(`parseManifest() refuses ${what}`, () =>
    assert.throws(
      () => parseManifest(JSON.stringify(document), type, "m"),
      (thrown) => codeOf(thrown) === code,
    ));

const times: readonly (readonly [written: string, read: string | undefined])[] = [
  ["2020-01-01T00:00:00Z", "2020-01-01T00:00:00Z"],
  ["2020-01-01t00:00:00.123456789+02:00", "2020-01-01t00:00:00.123456789+02:00"],
  ["2020-01-01T00:00:00", undefined],
  ["2020-01-01 00:00:00", undefined],
  ["Jan 1 2020", undefined],
  ["", undefined],
];
for (const [written, read] of times)
  test(`parseImageConfig() reads the time ${JSON.stringify(written)}, which no time zone of ours may change`, () => {
    const { created, history } = parseImageConfig(
      JSON.stringify({ created: written, history: [{ created: written }] }),
      "c",
    );
    assert.deepEqual([created, history[0]?.created], [read, read]);
  });
