import assert from "node:assert/strict";
import { createHash, randomBytes, sign } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import { after, before, describe, type TestContext, test } from "node:test";
import { file, type ImagePlan, writeLayout } from "../../../tests/support/image.ts";
import { needs } from "../../../tests/support/needs.ts";
import { scratch, tool } from "../../../tests/support/scratch.ts";
import { freePort, type Running, serve, start, type TestServer } from "../../../tests/support/serve.ts";
import { codeOf } from "../../core/errors.ts";
import type { OpenImage } from "../../core/image.ts";
import { openImage } from "../open.ts";
import type { OpenOptions } from "../source.ts";

const plan: ImagePlan = {
  layers: [{ items: [file("big", randomBytes(700_000))] }, { items: [file("small", "2")] }],
};

const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];

interface Registry {
  readonly host: string;
  readonly program: Running;
}

async function startRegistry(more: readonly string[] = [], tls = ""): Promise<Registry> {
  const dir = scratch("registry");
  const port = await freePort();
  const lines = [
    "version: 0.1",
    "log: {level: error, accesslog: {disabled: true}}",
    `storage: {filesystem: {rootdirectory: ${join(dir, "data")}}}`,
    `http: {addr: "127.0.0.1:${port}", secret: x${tls}}`,
    ...more,
  ];
  writeFileSync(join(dir, "config.yml"), lines.join("\n"));
  const program = await start("docker-registry", ["serve", join(dir, "config.yml")], port);
  return { host: `127.0.0.1:${port}`, program };
}

async function push(
  host: string,
  name: string,
  from: ImagePlan = plan,
  ...more: readonly string[]
): Promise<void> {
  const layout = writeLayout(join(scratch("push"), "l"), from);
  const args = [
    "copy",
    "-q",
    "--dest-tls-verify=false",
    ...more,
    `oci:${layout}:t`,
    `docker://${host}/${name}`,
  ];
  await tool("skopeo", args);
}

function open(
  text: string,
  options: Partial<OpenOptions> & { readonly env?: NodeJS.ProcessEnv } = {},
): Promise<OpenImage> {
  return openImage(text, { home: "/nonexistent", ...options, env: options.env ?? {} });
}

async function opened(
  t: TestContext,
  text: string,
  options: Parameters<typeof open>[1] = {},
): Promise<OpenImage> {
  const image = await open(text, options);
  t.after(() => image.close());
  return image;
}

async function checkLayers(image: OpenImage): Promise<void> {
  await Promise.all(
    image.layers.map(async ({ content, digest, size }) => {
      assert.equal(content.kind, "stream");
      const hash = createHash("sha256");
      let length = 0;
      for await (const chunk of content.open()) {
        hash.update(chunk);
        length += chunk.length;
      }
      assert.equal(length, size);
      assert.equal(`sha256:${hash.digest("hex")}`, digest);
    }),
  );
}

async function rejects(promise: Promise<unknown>, code: string, message = /./): Promise<void> {
  await assert.rejects(promise, (thrown) => {
    assert.equal(codeOf(thrown), code, String(thrown));
    assert.match(String(thrown), message);
    return true;
  });
}

/** What a front of a registry does to a request before it is passed on: true when it has answered itself. */
type Meddle = (request: IncomingMessage, response: ServerResponse, count: number) => boolean;

// A server before the registry that meddles with what passes.
async function front(
  t: TestContext,
  host: string,
  meddle: Meddle,
): Promise<TestServer & { readonly seen: IncomingMessage[] }> {
  const seen: IncomingMessage[] = [];
  const server = await serve((request, response) => {
    seen.push(request);
    const count = seen.filter(({ url }) => url === request.url).length;
    if (!meddle(request, response, count)) pass(host, request, response);
  });
  t.after(() => server.close());
  return { ...server, seen };
}

