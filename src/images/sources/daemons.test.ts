import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createReadStream, readFileSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { createServer as createHttp2Server } from "node:http2";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { file, type ImagePlan, writeDockerArchive, writeLayout } from "../../../tests/support/image.ts";
import { needs } from "../../../tests/support/needs.ts";
import { run, scratch, tool } from "../../../tests/support/scratch.ts";
import { start } from "../../../tests/support/serve.ts";
import { codeOf, messageOf } from "../../core/errors.ts";
import type { OpenImage } from "../../core/image.ts";
import { openImage } from "../open.ts";

const plan: ImagePlan = {
  layers: [{ items: [file("a", "x".repeat(3_000_000))] }, { items: [file("b", "2")] }],
  config: { User: "me" },
};

async function checkImage(t: TestContext, image: OpenImage): Promise<void> {
  t.after(() => image.close());
  assert.equal(image.config.user, "me");
  assert.equal(image.layers.length, 2);
  for (const { content, digest, diffId, size } of image.layers) {
    assert.equal(content.kind, "stream");
    const hash = createHash("sha256");
    let length = 0;
    for await (const chunk of content.open()) {
      hash.update(chunk);
      length += chunk.length;
    }
    assert.equal(length, size);
    const found = `sha256:${hash.digest("hex")}`;
    assert.ok(found === digest || (digest === undefined && found === diffId));
  }
}

async function rejects(promise: Promise<unknown>, code: string, message = /./): Promise<void> {
  await assert.rejects(promise, (thrown) => {
    assert.equal(codeOf(thrown), code, String(thrown));
    assert.match(String(thrown), message);
    return true;
  });
}

const notRoot = process.getuid?.() === 0 ? false : "needs root";

// A machine may have the program and not let it run (no namespaces, no cgroups): then there is no truth to ask.
async function daemon(
  t: TestContext,
  program: string,
  args: readonly string[],
  socket: string,
): Promise<boolean> {
  try {
    const running = await start(program, args, socket);
    t.after(() => running.stop());
    return true;
  } catch (thrown) {
    t.skip(`${program} does not run here: ${messageOf(thrown).split("\n").at(-2)}`);
    return false;
  }
}

async function dockerArchive(): Promise<{ readonly path: string; readonly id: string }> {
  const dir = scratch("archive");
  const path = writeDockerArchive(join(dir, "app.tar"), plan, ["app.example/team/app:1"]);
  const image = await openImage(path, { env: {} });
  return { path, id: image.digest ?? "" };
}

test("openFromDocker() reads from a real Podman", { skip: notRoot || needs("podman") }, async (t) => {
  const dir = scratch("podman");
  const socket = join(dir, "podman.sock");
  const common = ["--root", join(dir, "root"), "--runroot", join(dir, "run"), "--storage-driver", "vfs"];
  const { path, id } = await dockerArchive();
  const loaded = await run("podman", [...common, "load", "-q", "-i", path]);
  if (loaded.code !== 0) return t.skip(`podman does not run here: ${loaded.stderr.trim()}`);
  if (
    !(await daemon(t, "podman", [...common, "system", "service", "--time", "0", `unix://${socket}`], socket))
  )
    return;
  const env = {
    CONTAINER_HOST: `unix://${socket}`,
    DOCKER_HOST: "unix:///nonexistent/engine.sock",
    CONTAINERD_ADDRESS: "/nonexistent/containerd.sock",
  };
  for (const text of ["podman:app.example/team/app:1", `podman:${id.slice(7)}`, "app.example/team/app:1"]) {
    const image = await openImage(text, { env });
    assert.equal(image.digest, id);
    await checkImage(t, image);
  }
  await rejects(openImage("podman:app.example/none", { env }), "image-not-found", /does not have it/);
  await rejects(
    openImage("podman:app.example/team/app:1", { env, platform: "linux/s390x" }),
    "platform-not-found",
    /linux\/amd64/,
  );
  return undefined;
});

