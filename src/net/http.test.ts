import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { needs, repository } from "../../tests/support/needs.ts";
import { run, scratch, tool } from "../../tests/support/scratch.ts";
import { serve, type TestServer } from "../../tests/support/serve.ts";
import { codeOf } from "../core/errors.ts";
import { createNetwork, type DownloadOptions, type Network, readBody } from "./http.ts";

const limits = { backOff: 5, attempts: 4, headers: 2_000, idle: 2_000 };

function network(t: TestContext, settings: Partial<Parameters<typeof createNetwork>[0]> = {}): Network {
  const made = createNetwork({ env: {}, limits, ...settings });
  t.after(() => made.close());
  return made;
}

async function server(
  t: TestContext,
  listener: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<TestServer> {
  const made = await serve(listener);
  t.after(() => made.close());
  return made;
}

async function textOf(net: Network, url: string, options: DownloadOptions = {}): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of (await net.download(url, options)).body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

const content = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251));

// Serves `content` by range, each answer cut short after the next of `cuts` bytes.
function breaking(cuts: number[], change: (response: ServerResponse, start: number) => void = () => {}) {
  const seen: (string | undefined)[] = [];
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    seen.push(request.headers.range);
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    response.statusCode = start === 0 ? 200 : 206;
    response.setHeader("etag", '"one"');
    response.setHeader("content-length", content.length - start);
    if (start > 0)
      response.setHeader("content-range", `bytes ${start}-${content.length - 1}/${content.length}`);
    change(response, start);
    const from = response.statusCode === 200 ? 0 : start;
    const cut = cuts.shift();
    if (cut === undefined) response.end(content.subarray(from));
    else response.write(content.subarray(from, from + cut), () => setTimeout(() => response.destroy(), 10));
  };
  return { seen, listener };
}

test("request() tries again after 503, 429 and a reset, waiting as Retry-After asks", async (t) => {
  const times: number[] = [];
  const { url } = await server(t, (request, response) => {
    times.push(performance.now());
    if (times.length === 1) response.writeHead(503).end();
    else if (times.length === 2) request.socket.destroy();
    else if (times.length === 3) response.writeHead(429, { "retry-after": "1" }).end();
    else response.end("ok");
  });
  assert.equal((await readBody(await network(t).request(url), 10, "x")).toString(), "ok");
  assert.equal(times.length, 4);
  assert.ok((times[3] ?? 0) - (times[2] ?? 0) >= 990);
});

test("request() reads Retry-After as a date", async (t) => {
  let asked = 0;
  const { url } = await server(t, (_, response) => {
    asked += 1;
    const date = new Date(Date.now() - 5_000).toUTCString();
    if (asked === 1) response.writeHead(503, { "retry-after": date }).end();
    else response.end("ok");
  });
  assert.equal((await network(t).request(url)).status, 200);
});

test("request() gives up at once when the server asks for a wait of hours", async (t) => {
  let asked = 0;
  const { url } = await server(t, (_, response) => {
    asked += 1;
    response.writeHead(429, { "retry-after": "7200" }).end();
  });
  assert.equal((await network(t).request(url)).status, 429);
  assert.equal(asked, 1);
});

test("request() answers the last status when attempts run out, and other statuses at once", async (t) => {
  let asked = 0;
  const { url } = await server(t, (request, response) => {
    asked += 1;
    response.writeHead(request.url === "/gone" ? 404 : 500).end();
  });
  assert.equal((await network(t).request(url)).status, 500);
  assert.equal(asked, 4);
  assert.equal((await network(t).request(`${url}/gone`)).status, 404);
  assert.equal(asked, 5);
});

test("request() sends secrets to the same origin only when it follows a redirect", async (t) => {
  const seen: string[] = [];
  const record = ({ headers, url }: IncomingMessage): void => {
    seen.push(`${url} ${headers.authorization ?? "-"} ${headers.cookie ?? "-"}`);
  };
  const other = await server(t, (request, response) => {
    record(request);
    response.end("blob");
  });
  const { url } = await server(t, (request, response) => {
    record(request);
    const location = request.url === "/a" ? "/b" : `${other.url}/c?sig=1`;
    response.writeHead(307, { location }).end();
  });
  const headers = { authorization: "Bearer secret", cookie: "c" };
  const answer = await network(t).request(`${url}/a`, { headers });
  assert.equal((await readBody(answer, 10, "x")).toString(), "blob");
  assert.deepEqual(seen, ["/a Bearer secret c", "/b Bearer secret c", "/c?sig=1 - -"]);
});

test("request() follows a bounded number of redirects", async (t) => {
  let asked = 0;
  const { url } = await server(t, (_, response) => {
    asked += 1;
    response.writeHead(302, { location: `/${asked}` }).end();
  });
  await assert.rejects(network(t).request(url), /more than 8 redirects/);
  assert.equal(asked, 9);
});

