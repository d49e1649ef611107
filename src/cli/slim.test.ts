import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { file, type ImagePlan, writeLayout } from "../../tests/support/image.ts";
import { scratch, seaworthy } from "../../tests/support/scratch.ts";
import type { SlimPlan } from "../core/slim.ts";
import { parseDockerfile } from "../formats/dockerfile.ts";

const tools = ["bin/sh", "bin/cp", "usr/bin/python3.11", "usr/bin/other"].map((path) =>
  file(path, "\x7fELF", 0o755),
);
const library = file("usr/lib/python3.11/os.py", "import abc\n");

function image(config: ImagePlan["config"], more: Partial<ImagePlan> = {}): string {
  const items = [
    ...tools,
    library,
    file("srv/app.py", "import json\nprint(json)\n"),
    file("srv/unused", "x".repeat(99)),
  ];
  return `oci:${writeLayout(scratch("slim"), { layers: [{ items }, { items: [file("opt/other", "x")] }], config: config ?? {}, ...more })}:t`;
}

async function slim(reference: string, ...args: readonly string[]) {
  const { code, stdout, stderr } = await seaworthy([
    "slim",
    "--offline",
    "--format",
    "json",
    ...args,
    reference,
  ]);
  const plan: SlimPlan = JSON.parse(stdout);
  return { code, plan, stderr };
}

const config = { Entrypoint: ["/usr/bin/python3.11"], Cmd: ["/srv/app.py"] };

test("slim writes a plan and the Dockerfile that it tells, and ends with 0", async () => {
  const out = join(scratch("out"), "Dockerfile");
  const { code, plan } = await slim(image(config), "--dockerfile-out", out);
  assert.deepEqual([code, plan.refusals], [0, []]);
  const text = readFileSync(out, "utf8");
  assert.equal(text, plan.dockerfile);
  const [app, last] = parseDockerfile(text);
  const kept = app?.instructions.find(({ keyword }) => keyword === "RUN")?.json ?? [];
  assert.ok(
    kept.includes("/srv") && kept.includes("/usr/bin/python3.11") && !kept.includes("/opt"),
    kept.join(" "),
  );
  assert.equal(last?.base, "scratch");
});

test("slim answers the same bytes twice, from the cache as well", async () => {
  const reference = image(config);
  const first = await slim(reference, "--no-cache");
  const second = await slim(reference);
  const third = await slim(reference);
  assert.deepEqual([second.plan, third.plan], [first.plan, first.plan]);
});

test("slim carries no secret of the environment into the Dockerfile", async () => {
  const password = ["hunter2", "hunter2", "Zx9"].join("-");
  const { plan } = await slim(image({ ...config, Env: [`DB_PASSWORD=${password}`, "LANG=C.UTF-8"] }));
  assert.equal(JSON.stringify(plan).includes(password), false);
  assert.match(plan.dockerfile ?? "", /^ENV LANG="C\.UTF-8"$/mu);
  assert.match(plan.limits.join("\n"), /not carried over: DB_PASSWORD/u);
});

test("slim builds on the base that it is told", async () => {
  const { plan } = await slim(image(config), "--base", "registry.example/base:1");
  assert.match(plan.dockerfile ?? "", /^FROM registry\.example\/base:1$/mu);
});

const refusals: readonly (readonly [what: string, reference: () => string, why: RegExp])[] = [
  ["no command", () => image({}), /names no command/u],
  ["a program that is not there", () => image({ Cmd: ["gone"] }), /"gone" is no program/u],
  [
    "a layer that cannot be read",
    () =>
      image(config, {
        layers: [
          { items: [...tools, library, file("srv/app.py", "")], damage: (stored) => stored.subarray(0, 60) },
        ],
      }),
    /./u,
  ],
];

for (const [what, reference, why] of refusals)
  test(`slim offers no plan for ${what}, says why and ends with 3`, async () => {
    const out = join(scratch("out"), "Dockerfile");
    const { code, plan } = await slim(reference(), "--dockerfile-out", out);
    assert.equal(code, 3);
    assert.match(plan.refusals.join("\n"), why);
    assert.deepEqual([plan.dockerfile, plan.bases, existsSync(out)], [null, [], false]);
  });

for (const args of [
  ["slim"],
  ["slim", "a", "b"],
  ["slim", "a", "--base", "x\nRUN y"],
  ["slim", "a", "--format", "sarif"],
])
  test(`${args.join(" ").replace("\n", " ")} is a wrong command line`, async () => {
    const { code, stderr } = await seaworthy(args);
    assert.equal(code, 2);
    assert.match(stderr, /^seaworthy: usage: /u);
  });