test("openFromDocker() reads from a real Docker", {
  skip: notRoot || needs("dockerd", "docker"),
}, async (t) => {
  const dir = scratch("docker");
  const socket = join(dir, "docker.sock");
  const folders = [
    "--data-root",
    join(dir, "root"),
    "--exec-root",
    join(dir, "exec"),
    "--pidfile",
    join(dir, "pid"),
  ];
  const quiet = ["--iptables=false", "--ip6tables=false", "--bridge=none", "--storage-driver=vfs"];
  if (!(await daemon(t, "dockerd", [...folders, ...quiet, "-H", `unix://${socket}`], socket))) return;
  const { path, id } = await dockerArchive();
  await tool("docker", ["-H", `unix://${socket}`, "load", "-q", "-i", path]);
  const env = { DOCKER_HOST: `unix://${socket}` };
  for (const text of ["docker:app.example/team/app:1", `docker:${id}`, `docker-daemon:${id.slice(7, 20)}`]) {
    const image = await openImage(text, { env });
    assert.equal(image.digest, id);
    await checkImage(t, image);
  }
  await rejects(openImage("docker:app.example/none", { env }), "image-not-found", /does not have it/);
});

test("openFromContainerd() reads from a real containerd", {
  skip: notRoot || needs("containerd", "ctr"),
}, async (t) => {
  const dir = scratch("containerd");
  const socket = join(dir, "c.sock");
  const config = join(dir, "config.toml");
  const lines = [
    "version = 2",
    `root = "${dir}/root"`,
    `state = "${dir}/state"`,
    'disabled_plugins = ["io.containerd.grpc.v1.cri"]',
    `[grpc]\naddress = "${socket}"`,
    `[debug]\naddress = "${dir}/d.sock"`,
  ];
  writeFileSync(config, lines.join("\n"));
  if (!(await daemon(t, "containerd", ["-c", config], socket))) return;
  const layout = writeLayout(join(dir, "layout"), plan);
  await tool("tar", ["-cf", `${layout}.tar`, "-C", layout, "."]);
  const load = ["images", "import", "--no-unpack", "--index-name", "docker.io/team/app:1", `${layout}.tar`];
  await tool("ctr", ["-a", socket, "-n", "k8s.io", ...load]);
  const env = {
    CONTAINERD_ADDRESS: socket,
    DOCKER_HOST: "unix:///nonexistent/engine.sock",
    CONTAINER_HOST: "unix:///nonexistent/engine.sock",
  };
  const { digest } = await openImage(layout, { env });
  for (const text of ["containerd:team/app:1", "team/app:1"]) {
    const image = await openImage(text, { env });
    assert.equal(image.digest, digest);
    await checkImage(t, image);
  }
  await rejects(openImage("containerd:team/app:2", { env }), "image-not-found", /default, k8s.io, moby/);
  const elsewhere = { ...env, CONTAINERD_NAMESPACE: "default" };
  await rejects(openImage("containerd:team/app:1", { env: elsewhere }), "image-not-found", /in default/);
  // As a Kubernetes node does that keeps only what it unpacked.
  const [layer] = (await openImage(layout, { env })).layers;
  await tool("ctr", ["-a", socket, "-n", "k8s.io", "content", "rm", layer?.digest ?? ""]);
  const image = await openImage("containerd:team/app:1", { env });
  t.after(() => image.close());
  const [content] = image.layers.map((found) => found.content);
  assert.equal(content?.kind === "unreadable" && content.code, "missing");
});

async function socketServer(t: TestContext, listener: RequestListener): Promise<string> {
  const socket = join(scratch("socket"), "s");
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `unix://${socket}`;
}

// By the API's documents (https://docs.docker.com/reference/api/engine/).
test("openFromDocker() reads what the API says, in as few exports as it can", async (t) => {
  const { path, id } = await dockerArchive();
  let exports = 0;
  const host = await socketServer(t, (request, response) => {
    if (request.url === "/images/app:1/json")
      response.end(JSON.stringify({ Id: id, Os: "linux", Architecture: "amd64" }));
    else if (request.url === `/images/${id}/get`) {
      exports += 1;
      createReadStream(path).pipe(response);
    } else response.writeHead(404).end('{"message":"No such image"}');
  });
  await checkImage(t, await openImage("docker:app:1", { env: { DOCKER_HOST: host } }));
  assert.equal(exports, 2);
  await rejects(openImage("docker:other", { env: { DOCKER_HOST: host } }), "image-not-found");
});