test("request() refuses redirects to plain HTTP of other machines and to other schemes", async (t) => {
  const { url } = await server(t, (request, response) => {
    const location = request.url === "/file" ? "file:///etc/passwd" : "http://registry.example/x";
    response.writeHead(302, { location }).end();
  });
  await assert.rejects(network(t).request(url), (thrown) => codeOf(thrown) === "network-refused");
  await assert.rejects(network(t).request(`${url}/file`), (thrown) => codeOf(thrown) === "usage");
});

test("request() refuses redirects of other machines to this one", async (t) => {
  let asked = 0;
  const { url } = await server(t, (request, response) => {
    if (request.url?.startsWith("http://elsewhere.example/") === true)
      response.writeHead(302, { location: `${url}/secrets` }).end();
    else {
      asked += 1;
      response.end();
    }
  });
  const settings = { env: { HTTP_PROXY: url }, insecureHosts: ["elsewhere.example"] };
  await assert.rejects(network(t, settings).request("http://elsewhere.example/"), (thrown) => {
    assert.equal(codeOf(thrown), "network-refused");
    assert.match(String(thrown), /"elsewhere.example" asks for a service of this machine/);
    return true;
  });
  assert.equal(asked, 0);
});

test("request() never shows a query or a password in an error", async (t) => {
  const { host } = await server(t, (_, response) => void response.destroy());
  const url = `http://user:hidden@${host}/path?token=hidden`;
  await assert.rejects(network(t).request(url), (thrown) => {
    assert.equal(codeOf(thrown), "network-failed");
    assert.doesNotMatch(String(thrown), /hidden/);
    return true;
  });
});

test("request() sends user and password of the address as basic authorisation", async (t) => {
  const { host } = await server(t, (request, response) => void response.end(request.headers.authorization));
  const answer = await network(t).request(`http://user:p%40ss@${host}/`);
  assert.equal(
    (await readBody(answer, 100, "x")).toString(),
    `Basic ${Buffer.from("user:p@ss").toString("base64")}`,
  );
});

test("request() gives up on a server that does not answer", async (t) => {
  const { url } = await server(t, () => {});
  const net = network(t, { limits: { ...limits, headers: 200, attempts: 1 } });
  await assert.rejects(net.request(url), /no answer in time/);
});

test("request() ends when its signal does", async (t) => {
  const { url } = await server(t, () => {});
  const signal = AbortSignal.timeout(50);
  await assert.rejects(network(t).request(url, { signal }), { name: "TimeoutError" });
});

test("readBody() refuses a body above its limit", async (t) => {
  const { url } = await server(t, (_, response) => void response.end("12345"));
  const net = network(t);
  assert.equal((await readBody(await net.request(url), 5, "x")).length, 5);
  await assert.rejects(
    readBody(await net.request(url), 4, "x"),
    (thrown) => codeOf(thrown) === "limit-exceeded",
  );
});

test("request() through a proxy of the environment", async (t) => {
  const seen: string[] = [];
  const proxy = await server(t, (request, response) => {
    seen.push(request.url ?? "");
    response.end("proxied");
  });
  const settings = { env: { HTTP_PROXY: proxy.url }, insecureHosts: ["plain.example"] };
  const answer = await network(t, settings).request("http://plain.example/x");
  assert.equal((await readBody(answer, 10, "x")).toString(), "proxied");
  assert.deepEqual(seen, ["http://plain.example/x"]);
});

test("download() goes on where a body breaks off", async (t) => {
  const { seen, listener } = breaking([100_000, 50_000, 1]);
  const { url } = await server(t, listener);
  const progress: number[] = [];
  const text = await textOf(network(t), url, {
    onProgress: (received, total) => {
      assert.equal(total, content.length);
      progress.push(received);
    },
  });
  assert.equal(text, content.toString());
  assert.deepEqual(seen, [undefined, "bytes=100000-", "bytes=150000-", "bytes=150001-"]);
  assert.equal(progress.at(-1), content.length);
});

test("download() passes over what it had when the server ignores ranges", async (t) => {
  const { listener } = breaking([100_000, 200_000], (response) => {
    response.statusCode = 200;
    response.removeHeader("content-range");
    response.setHeader("content-length", content.length);
  });
  const { url } = await server(t, listener);
  assert.equal(await textOf(network(t), url), content.toString());
});