function pass(
  host: string,
  { method, url, headers }: IncomingMessage,
  response: ServerResponse,
  cut = Infinity,
): void {
  const [hostname, port] = host.split(":");
  const options = { host: hostname, port, method, path: url, headers: { ...headers, host } };
  httpRequest(options, (answer) => {
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    if (cut === Infinity) return void answer.pipe(response);
    const chunks: Buffer[] = [];
    answer.on("data", (chunk: Buffer) => chunks.push(chunk));
    answer.on("end", () => {
      response.write(Buffer.concat(chunks).subarray(0, cut), () => setTimeout(() => response.destroy(), 10));
    });
  }).end();
}

const isBlob = ({ url = "" }: IncomingMessage): boolean => url.includes("/blobs/");
const isManifest = ({ url = "" }: IncomingMessage): boolean => url.includes("/manifests/");

describe("openFromRegistry()", { skip: needs("docker-registry", "skopeo") }, () => {
  let registry: Registry;
  before(async () => {
    registry = await startRegistry();
    await push(registry.host, "team/app:1");
  });
  after(() => registry.program.stop());

  test("opens what skopeo pushed, by tag and by digest", async (t) => {
    const { host } = registry;
    const stated = (
      await tool("skopeo", [
        "inspect",
        "--tls-verify=false",
        "--format",
        "{{.Digest}}",
        `docker://${host}/team/app:1`,
      ])
    ).trim();
    for (const text of [
      `${host}/team/app:1`,
      `registry:${host}/team/app:1`,
      `docker://${host}/team/app:1`,
      `${host}/team/app@${stated}`,
      `${host}/team/app:nope@${stated}`,
    ]) {
      const image = await opened(t, text, { env: { DOCKER_HOST: "unix:///nonexistent" } });
      assert.equal(image.digest, stated);
      assert.equal(image.layers.length, 2);
      await checkLayers(image);
    }
  });

  test("chooses the platform in an index", async (t) => {
    const { host } = registry;
    const platforms = ["amd64", "arm64"];
    const descriptors: unknown[] = [];
    for (const architecture of platforms) {
      await push(host, `team/multi:${architecture}`, {
        layers: [{ items: [file("arch", architecture)] }],
        architecture,
      });
      const raw = await tool("skopeo", [
        "inspect",
        "--raw",
        "--tls-verify=false",
        `docker://${host}/team/multi:${architecture}`,
      ]);
      const digest = `sha256:${createHash("sha256").update(raw).digest("hex")}`;
      descriptors.push({
        mediaType: JSON.parse(raw).mediaType,
        digest,
        size: Buffer.byteLength(raw),
        platform: { os: "linux", architecture },
      });
    }
    const mediaType = "application/vnd.oci.image.index.v1+json";
    const body = JSON.stringify({ schemaVersion: 2, mediaType, manifests: descriptors });
    const answer = await put(host, "/v2/team/multi/manifests/all", body, mediaType);
    assert.equal(answer, 201);
    for (const architecture of platforms) {
      const image = await opened(t, `${host}/team/multi:all`, { platform: `linux/${architecture}` });
      assert.equal(image.config.platform.architecture, architecture);
    }
    await rejects(
      open(`${host}/team/multi:all`, { platform: "linux/s390x" }),
      "platform-not-found",
      /linux\/amd64, linux\/arm64/,
    );
  });

  test("says what the registry does not have, and who cannot be reached", async () => {
    const { host } = registry;
    await rejects(open(`registry:${host}/team/app:2`), "image-not-found", /team\/app:2/);
    await rejects(open(`${host}/team/none`), "image-not-found");
    await rejects(open(`registry:127.0.0.1:${await freePort()}/a`), "network-failed", /nobody listens/);
    await rejects(open("registry.example/a", { offline: true }), "network-refused", /offline/);
    await rejects(open("registry:foo_bar.com/x"), "reference-invalid", /names no registry/);
    await rejects(open("registry:A/B"), "reference-invalid");
  });

  test("gets a layer whole whose bytes break off, with and without ranges", async (t) => {
    for (const ranges of [true, false]) {
      const server = await front(t, registry.host, (request, response, count) => {
        if (!isBlob(request)) return false;
        if (!ranges) delete request.headers.range;
        if (count > 2) return false;
        pass(registry.host, request, response, 300_000 - count);
        return true;
      });
      await checkLayers(await opened(t, `${server.host}/team/app:1`));
      const asked = server.seen.filter(isBlob).map(({ headers }) => headers.range);
      if (ranges) assert.ok(asked.includes("bytes=299999-"));
    }
  });

  test("waits and asks again after 429 and 503", async (t) => {
    const server = await front(t, registry.host, (request, response, count) => {
      if (count > 2 || request.url === "/v2/") return false;
      response.writeHead(count === 1 ? 429 : 503, { "retry-after": "0" }).end();
      return true;
    });
    await checkLayers(await opened(t, `${server.host}/team/app:1`));
  });

  test("says that the registry got too many requests", async (t) => {
    const server = await front(t, registry.host, (request, response) => {
      if (!isManifest(request)) return false;
      response.writeHead(429, { "retry-after": "9999" }).end();
      return true;
    });
    await rejects(
      open(`${server.host}/team/app:1`),
      "network-failed",
      /too many requests \(it asks to wait 9999 s\)/,
    );
  });

  test("follows blobs to another host without the secret", async (t) => {
    const other = await front(t, registry.host, () => false);
    const server = await front(t, registry.host, (request, response) => {
      if (request.headers.authorization === undefined && request.url !== "/v2/") {
        response.writeHead(401, { "www-authenticate": 'Basic realm="x"' }).end();
        return true;
      }
      if (!isBlob(request)) return false;
      response.writeHead(307, { location: `${other.url}${request.url}?signature=hidden` }).end();
      return true;
    });
    const home = login({ [server.host]: { auth: Buffer.from("u:p").toString("base64") } });
    await checkLayers(await opened(t, `${server.host}/team/app:1`, { home }));
    assert.ok(other.seen.length >= 3);
    assert.deepEqual(
      other.seen.map(({ headers }) => headers.authorization),
      other.seen.map(() => undefined),
    );
    assert.ok(server.seen.filter(isBlob).every(({ headers }) => headers.authorization === "Basic dTpw"));
  });

  test("refuses a manifest that is not what its digest says", async (t) => {
    const { digest } = await opened(t, `${registry.host}/team/app:1`);
    const server = await front(t, registry.host, (request, response) => {
      if (!isManifest(request)) return false;
      const header = request.url?.endsWith(":tag") === true ? {} : { "docker-content-digest": digest };
      response
        .writeHead(200, { "content-type": "application/vnd.oci.image.manifest.v1+json", ...header })
        .end("{}");
      return true;
    });
    await rejects(open(`${server.host}/team/app:1`), "digest-mismatch");
    await rejects(open(`${server.host}/team/app@${digest}`), "digest-mismatch");
  });

  test("refuses a config and a layer that are not what the manifest says", async (t) => {
    const plainConfig = await front(t, registry.host, (request, response) => {
      if (!isBlob(request)) return false;
      response.writeHead(200).end("{}");
      return true;
    });
    await rejects(open(`${plainConfig.host}/team/app:1`), "digest-mismatch", /its bytes have the digest/);
    const shortLayers = await front(t, registry.host, (request, response, count) => {
      const first = plainConfig.seen.find(isBlob)?.url === request.url;
      if (!isBlob(request) || first) return false;
      response.writeHead(200, count === 1 ? { "content-length": 2 } : {}).end("{}");
      return true;
    });
    const image = await opened(t, `${shortLayers.host}/team/app:1`);
    await rejects(checkLayers(image), "digest-mismatch", /has 2 bytes, the manifest says/);
    await rejects(checkLayers(image), "network-failed", /2 of \d+ bytes came/);
  });

  test("refuses a manifest without end", async (t) => {
    const server = await front(t, registry.host, (request, response) => {
      if (!isManifest(request)) return false;
      const more = (): void =>
        void response.write(Buffer.alloc(1 << 20, 0x20), () => !response.destroyed && more());
      more();
      return true;
    });
    await rejects(open(`${server.host}/team/app:1`), "limit-exceeded");
  });

  test("asks mirrors first, then the registry", async (t) => {
    const broken = await front(t, registry.host, (_, response) => {
      response.writeHead(404).end();
      return true;
    });
    const dead = `http://127.0.0.1:${await freePort()}`;
    await push(registry.host, "cache/team/app:1");
    for (const mirrors of [
      `docker.io=http://${registry.host}`,
      `docker.io=${dead},docker.io=${broken.url},docker.io=http://${registry.host}/cache`,
    ]) {
      const env = { SEAWORTHY_REGISTRY_MIRRORS: mirrors };
      await checkLayers(await opened(t, "registry:team/app:1", { env }));
    }
    const options = { mirrors: { [registry.host]: [dead, broken.url] } };
    await checkLayers(await opened(t, `registry:${registry.host}/team/app:1`, options));
    await rejects(
      open(`registry:${registry.host}/team/app:9`, options),
      "image-not-found",
      /mirrors before: /,
    );
    await rejects(open("registry:a/b", { env: { SEAWORTHY_REGISTRY_MIRRORS: "nothing" } }), "usage");
  });

  test("goes on with a layer at the registry when its mirror fails in the middle", async (t) => {
    let blobs = 0;
    const mirror = await front(t, registry.host, (request, response) => {
      if (!isBlob(request)) return false;
      blobs += 1;
      // The config comes whole; the first layer's bytes break off, then the mirror has nothing more.
      if (blobs === 1) return false;
      if (blobs > 2) response.writeHead(404).end();
      else pass(registry.host, request, response, 10_000);
      return true;
    });
    const image = await opened(t, `registry:${registry.host}/team/app:1`, {
      mirrors: { [registry.host]: [mirror.url] },
    });
    await checkLayers(image);
    assert.ok(blobs > 2);
  });
});