test("openFromDocker() tells an export that breaks off", async (t) => {
  const { path, id } = await dockerArchive();
  const host = await socketServer(t, (request, response) => {
    if (request.url?.endsWith("/json") === true) response.end(JSON.stringify({ Id: id }));
    else response.write(readFileSync(path).subarray(0, 100_000), () => response.destroy());
  });
  await rejects(openImage("docker:app:1", { env: { DOCKER_HOST: host } }), "source-unavailable", /broke off/);
});

const answers: readonly [what: string, answer: RequestListener, code: string][] = [
  ["an error", (_, response) => response.writeHead(500).end(), "source-unavailable"],
  ["no JSON", (_, response) => response.end("{"), "malformed"],
  ["no id", (_, response) => response.end('{"Id":"../../containers"}'), "malformed"],
  ["a body without end", (_, response) => endless(response), "limit-exceeded"],
];
function endless(response: Parameters<RequestListener>[1]): void {
  response.write(Buffer.alloc(1 << 20, 0x20), () => !response.destroyed && endless(response));
}
for (const [what, answer, code] of answers)
  test(`openFromDocker() refuses a daemon that answers ${what}`, async (t) => {
    const host = await socketServer(t, answer);
    await rejects(openImage("docker:app:1", { env: { DOCKER_HOST: host } }), code);
  });

test("openFromDocker() refuses addresses of other machines and names that are none", async () => {
  for (const host of ["tcp://docker.example:2375", "ssh://a@b", "npipe:////./pipe/docker"])
    await rejects(openImage("docker:app:1", { env: { DOCKER_HOST: host } }), "unsupported");
  await rejects(
    openImage("docker:app:1", { env: { DOCKER_HOST: "unix:///nonexistent/engine.sock" } }),
    "source-unavailable",
    /no such socket/,
  );
  for (const name of ["../containers", "a b", "app?x=1", "app#x"])
    await rejects(openImage(`docker:${name}`, { env: {} }), "reference-invalid");
});

test("openImage() does not wait long for a daemon that does not answer", async (t) => {
  const host = await socketServer(t, () => {});
  const env = {
    DOCKER_HOST: host,
    CONTAINER_HOST: "unix:///nonexistent/engine.sock",
    CONTAINERD_ADDRESS: "/nonexistent/containerd.sock",
  };
  await rejects(openImage("app.example/app", { env, offline: true }), "network-refused");
});

test("openImage() without a scheme goes past daemons that are elsewhere", async () => {
  for (const host of ["ssh://a@b", "tcp://docker.example:2375", "unix:///nonexistent/engine.sock"])
    await rejects(
      openImage("app.example/app", { env: { DOCKER_HOST: host }, offline: true }),
      "network-refused",
    );
});

test("openFromContainerd() tells a service that is none, and answers that are none", async (t) => {
  await rejects(
    openImage("containerd:app", { env: { CONTAINERD_ADDRESS: "/nonexistent/containerd.sock" } }),
    "source-unavailable",
    /no such socket/,
  );
  const plain = (await socketServer(t, (_, response) => void response.end("hello"))).slice("unix://".length);
  await rejects(openImage("containerd:app", { env: { CONTAINERD_ADDRESS: plain } }), "source-unavailable");
  const frames: readonly [bytes: string, code: string][] = [
    ["00ffffffff", "limit-exceeded"],
    ["0100000000", "unsupported"],
    ["000000000512", "source-unavailable"],
    ["000000000212ff", "malformed"],
    ["0000000000", "malformed"],
  ];
  for (const [bytes, code] of frames) {
    const server = createHttp2Server((_, response) => {
      response.setHeader("content-type", "application/grpc");
      response.end(Buffer.from(bytes, "hex"));
    });
    const socket = join(scratch("grpc"), "s");
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    t.after(() => server.close());
    await rejects(openImage("containerd:app", { env: { CONTAINERD_ADDRESS: socket } }), code);
  }
});