const lies: readonly [
  what: string,
  change: (response: ServerResponse, start: number) => void,
  message: RegExp,
][] = [
  [
    "the document changed",
    (response, start) => void (start > 0 && response.setHeader("etag", '"two"')),
    /changed while/,
  ],
  [
    "the size changed",
    (response, start) =>
      void (
        start > 0 &&
        response.setHeader("content-range", `bytes ${start}-${content.length}/${content.length + 1}`)
      ),
    /changed while/,
  ],
  [
    "another range comes",
    (response, start) =>
      void (
        start > 0 &&
        response.setHeader("content-range", `bytes ${start + 1}-${content.length - 1}/${content.length}`)
      ),
    /another range/,
  ],
  ["the rest is denied", (response, start) => void (start > 0 && (response.statusCode = 403)), /status 403/],
];
for (const [what, change, message] of lies)
  test(`download() fails when ${what} meanwhile`, async (t) => {
    const { url } = await server(t, breaking([100_000], change).listener);
    await assert.rejects(textOf(network(t), url), (thrown) => {
      assert.equal(codeOf(thrown), "network-failed");
      return message.test(String(thrown));
    });
  });

test("download() gives up when a body breaks off again and again", async (t) => {
  const { seen, listener } = breaking(Array.from({ length: 20 }, () => 10));
  const { url } = await server(t, listener);
  await assert.rejects(textOf(network(t), url), (thrown) => codeOf(thrown) === "network-failed");
  assert.equal(seen.length, limits.attempts);
});

test("download() answers 304 for a document that is known, with an empty body", async (t) => {
  const { url } = await server(t, (request, response) => {
    response.writeHead(request.headers["if-none-match"] === '"a"' ? 304 : 200, { etag: '"a"' }).end();
  });
  const answer = await network(t).download(url, { headers: { "if-none-match": '"a"' } });
  assert.equal(answer.status, 304);
  for await (const _ of answer.body) assert.fail("a body");
});

test("createNetwork() trusts SSL_CERT_FILE and NODE_EXTRA_CA_CERTS, and nobody unknown", {
  skip: needs("openssl"),
}, async (t) => {
  const dir = scratch("tls");
  const [key, cert] = [join(dir, "key.pem"), join(dir, "cert.pem")];
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
  await tool("openssl", [
    "req",
    "-x509",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-nodes",
    "-days",
    "2",
    "-keyout",
    key,
    "-out",
    cert,
    ...subject,
  ]);
  const tls = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => {
    if (request.url === "/down") response.writeHead(302, { location: "http://127.0.0.1:1/" }).end();
    else response.end("ok");
  });
  await new Promise<void>((resolve) => tls.listen(0, "127.0.0.1", resolve));
  t.after(() => tls.close());
  const address = tls.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const ask = async (path: string, env: NodeJS.ProcessEnv): Promise<string> => {
    const module = join(repository, "src/net/http.ts");
    const script = `const {createNetwork} = await import(${JSON.stringify(module)});
      const net = createNetwork({env: process.env});
      try { console.log((await net.request("https://localhost:${port}${path}")).status); }
      catch (e) { console.log(e.code, e.message, e.hint); }
      await net.close();`;
    const outcome = await run(process.execPath, ["--input-type=module", "-e", script], {
      env: { ...process.env, ...env },
    });
    return outcome.stdout.trim();
  };
  assert.equal(await ask("/", { SSL_CERT_FILE: cert }), "200");
  assert.equal(await ask("/", { NODE_EXTRA_CA_CERTS: cert }), "200");
  assert.match(await ask("/", {}), /^network-failed .*SELF_SIGNED.*SSL_CERT_FILE/);
  assert.match(await ask("/down", { SSL_CERT_FILE: cert }), /^network-refused .*from https to http/);
  const insecure = network(t, { insecureHosts: [`localhost:${port}`] });
  assert.equal((await insecure.request(`https://localhost:${port}/`)).status, 200);
});

test("request() tunnels https through a proxy", async (t) => {
  const seen: string[] = [];
  const tunnel = await serve((_, response) => void response.writeHead(500).end());
  t.after(() => tunnel.close());
  // The tunnel ends at a plain server: what matters is who was asked for, and that nothing went there directly.
  const listener = connectProxy(seen, Number(new URL(tunnel.url).port));
  t.after(() => listener.close());
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const address = listener.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const net = network(t, {
    env: { https_proxy: `http://127.0.0.1:${port}` },
    limits: { ...limits, attempts: 1 },
  });
  await assert.rejects(net.request("https://registry.example/v2/"));
  assert.deepEqual(seen, ["registry.example:443"]);
});

function connectProxy(seen: string[], port: number): ReturnType<typeof createServer> {
  const proxy = createServer();
  proxy.on("connect", (request, socket) => {
    seen.push(request.url ?? "");
    const upstream = connect(port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      upstream.pipe(socket).pipe(upstream);
    });
    socket.on("error", () => upstream.destroy());
    upstream.on("error", () => socket.destroy());
  });
  return proxy;
}
