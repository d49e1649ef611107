import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { repository } from "../../tests/support/needs.ts";
import { readAlertConfig } from "./config.ts";

const secret = "hidden-0123456789-0123456789";
const env = {
  SLACK: `https://hooks.slack.example/services/T0/B0/${secret}`,
  SMTP: `smtp://user:${secret}@mail.example:587`,
  KEY: secret,
  SHORT: "hidden-short",
  BROKEN: "whsec_hidden!",
  NO_URL: "hidden-no-url",
  EMPTY: "",
};
const read = (source: string) => readAlertConfig(source, "alerts.yaml", env);

test("readAlertConfig() reads every kind, variables and defaults", () => {
  const source = `version: 1
receivers:
  a: {slack: {url: $SLACK}}
  b: {teams: {url: "https://teams.example/x", insecure: true}}
  c: {webhook: {url: "https://hook.example/", secret: $KEY}}
  d: {email: {smtp: $SMTP, from: "Seaworthy <s@example.org>", to: [a@example.org, b@example.org]}}
  e: {alertmanager: {url: "http://127.0.0.1:9093", labels: {team: a}}}
`;
  assert.deepEqual(read(source), {
    severity: "high",
    fixable: true,
    remindDays: null,
    receivers: [
      { kind: "slack", name: "a", url: env.SLACK, insecure: false },
      { kind: "teams", name: "b", url: "https://teams.example/x", insecure: true },
      { kind: "webhook", name: "c", url: "https://hook.example/", insecure: false, secret },
      {
        kind: "email",
        name: "d",
        smtp: env.SMTP,
        from: "Seaworthy <s@example.org>",
        to: ["a@example.org", "b@example.org"],
        insecure: false,
      },
      {
        kind: "alertmanager",
        name: "e",
        url: "http://127.0.0.1:9093",
        insecure: false,
        labels: { team: "a" },
      },
    ],
  });
});

const of = (receiver: string): string => `version: 1\nreceivers:\n  a:\n    ${receiver}\n`;
const wrong: readonly (readonly [why: string, source: string, place: string, state: RegExp])[] = [
  ["no YAML", "version: [1\n", "2:1", /./u],
  ["nothing", "", "1:1", /./u],
  ["another version", "version: 2\nreceivers: {}\n", "1:10", /^version: /u],
  [
    "an unknown key",
    `sevrity: high\n${of("slack: {url: $SLACK}")}`,
    "1:1",
    /"sevrity" is not known, the nearest is "severity"/u,
  ],
  ["an unknown kind", of("slak: {url: $SLACK}"), "4:5", /"slak" is not known, the nearest is "slack"/u],
  ["an unknown key of a kind", of("email: {smpt: x}"), "4:12", /./u],
  ["a key of another kind", of("slack: {url: $SLACK, secret: x}"), "4:26", /"secret" is not known/u],
  [
    "two kinds",
    of("slack: {url: $SLACK}\n    teams: {url: $SLACK}"),
    "4:5",
    /receivers\.a: a receiver is one of slack, teams/u,
  ],
  ["no kind", "version: 1\nreceivers:\n  a: {}\n", "3:6", /a receiver is one of/u],
  ["no receivers", "version: 1\nreceivers: {}\n", "2:12", /there is no receiver/u],
  [
    "a receiver twice",
    "version: 1\nreceivers:\n  a: {slack: {url: $SLACK}}\n  a: {slack: {url: $SLACK}}\n",
    "4:3",
    /unique/u,
  ],
  ["a hostile name", "version: 1\nreceivers:\n  __proto__: {slack: {url: $SLACK}}\n", "3:3", /./u],
  [
    "a name with a blank",
    'version: 1\nreceivers:\n  "a b": {slack: {url: $SLACK}}\n',
    "3:3",
    /a name has letters/u,
  ],
  ["bad days", `remind: 2w\n${of("slack: {url: $SLACK}")}`, "1:9", /^remind: days are written as 14d/u],
  ["no days", `remind: 0d\n${of("slack: {url: $SLACK}")}`, "1:9", /days are written/u],
  ["no severity", `severity: bad\n${of("slack: {url: $SLACK}")}`, "1:11", /critical/u],
  [
    "a missing variable",
    of("slack: {url: $NOT_SET}"),
    "4:18",
    /the environment variable "NOT_SET" is not set/u,
  ],
  ["an inherited name", of("slack: {url: $constructor}"), "4:18", /"constructor" is not set/u],
  ["an empty variable", of("slack: {url: $EMPTY}"), "4:18", /"EMPTY" is not set/u],
  [
    "a variable that is no address",
    of("slack: {url: $NO_URL}"),
    "4:18",
    /no address that begins with https:\/\/ or http:\/\//u,
  ],
  ["the wrong protocol", of("slack: {url: $SMTP}"), "4:18", /no address/u],
  ["mail over HTTP", of("email: {smtp: $SLACK, from: a@b, to: [a@b]}"), "4:19", /smtp:\/\/ or smtps:\/\//u],
  ["a short secret", of('webhook: {url: "https://a.example", secret: $SHORT}'), "4:49", /24 bytes/u],
  ["a broken secret", of('webhook: {url: "https://a.example", secret: $BROKEN}'), "4:49", /base64/u],
  [
    "a header in an address",
    of('email: {smtp: $SMTP, from: "a@b\\r\\nBcc: c@d", to: [a@b]}'),
    "4:32",
    /no mail address/u,
  ],
  ["nobody to write to", of("email: {smtp: $SMTP, from: a@b, to: []}"), "4:41", /./u],
  ["a bad label", of('alertmanager: {url: "https://a.example", labels: {a-b: c}}'), "4:55", /label/u],
  ["an alias", "version: 1\nseverity: &a high\nreceivers: *a\n", "1:1", /./u],
];
for (const [why, source, place, state] of wrong)
  test(`readAlertConfig() refuses ${why} at ${place}`, () => {
    assert.throws(
      () => read(source),
      (thrown: Error & { readonly code?: string }) => {
        assert.equal(thrown.code, "alerts-invalid");
        const [, found, said = ""] =
          /^read alerts "alerts\.yaml:(\d+:\d+)": (.*)$/su.exec(thrown.message) ?? [];
        assert.equal(found, place, thrown.message);
        assert.match(said, state);
        assert.doesNotMatch(`${thrown.message}${thrown.stack}${String(thrown.cause)}`, /hidden/u);
        return true;
      },
    );
  });

test("docs/alerts.md has an example that is read", () => {
  const text = readFileSync(join(repository, "docs/alerts.md"), "utf8");
  const [, example = ""] = /```yaml\n(.*?)```/su.exec(text) ?? [];
  const names = [...example.matchAll(/\$([A-Z_]+)/gu)].map(([, name = ""]) => name);
  const values = names.map((name) => [name, name.startsWith("SMTP") ? env.SMTP : env.SLACK]);
  const { receivers } = readAlertConfig(example, "alerts.yaml", Object.fromEntries(values));
  assert.deepEqual(
    receivers.map(({ kind }) => kind),
    ["slack", "teams", "webhook", "email", "alertmanager"],
  );
});
