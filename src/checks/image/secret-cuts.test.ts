import assert from "node:assert/strict";
import { test } from "node:test";
import { random, syntheticTokens } from "../../../tests/support/synthetic-secrets.ts";
import { labelsWithoutSecrets, withoutSecrets } from "./secret-cuts.ts";

const secret = `w5${random("base62", 30)}`;
const github = syntheticTokens().find(({ literal }) => literal === "ghp_")?.values[0] ?? "";
const aws = { id: `AKIAQ4${random("base32", 14)}`, secret: `aZ3${random("base62", 37)}` };

test("withoutSecrets() leaves nothing of a secret in a history entry", () => {
  const text = `RUN |2 NPM_TOKEN=${secret} X=${github} /bin/sh -c AWS=${aws.id}:${aws.secret} run # buildkit`;
  const shown = withoutSecrets(text);
  for (const value of [secret, github, aws.id, aws.secret])
    for (const part of [value.slice(0, value.length / 2), value.slice(value.length / 2)])
      assert.ok(!shown.includes(part), shown);
  assert.match(shown, /^RUN \|2 NPM_TOKEN=‹secret› X=‹secret› \/bin\/sh -c AWS=‹secret› run # buildkit$/);
  const harmless = "RUN /bin/sh -c apt-get install -y ca-certificates=2023 “ü” # buildkit";
  assert.equal(withoutSecrets(harmless), harmless);
});

const letters = "ZqshMytalWJUPSJkagmXgXVSoh";
const spoken: readonly string[] = [
  "RUN curl -u admin:… https://x.test/",
  "RUN curl -sS --user=admin:… https://x.test/",
  'RUN curl -H "Authorization: Bearer …" https://x.test/',
  "RUN curl -H 'Authorization: Basic …' https://x.test/",
  "RUN mysql -uroot -p… -e x",
  "RUN tool login --password … r.test",
  "RUN tool login --api-key … r.test",
  "RUN docker login -u me -p … r.test",
  "RUN sshpass -p … ssh x",
  "RUN echo … | docker login -u me --password-stdin",
  'RUN echo "root:…" | chpasswd',
  "RUN git clone https://…@git.test/x",
  "ENV DB_PASSWORD=…",
  "ENV DB_PASSWORD …",
  'ENV DB_PASSWORD="… and more"',
  `ENV DB_PASSWORD='…"more'`,
  'RUN echo "{\\"password\\":\\"…\\"}" > /x',
  "RUN |2 A=1 GITHUB_PAT=… /bin/sh -c npm ci # buildkit",
];
for (const text of spoken)
  test(`withoutSecrets() cuts what stands for … in ${text}`, () => {
    for (const value of [secret, letters]) {
      const shown = withoutSecrets(text.replace("…", value));
      assert.ok(!shown.includes(value), shown.replaceAll(value, "(the secret)"));
      assert.match(shown, /‹secret›/);
    }
  });

const shown: readonly string[] = [
  "RUN chown -R --user 1000:1000 /app && pip install --user x",
  "RUN tool --password $DB_PASSWORD --token ${TOKEN} && curl -u $USER:$PASS https://x.test/",
  "ENV POSTGRES_PASSWORD_FILE=/run/secrets/db TOKEN=${TOKEN} SECRET=/run/secrets/x",
  "RUN mkdir -p /app && git clone git@git.test:x && git clone ssh://deploy@git.test/x",
  "RUN echo '# Basic authorization of tokens' > /x",
];
for (const text of shown)
  test(`withoutSecrets() leaves ${text}`, () => assert.equal(withoutSecrets(text), text));

test("withoutSecrets() takes time that grows with the text at most", () => {
  const started = process.cpuUsage();
  for (const unit of [
    "curl ",
    "curl -u a:",
    "mysql -p ",
    "echo x|",
    "://a",
    "authorization: bearer ",
    "--password ",
    "a",
  ])
    withoutSecrets(unit.repeat(Math.ceil((1 << 17) / unit.length)));
  const { user } = process.cpuUsage(started);
  assert.ok(user < 10_000_000, `${user} µs`);
});

test("labelsWithoutSecrets() cuts out values by their form and by their names", () => {
  const labels = { "build.password": "hunter2hunter2", version: "1.2", __proto__x: "a=b" };
  assert.deepEqual(labelsWithoutSecrets(labels), {
    "build.password": "‹secret›",
    version: "1.2",
    __proto__x: "a=b",
  });
});
