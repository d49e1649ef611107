import assert from "node:assert/strict";
import { test } from "node:test";
import { extractFrom, foundFile } from "../../../tests/support/extract.ts";
import { random, syntheticKey } from "../../../tests/support/synthetic-secrets.ts";
import { secretProbe, secretTexts } from "./secret-probe.ts";

const see = (path: string, content: string | Uint8Array): readonly string[] =>
  (extractFrom(secretProbe, path, content).observations ?? []).map(
    ({ check, line, message }) => `${check.slice(-3)} ${line ?? "-"} ${message}`,
  );

const secret = `q8${random("base62", 30)}`;
const token = `glpat-z4${random("base62", 18)}`;
const base64 = Buffer.from(`user:${secret}`).toString("base64");

const rows: readonly (readonly [path: string, content: string, seen: readonly string[]])[] = [
  [
    "root/.npmrc",
    `//registry.test/:_authToken=${secret}\n`,
    ["044 1 a stored login (npm) with a secret of 32 characters"],
  ],
  ["root/.npmrc", "//registry.test/:_authToken=${NPM_TOKEN}\nfund=false\n", []],
  [
    "root/.docker/config.json",
    `{"auths":{"r.test":{"auth":"${base64}"}}}`,
    [`044 1 a stored login (Docker) with a secret of ${base64.length} characters`],
  ],
  ["root/.docker/config.json", '{"auths":{},"credsStore":"pass"}', []],
  [
    "home/u/.kube/config",
    `users:\n- name: a\n  user:\n    token: ${secret}\n`,
    ["044 4 a stored login (Kubernetes) with a secret of 32 characters"],
  ],
  ["home/u/.kube/config", "users:\n- name: a\n  user:\n    exec:\n      command: aws\n", []],
  [
    "root/.netrc",
    `machine a.test\nlogin me\npassword ${secret}\n`,
    ["044 3 a stored login (netrc) with a secret of 32 characters"],
  ],
  [
    "root/.pgpass",
    `# host\ndb:5432:*:app:${secret}\n`,
    ["044 2 a stored login (PostgreSQL) with a secret of 32 characters"],
  ],
  [
    "root/.git-credentials",
    `https://me:${secret}@git.test\n`,
    ["044 1 a stored login (Git) with a secret of 32 characters"],
  ],
  [
    "app/.git/config",
    `[remote "o"]\n\turl = https://me:${secret}@git.test/a\n`,
    ["044 2 a stored login (Git) with a secret of 32 characters"],
  ],
  ["app/.git/config", "[remote]\n\turl = https://git.test/a\n", []],
  [
    "root/.m2/settings.xml",
    `<!-- <password>sample1</password>\n-->\n<server><password>${secret}</password></server>`,
    ["044 3 a stored login (Maven) with a secret of 32 characters"],
  ],
  [
    "root/.m2/settings.xml",
    `<!--${"\n".repeat(50)}<!-- -->\n<password>${secret}</password>`,
    ["044 52 a stored login (Maven) with a secret of 32 characters"],
  ],
  ["usr/share/maven/conf/settings.xml", "<settings><!-- <password>repopwd</password> --></settings>", []],
  [
    "srv/.htpasswd",
    `me:$apr1$abcdefgh$${random("base62", 22)}\n`,
    ["044 1 a stored login (web server) with a secret of 37 characters"],
  ],
  ["root/.bash_history", "ls\ncd /\n", ["047 - what was typed (.bash_history)"]],
  [
    "root/.bash_history",
    `git clone https://x:${token}@git.test\n`,
    ["047 - what was typed (.bash_history)", '041 1 a GitLab token ("glpa…", 26 characters)'],
  ],
  ["app/.git/HEAD", "ref: refs/heads/main\n", ["048 - a git repository with its history"]],
  ["app/.env", "PORT=3000\n", ["049 - settings for the environment"]],
  ["app/.env", `PORT=3000\nDB_PASSWORD=${secret}\n`, ["045 2 DB_PASSWORD has a value of 32 characters"]],
  [
    "app/.env",
    `TWILIO_AUTH_TOKEN=${random("hex", 32)}\n`,
    ["041 1 Twilio: TWILIO_AUTH_TOKEN has a value of 32 characters"],
  ],
  ["app/.env", `GITLAB_TOKEN=${token}\n`, ['041 1 a GitLab token ("glpa…", 26 characters)']],
  [
    "app/application.yml",
    `spring:\n  password: ${secret}\n`,
    ["045 2 password has a value of 32 characters"],
  ],
  ["app/google-services.json", `{"current_key":"AIza${random("base62", 35)}"}`, []],
  ["app/main.py", `password = "${secret}"\n`, []],
  ["app/settings.py", "DEBUG = False\n", []],
  ["app/credentials.json", "{}", ["046 - a file named credentials.json"]],
  ["app/store.jks", "\u00fe\u00ed\u0000", ["046 - a file named store.jks"]],
  ["app/tls/server.key", syntheticKey(), ["042 1 a private key (PKCS#8) without a passphrase"]],
  ["app/tls/server.key", syntheticKey("word"), ["043 1 a private key (PKCS#8) with a passphrase"]],
  ["app/tls/server.pem", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", []],
];
for (const [path, content, seen] of rows)
  test(`secretProbe sees ${seen.length} in ${path} (${content.length} characters)`, () =>
    assert.deepEqual(see(path, Buffer.from(content, "latin1")), seen));

test("secretProbe reads UTF-16 of either order", () => {
  const little = Buffer.from(`\ufeffname\nkey ${token}\n`, "utf16le");
  for (const bytes of [little, Buffer.from(little).swap16()])
    assert.deepEqual(see("app/conf", bytes), ['041 2 a GitLab token ("glpa…", 26 characters)']);
});

test("secretProbe tells twenty secrets of a file and how many more there are", () => {
  const seen = see("app/tokens", `${token}\n`.repeat(500));
  assert.equal(seen.length, 21);
  assert.match(seen.at(-1) ?? "", /480 more/);
});

test("secretProbe leaves Debian's snakeoil key alone", () => {
  assert.equal(secretProbe.wants(foundFile("etc/ssl/private/ssl-cert-snakeoil.key", syntheticKey())), false);
});

test("secretTexts have ids of their own", () => {
  const ids = secretTexts.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
});

test("secretProbe takes time that grows with a file at most", () => {
  const started = process.cpuUsage();
  const names =
    ".npmrc .docker/config.json auth.json .kube/config .netrc .pgpass .git-credentials .htpasswd wp-config.php .env settings.xml .my.cnf".split(
      " ",
    );
  const units = [
    "password ",
    '"auth":"',
    ":",
    "//a:_authToken",
    "<password>",
    "<!--",
    "define('DB_PASSWORD',",
    "://a:",
    " ",
    "\n",
    "a.a.a.",
    "token:",
    '"a.b" : "',
  ];
  for (const name of names)
    for (const unit of units)
      secretProbe.extract(foundFile(`root/${name}`, unit.repeat(Math.ceil(2 ** 18 / unit.length))));
  const { user } = process.cpuUsage(started);
  assert.ok(user < 30_000_000, `${user} µs`);
});