async function put(host: string, path: string, body: string, type: string): Promise<number> {
  const [hostname, port] = host.split(":");
  return new Promise((resolve, reject) => {
    const options = { host: hostname, port, path, method: "PUT", headers: { "content-type": type } };
    const request = httpRequest(options, (response) => resolve(response.resume().statusCode ?? 0));
    request.once("error", reject);
    request.end(body);
  });
}

// A home with a Docker config; answers its path.
function login(auths: unknown, more: Readonly<Record<string, unknown>> = {}): string {
  const home = scratch("home");
  mkdirSync(join(home, ".docker"));
  writeFileSync(join(home, ".docker/config.json"), JSON.stringify({ auths, ...more }));
  return home;
}

test("openFromRegistry() logs in to a registry with basic authentication", {
  skip: needs("docker-registry", "skopeo", "htpasswd"),
}, async (t) => {
  const passwords = join(scratch("htpasswd"), "htpasswd");
  writeFileSync(passwords, await tool("htpasswd", ["-Bbn", "user", "pass:word"]));
  const { host, program } = await startRegistry([`auth: {htpasswd: {realm: test, path: ${passwords}}}`]);
  t.after(() => program.stop());
  await push(host, "team/app:1", plan, "--dest-creds", "user:pass:word");
  const auth = Buffer.from("user:pass:word").toString("base64");
  for (const key of [host, `http://${host}`, `https://${host}/v1/`, `${host}/team`, `${host}/team/app`])
    await checkLayers(await opened(t, `${host}/team/app:1`, { home: login({ [key]: { auth } }) }));

  const podman = join(scratch("podman"), "auth.json");
  writeFileSync(podman, "{}");
  await tool("skopeo", [
    "login",
    "--tls-verify=false",
    "-u",
    "user",
    "-p",
    "pass:word",
    "--authfile",
    podman,
    host,
  ]);
  await checkLayers(await opened(t, `${host}/team/app:1`, { env: { REGISTRY_AUTH_FILE: podman } }));

  const bin = scratch("bin");
  const helper = join(bin, "docker-credential-test");
  writeFileSync(
    helper,
    `#!/bin/sh\nread server\n[ "$1 $server" = "get ${host}" ] || { echo credentials not found in native keychain; exit 1; }\necho '{"ServerURL":"x","Username":"user","Secret":"pass:word"}'\n`,
  );
  chmodSync(helper, 0o755);
  const env = { PATH: `${bin}:${process.env["PATH"]}` };
  await checkLayers(
    await opened(t, `${host}/team/app:1`, { env, home: login({ [host]: {} }, { credsStore: "test" }) }),
  );
  await checkLayers(
    await opened(t, `${host}/team/app:1`, { env, home: login({}, { credHelpers: { [host]: "test" } }) }),
  );
  const beside = login({ [host]: { auth } }, { credsStore: "absent" });
  await checkLayers(await opened(t, `${host}/team/app:1`, { env, home: beside }));

  const hidden = Buffer.from("user:hidden").toString("base64");
  const wrong = open(`${host}/team/app:1`, { home: login({ [host]: { auth: hidden } }) });
  await rejects(wrong, "auth-failed", /refuses the stored login/);
  await assert.rejects(wrong, (thrown) => !JSON.stringify([String(thrown), thrown]).includes("hidden"));
  await rejects(open(`${host}/team/app:1`), "auth-failed", /wants a login/);
  await rejects(
    open(`${host}/team/app:1`, { home: login({}, { credsStore: "../evil" }) }),
    "auth-failed",
    /no name of a credential helper/,
  );
  await rejects(
    open(`${host}/team/app:1`, { home: login({}, { credsStore: "absent" }) }),
    "auth-failed",
    /docker-credential-absent: it cannot be started/,
  );
});

