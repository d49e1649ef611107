import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { test } from "node:test";
import { Webhook } from "standardwebhooks";
import { manyAlerts, sampleAlert } from "../../tests/support/alerts.ts";
import { type HttpReceiver, receive } from "../../tests/support/http-receiver.ts";
import { serveMail } from "../../tests/support/mail-server.ts";
import { freePort } from "../../tests/support/serve.ts";
import type { Alert } from "../core/alert.ts";
import type { Receiver } from "../notify/config.ts";
import { type DeliverySettings, deliver } from "./deliver.ts";

const limits = { deadline: 5_000, headers: 1_000, backOff: 5, attempts: 3 };
const settings: DeliverySettings = { env: {}, now: Date.now, limits };
const path = "/services/T0/B0/hidden-path";
const signed = `whsec_${Buffer.from("hidden-0123456789-0123456789").toString("base64")}`;

type Answer = (response: ServerResponse) => void;

/** A receiver that answers each request as it is told, the last way for ever. */
function receiver(...answers: readonly Answer[]): Promise<HttpReceiver> {
  return receive((response, number) => answers[Math.min(number, answers.length) - 1]?.(response));
}

const answer =
  (status: number, headers: Readonly<Record<string, string>> = {}) =>
  (response: ServerResponse): void =>
    void response.writeHead(status, headers).end("some words with hidden-path");
const ok = answer(200);
const reset = (response: ServerResponse): void => void response.destroy();
const hang = (): void => {};
const late =
  (milliseconds: number) =>
  (response: ServerResponse): void =>
    void setTimeout(() => ok(response), milliseconds);
// The head of an answer, and a body that never ends.
const dripping = (response: ServerResponse): void => {
  response.writeHead(200);
  response.write("o");
};

const slack = (url: string): Receiver => ({
  kind: "slack",
  name: "s",
  url: `${url}${path}`,
  insecure: false,
});

/** The error, if any, and the ids of what arrived. */
async function told(
  to: Receiver,
  alerts: readonly Alert[] = [sampleAlert("CVE-1")],
  more: Partial<DeliverySettings["limits"]> = {},
) {
  const arrived: string[] = [];
  try {
    await deliver(
      to,
      { today: "2026-01-01", alerts },
      { ...settings, limits: { ...limits, ...more } },
      (some) => arrived.push(...some.map(({ id }) => id)),
    );
    return { error: "", arrived };
  } catch (thrown) {
    assert.ok(thrown instanceof Error);
    assert.equal(thrown.cause, undefined);
    assert.doesNotMatch(`${thrown.message} ${thrown.stack}`, /hidden/u);
    return { error: thrown.message.replace(/127\.0\.0\.1:\d+/gu, "HOST"), arrived };
  }
}

const rows: readonly (readonly [
  why: string,
  answers: readonly Answer[],
  requests: number,
  error: RegExp | undefined,
])[] = [
  ["takes it", [ok], 1, undefined],
  ["takes it with 202", [answer(202)], 1, undefined],
  ["fails once", [answer(500), ok], 2, undefined],
  ["is away for a moment", [answer(503), answer(502), ok], 3, undefined],
  ["fails for ever", [answer(500)], 3, /^tell "HOST": it answered 500$/u],
  ["breaks the connection once", [reset, ok], 2, undefined],
  [
    "breaks each connection",
    [reset],
    3,
    /^tell "HOST": connect to "HOST": the connection (?:was reset|broke off)$/u,
  ],
  ["asks to wait", [answer(429, { "retry-after": "1" }), ok], 2, undefined],
  ["asks to wait for too long", [answer(429, { "retry-after": "3600" })], 1, /it answered 429$/u],
  ["answers late", [late(300)], 1, undefined],
  ["answers, and its body never ends", [dripping], 1, undefined],
  ["refuses", [answer(400)], 1, /it answered 400$/u],
  ["is gone", [answer(404)], 1, /it answered 404$/u],
  [
    "redirects to a page that says 200",
    [answer(302, { location: "/login" }), ok],
    2,
    /it redirects: name the address/u,
  ],
  ["redirects a POST", [answer(307, { location: `${path}/` }), ok], 2, /it redirects: name the address/u],
  ["redirects to another host", [answer(308, { location: "http://127.0.0.2:9/x" })], 1, /another host/u],
  ["redirects to nowhere", [answer(301, { location: "http://[" })], 1, /no URL/u],
];
for (const [why, answers, requests, error] of rows)
  test(`deliver() ${error === undefined ? "tells" : "does not tell"} a receiver that ${why}`, async () => {
    const server = await receiver(...answers);
    const { error: said, arrived } = await told(slack(server.url));
    await server.close();
    assert.match(said, error ?? /^$/u);
    assert.equal(server.posts.length, requests);
    assert.deepEqual(arrived, error === undefined ? ["CVE-1"] : []);
  });

