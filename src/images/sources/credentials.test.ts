import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { scratch } from "../../../tests/support/scratch.ts";
import { type Credentials, findCredentials } from "./credentials.ts";

function put(path: string, value: unknown): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof value === "string" ? value : JSON.stringify(value));
  return path;
}

// A home whose Docker config is this.
function home(config: unknown): string {
  const dir = scratch("home");
  put(join(dir, ".docker/config.json"), config);
  return dir;
}

function auth(user: string, password = "p"): { readonly auth: string } {
  return { auth: Buffer.from(`${user}:${password}`).toString("base64") };
}

function userOf(credentials: Credentials | undefined): string | undefined {
  return credentials?.kind === "basic" ? credentials.user : credentials?.kind;
}

const rows: readonly [
  what: string,
  auths: unknown,
  host: string,
  repository: string,
  user: string | undefined,
][] = [
  ["the host", { "r.example": auth("u") }, "r.example", "a/b", "u"],
  ["host and port", { "r.example:5000": auth("u") }, "r.example:5000", "a", "u"],
  ["no port for another", { "r.example": auth("u") }, "r.example:5000", "a", undefined],
  ["no host that only ends alike", { "r.example": auth("u") }, "xr.example", "a", undefined],
  ["a key with scheme", { "https://r.example": auth("u") }, "r.example", "a", "u"],
  ["a key with API version", { "https://r.example/v2/": auth("u") }, "r.example", "a", "u"],
  [
    "the longest path",
    { "r.example": auth("u"), "r.example/a": auth("v"), "r.example/a/b": auth("w") },
    "r.example",
    "a/b/c",
    "w",
  ],
  ["no path that only begins alike", { "r.example/a": auth("v") }, "r.example", "ab", undefined],
  ["Docker Hub by its old key", { "https://index.docker.io/v1/": auth("u") }, "docker.io", "library/a", "u"],
  ["Docker Hub by name", { "docker.io": auth("u") }, "docker.io", "library/a", "u"],
  ["a path on Docker Hub", { "docker.io/team": auth("u") }, "docker.io", "team/a", "u"],
  ["user and password apart", { "r.example": { username: "u", password: "p" } }, "r.example", "a", "u"],
  ["an identity token", { "r.example": { ...auth("u"), identitytoken: "t" } }, "r.example", "a", "identity"],
  ["a registry token", { "r.example": { registrytoken: "t" } }, "r.example", "a", "bearer"],
  ["nothing in an empty entry", { "r.example": {} }, "r.example", "a", undefined],
  ["nothing in an entry that is no login", { "r.example": { auth: "!!" } }, "r.example", "a", undefined],
  ["nothing of the prototype", { "r.example": auth("u") }, "constructor", "a", undefined],
];
for (const [what, auths, host, repository, user] of rows)
  test(`findCredentials() finds ${what}`, async () => {
    const found = await findCredentials(host, repository, { env: {}, home: home({ auths }) });
    assert.equal(userOf(found.credentials), user);
    assert.deepEqual(found.problems, []);
  });

test("findCredentials() takes a password with colons and the NULs that Docker pads with", async () => {
  const places = { env: {}, home: home({ auths: { "r.example": auth("u", "a:b:\0\0") } }) };
  const { credentials } = await findCredentials("r.example", "a", places);
  assert.deepEqual(credentials, { kind: "basic", user: "u", password: "a:b:" });
});

test("findCredentials() looks through the files in their order", async () => {
  const dir = scratch("order");
  const config = (user: string): unknown => ({ auths: { "r.example": auth(user) } });
  const named = put(join(dir, "named.json"), config("named"));
  put(join(dir, "docker/config.json"), config("docker"));
  put(join(dir, ".docker/config.json"), config("home"));
  put(join(dir, "run/containers/auth.json"), config("run"));
  put(join(dir, ".config/containers/auth.json"), config("config"));
  const ask = async (env: NodeJS.ProcessEnv, at = dir): Promise<string | undefined> =>
    userOf((await findCredentials("r.example", "a", { env, home: at })).credentials);
  const run = { XDG_RUNTIME_DIR: join(dir, "run") };
  assert.equal(await ask({ REGISTRY_AUTH_FILE: named, DOCKER_CONFIG: join(dir, "docker"), ...run }), "named");
  assert.equal(await ask({ DOCKER_CONFIG: join(dir, "docker"), ...run }), "docker");
  assert.equal(await ask(run), "home");
  assert.equal(await ask(run, "/nonexistent"), "run");
  assert.equal(await ask({ XDG_CONFIG_HOME: join(dir, ".config") }, "/nonexistent"), "config");
  assert.equal(await ask({ DOCKER_CONFIG: "/nonexistent" }), "config");
  assert.equal(await ask({}, "/nonexistent"), undefined);
});

for (const [what, config] of [
  ["no JSON", "{"],
  ["a list", "[]"],
  ["auths that are a list", { auths: [] }],
  ["a store that is a number", { credsStore: 1 }],
] as const)
  test(`findCredentials() tells of a config that is ${what}, and goes on`, async () => {
    const dir = home(config);
    put(join(dir, ".config/containers/auth.json"), { auths: { "r.example": auth("u") } });
    const found = await findCredentials("r.example", "a", { env: {}, home: dir });
    assert.equal(userOf(found.credentials), "u");
    assert.equal(found.problems.length, 1);
  });

test("findCredentials() asks helpers as Docker does", async () => {
  const bin = scratch("bin");
  const log = join(bin, "log");
  const helper = (name: string, body: string): void => {
    const path = put(
      join(bin, `docker-credential-${name}`),
      `#!/bin/sh\nread server\necho "${name} $1 $server" >> ${log}\n${body}\n`,
    );
    chmodSync(path, 0o755);
  };
  helper("token", `echo '{"Username":"<token>","Secret":"t"}'`);
  helper("none", "echo credentials not found in native keychain; exit 1");
  helper("broken", "echo hidden >&2; exit 3");
  helper("words", "echo hello");
  const env = { PATH: `${bin}:/usr/bin:/bin` };
  const ask = (config: unknown, host = "r.example") =>
    findCredentials(host, "a", { env, home: home(config) });
  const token = await ask({ credsStore: "none", credHelpers: { "r.example": "token" } });
  assert.deepEqual(token.credentials, { kind: "identity", token: "t" });
  const fallback = await ask({ credsStore: "none", auths: { "r.example": auth("u") } });
  assert.equal(userOf(fallback.credentials), "u");
  await ask({ credsStore: "none" }, "docker.io");
  for (const store of ["broken", "words", "absent", "../x"]) {
    const { credentials, problems } = await ask({ credsStore: store });
    assert.equal(credentials, undefined);
    assert.equal(problems.length, 1);
    assert.doesNotMatch(problems.join(" "), /hidden/);
  }
  const [first, second, third] = readFileSync(log, "utf8").split("\n");
  assert.deepEqual(
    [first, second, third],
    ["token get r.example", "none get r.example", "none get https://index.docker.io/v1/"],
  );
});