// A token service by the specification, which signs for a real registry.
async function tokenService(
  t: TestContext,
): Promise<{ readonly url: string; readonly cert: string; readonly seen: string[]; lifetime: number }> {
  const dir = scratch("token");
  const [key, cert] = [join(dir, "key.pem"), join(dir, "cert.pem")];
  await tool("openssl", ["req", "-x509", ...curve, "-subj", "/CN=t", "-keyout", key, "-out", cert]);
  const seen: string[] = [];
  const state = { url: "", cert, seen, lifetime: 300 };
  const token = (scope: string): string => {
    const [, name, actions = ""] = scope.split(":");
    const now = Math.floor(Date.now() / 1000);
    const x5c = [readFileSync(cert, "utf8").replace(/-----.*?-----|\n/g, "")];
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
    const access = [{ type: "repository", name, actions: actions.split(",") }];
    const claims = {
      iss: "test",
      sub: "",
      aud: "registry",
      exp: now + state.lifetime,
      nbf: now - 100,
      iat: now,
      jti: "1",
      access,
    };
    const signed = `${part({ typ: "JWT", alg: "ES256", x5c })}.${part(claims)}`;
    const signature = sign("sha256", Buffer.from(signed), {
      key: readFileSync(key),
      dsaEncoding: "ieee-p1363",
    });
    return `${signed}.${signature.toString("base64url")}`;
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<unknown> => {
    const body = Buffer.concat(await Array.fromAsync(request)).toString();
    const { searchParams } = new URL(request.url ?? "", "http://x");
    const form = new URLSearchParams(body);
    const secret = request.headers.authorization ?? form.get("refresh_token") ?? "anonymous";
    state.seen.push(`${request.method} ${searchParams.get("service") ?? form.get("service")} ${secret}`);
    if (!["Basic dTpw", "identity"].includes(secret)) return response.writeHead(401).end();
    const scope = searchParams.get("scope") ?? form.get("scope") ?? "";
    return response.end(
      JSON.stringify(request.method === "POST" ? { access_token: token(scope) } : { token: token(scope) }),
    );
  };
  const server = await serve((request, response) => void answer(request, response));
  t.after(() => server.close());
  state.url = server.url;
  return state;
}

test("openFromRegistry() gets a token and renews it", {
  skip: needs("docker-registry", "skopeo", "openssl"),
}, async (t) => {
  const service = await tokenService(t);
  const { host, program } = await startRegistry([
    `auth: {token: {realm: "${service.url}/token", service: registry, issuer: test, rootcertbundle: ${service.cert}}}`,
  ]);
  t.after(() => program.stop());
  await push(host, "team/app:1", plan, "--dest-creds", "u:p");
  service.seen.length = 0;
  const home = login({ [host]: { auth: "dTpw" } });
  await checkLayers(await opened(t, `${host}/team/app:1`, { home }));
  assert.deepEqual(service.seen, ["GET registry Basic dTpw"]);
  service.seen.length = 0;
  await checkLayers(
    await opened(t, `${host}/team/app:1`, { home: login({ [host]: { identitytoken: "identity" } }) }),
  );
  assert.deepEqual(service.seen, ["POST registry identity"]);
  await rejects(open(`${host}/team/app:1`), "auth-failed", /wants a login/);
  await rejects(
    open(`${host}/team/app:1`, { home: login({ [host]: { identitytoken: "hidden" } }) }),
    "auth-failed",
    /refuses the stored login/,
  );
  // The registry allows a minute of leeway, so a token that ran out long ago stands for one that runs out meanwhile.
  service.lifetime = -90;
  await rejects(open(`${host}/team/app:1`, { home }), "auth-failed");
  let stale = true;
  const server = await front(t, host, (request, response) => {
    if (!isBlob(request) || !stale) return false;
    stale = false;
    response
      .writeHead(401, {
        "www-authenticate": `Bearer realm="${service.url}/token",service="registry",scope="repository:team/app:pull"`,
      })
      .end();
    return true;
  });
  service.lifetime = 300;
  service.seen.length = 0;
  await checkLayers(
    await opened(t, `${server.host}/team/app:1`, { home: login({ [server.host]: { auth: "dTpw" } }) }),
  );
  assert.equal(service.seen.length, 2);
});

test("openFromRegistry() sends nothing to a token service by plain HTTP", async (t) => {
  const server = await serve((request, response) => {
    const realm = request.url?.includes("/a/") === true ? "http://tokens.example/" : "none";
    response
      .writeHead(request.url === "/v2/" ? 200 : 401, { "www-authenticate": `Bearer realm="${realm}"` })
      .end();
  });
  t.after(() => server.close());
  const home = login({ [server.host]: { auth: "dTpw" } });
  await rejects(open(`registry:${server.host}/a/b`, { home }), "network-refused", /plain HTTP/);
  await rejects(
    open(`registry:${server.host}/c/d`, { home }),
    "auth-failed",
    /no address of a token service/,
  );
});

test("openFromRegistry() asks no service of this machine as token service of another", async (t) => {
  const seen: string[] = [];
  const server = await serve(({ url = "" }, response) => {
    seen.push(url);
    const realm = `Bearer realm="${server.url}/token"`;
    response.writeHead(url.endsWith("/v2/") ? 200 : 401, { "www-authenticate": realm }).end();
  });
  t.after(() => server.close());
  const env = { HTTP_PROXY: server.url, HTTPS_PROXY: server.url };
  const options = { env, insecureRegistries: ["registry.example"] };
  // The proxy answers plain requests only: what is no TLS is asked for by HTTP.
  await rejects(open("registry:registry.example/a/b", options), "network-refused", /service of this machine/);
  assert.ok(seen.includes("http://registry.example/v2/a/b/manifests/latest"));
  assert.ok(!seen.some((url) => url.startsWith("/token")));
});

test("openFromRegistry() talks TLS to a registry of this machine that wants it", {
  skip: needs("docker-registry", "skopeo", "openssl"),
}, async (t) => {
  const dir = scratch("tls");
  const [key, cert] = [join(dir, "key.pem"), join(dir, "cert.pem")];
  const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"];
  await tool("openssl", ["req", "-x509", ...curve, ...names, "-keyout", key, "-out", cert]);
  const { host, program } = await startRegistry([], `, tls: {certificate: ${cert}, key: ${key}}`);
  t.after(() => program.stop());
  await push(host, "team/app:1");
  await rejects(open(`${host}/team/app:1`), "network-failed", /SELF_SIGNED/);
  await checkLayers(await opened(t, `${host}/team/app:1`, { insecureRegistries: [host] }));
});
