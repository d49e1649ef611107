import assert from "node:assert/strict";
import { createServer } from "node:net";
import { test } from "node:test";
import type { SMTPServerOptions } from "smtp-server";
import { selfSigned, serveMail } from "../../tests/support/mail-server.ts";
import { needs } from "../../tests/support/needs.ts";
import { freePort } from "../../tests/support/serve.ts";
import { type Mail, type MailSettings, sendMail } from "./smtp.ts";

const mail: Mail = {
  id: "<1@seaworthy.invalid>",
  from: "Seaworthy <s@example.org>",
  to: ["a@example.org", "b@example.org"],
  subject: "words → and more",
  text: "one\n.\ntwo\n",
};
const password = "p@ss:hidden/1";
const login = `user:${encodeURIComponent(password)}@`;

function settings(url: string, more: Partial<MailSettings> = {}): MailSettings {
  const signal = AbortSignal.timeout(10_000);
  return { url, insecure: false, timeout: 2_000, attempts: 3, backOff: 5, signal, ...more };
}

const asksForUser: SMTPServerOptions = {
  authOptional: false,
  allowInsecureAuth: true,
  onAuth: ({ username, password: given }, _session, done) =>
    given === password ? done(null, { user: username ?? "" }) : done(new Error(`no user has ${given}`)),
};

test("sendMail() hands a mail over, with user and password", async () => {
  const server = await serveMail(asksForUser);
  try {
    await sendMail(mail, settings(`smtp://${login}${server.host}`));
  } finally {
    await server.close();
  }
  const [taken] = server.mails;
  assert.deepEqual(
    [taken?.from, taken?.to, taken?.user],
    ["s@example.org", ["a@example.org", "b@example.org"], "user"],
  );
  assert.match(taken?.source ?? "", /^Message-ID: <1@seaworthy\.invalid>\r$/mu);
  assert.match(taken?.source ?? "", /\r\n\r\none\r\n\.\r\ntwo/u);
});

test("sendMail() makes no header of what stands in a subject or a name", async () => {
  const server = await serveMail({});
  const hostile = "x\r\nBcc: evil@example.org\r\n\r\nbody";
  try {
    await sendMail({ ...mail, subject: hostile, id: `<${hostile}@x>` }, settings(`smtp://${server.host}`));
  } finally {
    await server.close();
  }
  const [taken] = server.mails;
  assert.deepEqual(taken?.to, mail.to);
  assert.doesNotMatch(taken.source, /^(?:Bcc:|body)/mu);
});

const tls = { skip: needs("openssl") };

test("sendMail() speaks STARTTLS, and trusts no unknown certificate", tls, async () => {
  const { key, cert } = selfSigned();
  const server = await serveMail({ key, cert });
  try {
    await assert.rejects(sendMail(mail, settings(`smtp://${server.host}`)), {
      code: "network-failed",
      message: /no TLS can be had|no connection can be had/u,
    });
    assert.equal(server.mails.length, 0);
    await sendMail(mail, settings(`smtp://${server.host}`, { insecure: true }));
    assert.equal(server.mails[0]?.secure, true);
  } finally {
    await server.close();
  }
});

test("sendMail() speaks TLS from the first byte", tls, async () => {
  const { key, cert } = selfSigned();
  const server = await serveMail({ secure: true, key, cert });
  try {
    await sendMail(mail, settings(`smtps://${server.host}`, { insecure: true }));
    assert.equal(server.mails[0]?.secure, true);
  } finally {
    await server.close();
  }
});

test("sendMail() tries again after 4xx, and not after 5xx", async () => {
  const busy = await serveMail({}, [451, 421]);
  await sendMail(mail, settings(`smtp://${busy.host}`));
  assert.deepEqual([busy.mails.length, busy.connections()], [1, 3]);
  await busy.close();
  const full = await serveMail({}, [451, 451, 451, 451]);
  await assert.rejects(sendMail(mail, settings(`smtp://${full.host}`)), /refuses the mail \(answer 451\)/u);
  assert.equal(full.connections(), 3);
  await full.close();
  const strict = await serveMail({}, [554]);
  await assert.rejects(sendMail(mail, settings(`smtp://${strict.host}`)), /refuses the mail \(answer 554\)/u);
  assert.equal(strict.connections(), 1);
  await strict.close();
});

test("sendMail() calls no mail sent that one of its receivers did not get", async () => {
  const server = await serveMail({
    onRcptTo: ({ address }, _session, done) =>
      address.startsWith("b")
        ? done(Object.assign(new Error("no such user"), { responseCode: 550 }))
        : done(),
  });
  await assert.rejects(
    sendMail(mail, settings(`smtp://${server.host}`)),
    /refuses 1 of 2 receivers; the others have the mail/u,
  );
  await server.close();
});

test("sendMail() says nothing of user, password and a server's words", async () => {
  const server = await serveMail({
    ...asksForUser,
    onAuth: ({ password: given }, _session, done) => done(new Error(`no user has ${given} ${password}`)),
  });
  const wrong = await sendMail(mail, settings(`smtp://${login}${server.host}`)).catch(
    (thrown: unknown) => thrown,
  );
  await server.close();
  assert.ok(wrong instanceof Error);
  assert.equal(
    wrong.message,
    `send mail by "${server.host}": the server refuses user and password (answer 535)`,
  );
  assert.doesNotMatch(`${wrong.stack} ${String(wrong.cause)}`, /hidden/u);
});

const states: readonly (readonly [why: string, url: (port: number) => string, state: RegExp])[] = [
  ["nobody listens", (port) => `smtp://127.0.0.1:${port}`, /no connection can be had/u],
  ["no such protocol", () => "http://127.0.0.1", /not smtp:\/\/HOST:PORT/u],
  ["no address", () => "hidden", /not smtp:\/\/HOST:PORT or smtps:\/\/HOST:PORT$/u],
];
for (const [why, url, state] of states)
  test(`sendMail() says that ${why}`, async () =>
    assert.rejects(sendMail(mail, settings(url(await freePort()))), state));

test("sendMail() hands nothing over without TLS beyond loopback, unless that is allowed", async () => {
  const server = await serveMail(asksForUser);
  // An address of this machine that is not loopback's.
  const url = `smtp://${login}${server.host.replace("127.0.0.1", "0.0.0.0")}`;
  await assert.rejects(sendMail(mail, settings(url)), /no TLS can be had/u);
  assert.deepEqual(server.mails, []);
  await sendMail(mail, settings(url, { insecure: true }));
  assert.equal(server.mails.length, 1);
  await server.close();
});

test("sendMail() gives up on a server that says nothing, at its own time-out and by the signal", async () => {
  const sockets = new Set<{ destroy(): void }>();
  const silent = createServer((socket) => void sockets.add(socket.on("error", () => {})));
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const address = silent.address();
  const url = `smtp://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
  await assert.rejects(sendMail(mail, settings(url, { timeout: 50, attempts: 1 })), /no answer in time/u);
  const started = performance.now();
  await assert.rejects(sendMail(mail, settings(url, { signal: AbortSignal.timeout(100) })), {
    name: "TimeoutError",
  });
  assert.ok(performance.now() - started < 1_500);
  for (const socket of sockets) socket.destroy();
  silent.close();
});