test("deliver() gives up on a receiver that hangs at the deadline", async () => {
  const server = await receiver(hang);
  const started = performance.now();
  const { error, arrived } = await told(slack(server.url), undefined, { deadline: 200, headers: 10_000 });
  await server.close();
  assert.equal(error, 'tell "HOST": not taken within 0.2 seconds');
  assert.deepEqual(arrived, []);
  assert.ok(performance.now() - started < 2_000);
});

test("deliver() tries a receiver again that hangs, before the deadline", async () => {
  const server = await receiver(hang, ok);
  const { error } = await told(slack(server.url), undefined, { headers: 100 });
  await server.close();
  assert.equal(error, "");
});

test("deliver() says that nobody listens, and where", async () => {
  const port = await freePort();
  assert.equal(
    (await told(slack(`http://127.0.0.1:${port}`))).error,
    'tell "HOST": connect to "HOST": nobody listens there',
  );
});

test("deliver() posts over plain HTTP to loopback alone, unless that is allowed", async () => {
  const server = await receiver(ok);
  // An address of this machine that is not loopback's.
  const url = `${server.url.replace("127.0.0.1", "0.0.0.0")}/x`;
  const to: Receiver = { kind: "teams", name: "t", url, insecure: false };
  assert.match((await told(to)).error, /plain HTTP is allowed to loopback only/u);
  assert.equal((await told({ ...to, insecure: true })).error, "");
  await server.close();
});

test("deliver() tells 2,000 alerts in parts, and counts only those that arrived", async () => {
  const alerts = manyAlerts(2_000, 3);
  const server = await receiver(ok, ok, answer(400));
  const first = await told(slack(server.url), alerts);
  await server.close();
  assert.match(first.error, /it answered 400/u);
  assert.equal(server.posts.length, 3);
  const sent = server.posts
    .slice(0, 2)
    .flatMap(({ body }) => [...body.matchAll(/CVE-2026-\d+/gu)].map(String));
  assert.deepEqual(first.arrived, sent);
  const all = await receiver(ok);
  const second = await told(slack(all.url), alerts.slice(sent.length), { deadline: 60_000 });
  await all.close();
  assert.deepEqual(
    [...first.arrived, ...second.arrived],
    alerts.map(({ id }) => id),
  );
});

test("deliver() stops between parts at the deadline", async () => {
  const server = await receiver(late(150));
  const { error, arrived } = await told(slack(server.url), manyAlerts(1_000, 3), { deadline: 500 });
  await server.close();
  assert.match(error, /not taken within 0\.5 seconds/u);
  assert.ok(arrived.length > 0 && arrived.length < 1_000, String(arrived.length));
});

test("deliver() signs what a webhook is sent, and says nothing of the secret", async () => {
  const server = await receiver(answer(500), ok);
  const to: Receiver = {
    kind: "webhook",
    name: "w",
    url: `${server.url}${path}`,
    secret: signed,
    insecure: false,
  };
  assert.equal((await told(to)).error, "");
  await server.close();
  const [first, second] = server.posts;
  assert.ok(first !== undefined && second !== undefined);
  new Webhook(signed).verify(second.body, { ...second.headers });
  assert.equal(first.headers["webhook-id"], second.headers["webhook-id"]);
});

test("deliver() posts to Alertmanager's path, with the user of its address", async () => {
  const server = await receiver(ok);
  for (const suffix of ["", "/", "/am", "/am/", "/am/api/v2/alerts"]) {
    const url = `${server.url.replace("http://", "http://user:hidden@")}${suffix}`;
    assert.equal(
      (await told({ kind: "alertmanager", name: "a", url, labels: {}, insecure: false })).error,
      "",
    );
  }
  await server.close();
  assert.deepEqual(
    server.posts.map(({ path: at }) => at),
    ["/api/v2/alerts", "/api/v2/alerts", "/am/api/v2/alerts", "/am/api/v2/alerts", "/am/api/v2/alerts"],
  );
  assert.equal(
    server.posts[0]?.headers["authorization"],
    `Basic ${Buffer.from("user:hidden").toString("base64")}`,
  );
});

test("deliver() mails, and gives up on a mail server at the deadline", async () => {
  const server = await serveMail({}, [451]);
  const to = (host: string): Receiver => ({
    kind: "email",
    name: "m",
    smtp: `smtp://${host}`,
    from: "s@example.org",
    to: ["a@example.org"],
    insecure: false,
  });
  assert.deepEqual(await told(to(server.host), manyAlerts(300, 2), { deadline: 20_000 }), {
    error: "",
    arrived: manyAlerts(300, 2).map(({ id }) => id),
  });
  await server.close();
  assert.deepEqual(
    server.mails.map(({ source }) => /^Subject: .*$/mu.exec(source)?.[0].trim()),
    [
      "Subject: Seaworthy: 250 advisories over 500 images (part 1 of 2)",
      "Subject: Seaworthy: 50 advisories over 100 images (part 2 of 2)",
    ],
  );
  const silent = await serveMail({ onConnect: () => {} });
  assert.match(
    (await told(to(silent.host), undefined, { deadline: 200 })).error,
    /not taken within 0\.2 seconds/u,
  );
  await silent.close();
});
