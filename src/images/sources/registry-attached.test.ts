import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type TestContext, test } from "node:test";
import { serve } from "../../../tests/support/serve.ts";
import { codeOf } from "../../core/errors.ts";
import { openAttached } from "../attached.ts";
import type { AttachedImage } from "../attached-image.ts";

const index = "application/vnd.oci.image.index.v1+json";
const manifest = JSON.stringify({ schemaVersion: 2, config: {}, layers: [] });
const digest = `sha256:${createHash("sha256").update(manifest).digest("hex")}`;
const one = { digest: `sha256:${"1".repeat(64)}`, artifactType: "a" };
const two = { digest: `sha256:${"2".repeat(64)}`, artifactType: "" };

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

// A registry that has the image, and answers all else as the row says.
async function opened(t: TestContext, answer: Answer): Promise<AttachedImage> {
  const server = await serve((request, response) => {
    if (request.url?.endsWith("/manifests/t") === true)
      return void response
        .writeHead(200, { "content-type": "application/vnd.oci.image.manifest.v1+json" })
        .end(manifest);
    if (request.url === "/v2/") return void response.writeHead(200).end();
    answer(request, response);
  });
  const image = await openAttached(`registry:${server.host}/app:t`, { env: {}, home: "/nonexistent" });
  t.after(async () => {
    await image.close();
    await server.close();
  });
  return image;
}

function list(
  response: ServerResponse,
  entries: readonly object[],
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(200, { "content-type": index, ...headers }).end(JSON.stringify({ manifests: entries }));
}

const tag = `/v2/app/manifests/${digest.replace(":", "-")}`;

test("referrers() reads the API page by page, and the tag where there is no API", async (t) => {
  const rows: readonly (readonly [string, Answer, readonly object[]])[] = [
    ["the API", (_, response) => list(response, [one, two]), [one, two]],
    ["an empty list", (_, response) => list(response, []), []],
    [
      "pages",
      (request, response) =>
        request.url?.includes("page=2") === true
          ? list(response, [two])
          : list(response, [one], { link: `</v2/app/referrers/${digest}?page=2>; rel="next"` }),
      [one, two],
    ],
    ["no API and no tag", (_, response) => void response.writeHead(404).end(), []],
    [
      "no API but a tag",
      (request, response) =>
        request.url === tag ? list(response, [two]) : void response.writeHead(404).end(),
      [two],
    ],
    [
      "an API that is forbidden to exist",
      (request, response) =>
        request.url === tag ? list(response, [one]) : void response.writeHead(405).end(),
      [one],
    ],
    [
      "a page for people",
      (request, response) =>
        request.url === tag
          ? list(response, [one])
          : void response.writeHead(200, { "content-type": "text/html" }).end("<p>hello"),
      [one],
    ],
  ];
  for (const [what, answer, expected] of rows) {
    const image = await opened(t, answer);
    assert.deepEqual([image.subjects, image.name.endsWith("/app")], [[digest], true], what);
    assert.deepEqual((await image.referrers(digest)).entries, expected, what);
  }
});

test("referrers() gives up on a registry that does not answer, or answers nonsense", async (t) => {
  const rows: readonly (readonly [string, Answer, string])[] = [
    ["forbidden", (_, response) => void response.writeHead(403).end(), "auth-failed"],
    [
      "no JSON",
      (_, response) => void response.writeHead(200, { "content-type": index }).end("{"),
      "malformed",
    ],
    [
      "no list",
      (_, response) => void response.writeHead(200, { "content-type": index }).end('{"manifests":7}'),
      "malformed",
    ],
    ["a digest that is a path", (_, response) => list(response, [{ digest: "../../x" }]), "malformed"],
    [
      "a page elsewhere on this machine",
      (_, response) => list(response, [one], { link: '<http://127.0.0.1:1/x>; rel="next"' }),
      "network-failed",
    ],
  ];
  for (const [what, answer, code] of rows) {
    const image = await opened(t, answer);
    await assert.rejects(image.referrers(digest), (thrown: unknown) => codeOf(thrown) === code, what);
  }
});

test("referrers() bounds lists and pages, and says so", async (t) => {
  const endless = await opened(t, (_, response) =>
    list(response, [one], { link: `</v2/app/referrers/${digest}?again>; rel="next"` }),
  );
  const found = await endless.referrers(digest);
  assert.ok(found.entries.length <= 1_000 && found.incomplete !== undefined);
  const long = await opened(t, (_, response) =>
    list(
      response,
      Array.from({ length: 10_000 }, () => one),
    ),
  );
  const cut = await long.referrers(digest);
  assert.equal(cut.entries.length, 1_000);
  assert.match(cut.incomplete ?? "", /more than 1000 referrers/u);
});

test("manifest(), tagged() and blob() take no other bytes than were asked for", async (t) => {
  const image = await opened(t, (request, response) => {
    const headers =
      request.url?.includes("/manifests/sha256-") === true ? { "docker-content-digest": digest } : {};
    response.writeHead(200, headers).end("other bytes");
  });
  const mismatch = (thrown: unknown): boolean => codeOf(thrown) === "digest-mismatch";
  await assert.rejects(image.manifest(one.digest), mismatch);
  await assert.rejects(image.tagged(digest.replace(":", "-")), mismatch);
  await assert.rejects(image.blob(one.digest, 11, 100), mismatch);
  await assert.rejects(
    image.blob(one.digest, 101, 100),
    (thrown: unknown) => codeOf(thrown) === "limit-exceeded",
  );
});

test("putBlob() sends credentials to the registry's own host only, and no bytes to this machine for another", async (t) => {
  const asked: (string | undefined)[] = [];
  const elsewhere = await serve((request, response) => {
    asked.push(request.headers.authorization);
    response.writeHead(201).end();
  });
  t.after(() => elsewhere.close());
  const image = await opened(t, (request, response) => {
    if (request.method === "HEAD") return void response.writeHead(404).end();
    if (request.method === "POST")
      return void response.writeHead(202, { location: `${elsewhere.url}/upload?x=1` }).end();
    response.writeHead(500).end();
  });
  await image.destination?.putBlob(Buffer.from("bytes"));
  assert.deepEqual(asked, [undefined]);
  const nowhere = await opened(
    t,
    (request, response) => void response.writeHead(request.method === "HEAD" ? 404 : 202).end(),
  );
  await assert.rejects(async () => nowhere.destination?.putBlob(Buffer.from("bytes")), /names no place/u);
});
