import assert from "node:assert/strict";
import { test } from "node:test";
import { array, assert as check, constantFrom, property, tuple } from "fast-check";
import { random } from "../../../tests/support/synthetic-secrets.ts";
import { findNamedSecrets, isSecretName, isSecretValue } from "./secret-names.ts";

const secretNames =
  "PASSWORD DB_PASSWORD db.password dbPassword POSTGRES_PASSWD MYSQL_PWD APP_PASS API_KEY apiKey STRIPE_SECRET_KEY AWS_SECRET_ACCESS_KEY " +
  "GITHUB_TOKEN npm_config_token client_secret AZURE_CLIENT_SECRET SECRET_KEY_BASE JWT_SECRET ENCRYPTION_KEY spring.datasource.password";
const publicNames =
  // Names in the environment of official images, and what only sounds secret.
  "PATH LANG GPG_KEY GPG_KEYS PYTHON_VERSION PYTHON_SHA256 PYTHON_GET_PIP_SHA256 PYTHON_PIP_VERSION PYTHON_SETUPTOOLS_VERSION " +
  "PYTHON_GET_PIP_URL NODE_VERSION YARN_VERSION GOLANG_VERSION GOTOOLCHAIN GOPATH GOSU_VERSION PG_MAJOR PG_VERSION PGDATA REDIS_VERSION " +
  "REDIS_DOWNLOAD_URL REDIS_DOWNLOAD_SHA NGINX_VERSION NJS_VERSION NJS_RELEASE PKG_RELEASE DYNPKG_RELEASE JAVA_HOME JAVA_VERSION " +
  "PHP_VERSION PHP_URL PHP_ASC_URL PHP_SHA256 PHPIZE_DEPS PHP_INI_DIR PHP_CFLAGS PHP_LDFLAGS TOMCAT_SHA512 TOMCAT_VERSION MYSQL_VERSION " +
  "WORDPRESS_CLI_GPG_KEY RABBITMQ_PGP_KEY_ID OPENSSL_PGP_KEY_IDS RUBY_DOWNLOAD_SHA256 MONGO_VERSION JSYAML_CHECKSUM GF_PATHS_DATA " +
  "POSTGRES_PASSWORD_FILE TOKEN_PATH SECRET_NAME AWS_ACCESS_KEY_ID PUBLIC_KEY STRIPE_PUBLISHABLE_KEY NEXT_PUBLIC_API_KEY PWD OLDPWD " +
  "ALLOW_EMPTY_PASSWORD MYSQL_RANDOM_ROOT_PASSWORD KEYCLOAK_VERSION KEY_FILE libcrypto3 monkey keyboard tokenizer csrf_token";
for (const [names, is] of [
  [secretNames, true],
  [publicNames, false],
] as const)
  test(`isSecretName() says ${is} of names that are ${is ? "secret" : "public"}`, () => {
    assert.deepEqual(
      names.split(" ").filter((name) => isSecretName(name) !== is),
      [],
    );
  });

const values: readonly (readonly [value: string, is: boolean])[] = [
  ["hunter2!", true],
  ["S3cr3t-Pa55", true],
  [random("hex", 32), true],
  ["", false],
  ["changeme", false],
  ["password", false],
  ["password123", false],
  ["postgres", false],
  ["xxxxxxxx", false],
  ["<your-token>", false],
  ["$DB_PASSWORD", false],
  ["${{ secrets.TOKEN }}", false],
  ["{{ vault.password }}", false],
  ["%PASSWORD%", false],
  ["/run/secrets/db", false],
  ["https://vault.test/v1", false],
  ["1.1.1", false],
  ["true", false],
  ["aaaaaaaaaa", false],
  ["12345678", false],
  ["get_secret('db')", false],
  ["process.env.TOKEN", false],
  ["arn:aws:secretsmanager:us-east-1:123456789012:secret:prod/db-AbCdEf", false],
  ["vault:secret/data/app#token1", false],
  ["ref+awsssm://app/db1", false],
  ["projects/123/secrets/db-7/versions/1", false],
  [`sha256:${random("hex", 64)}`, false],
  ["!vault", false],
  ["!vault9-q3Z", true],
];
for (const [value, is] of values)
  test(`isSecretValue() says ${is} of "${value.length > 24 ? "random" : value}"`, () =>
    assert.equal(isSecretValue(value), is));

const value = `k7${random("base62", 14)}`;
const rows: readonly (readonly [text: string, found: readonly string[]])[] = [
  [`DB_PASSWORD=${value}`, ["DB_PASSWORD"]],
  [`export API_KEY="${value}"`, ["API_KEY"]],
  [`  "clientSecret" : "${value}",`, ["clientSecret"]],
  [`spring.datasource.password: ${value}\n`, ["spring.datasource.password"]],
  [`SECRET_KEY = '${value}'`, ["SECRET_KEY"]],
  [`tool --token=${value} --user=me`, ["token"]],
  [`postgres://app:${value}@db:5432/app`, ["password in postgres:// address"]],
  [`https://user:\${PASSWORD}@host/`, []],
  [`https://host:8443/path@2x`, []],
  [`password =\nuser = x`, []],
  [`token: `, []],
  ["=".repeat(5), []],
];
for (const [text, names] of rows)
  test(`findNamedSecrets() finds ${names.join() || "nothing"} in ${JSON.stringify(text.replaceAll(value, "…"))}`, () => {
    const found = findNamedSecrets(text);
    assert.deepEqual(
      found.map(({ name }) => name),
      names,
    );
    for (const { start } of found) assert.equal(text.slice(start, start + value.length), value);
  });

test("findNamedSecrets() finds one secret in a value that names another", () => {
  assert.deepEqual(
    findNamedSecrets(`A_TOKEN=B_TOKEN=${value} C_TOKEN=${value}`).map(({ name }) => name),
    ["A_TOKEN", "C_TOKEN"],
  );
});

test("findNamedSecrets() knows whose secret it is by name and form", () => {
  const discord = `M${random("base62", 23)}.${random("base62", 6)}.${random("base62", 38)}`;
  const text = `TWILIO_AUTH_TOKEN=${random("hex", 32)}\nAZURE_CLIENT_SECRET=abc8Q~${random("base62", 34)}\nDISCORD_TOKEN=${discord}\n`;
  assert.deepEqual(
    findNamedSecrets(text).map(({ service }) => service),
    ["Twilio", "Azure", "Discord"],
  );
});

test("findNamedSecrets() takes time that grows with the text at most", () => {
  const started = process.cpuUsage();
  for (const unit of [
    "password=",
    "=",
    "a",
    "://",
    "https://a:",
    " ",
    '"',
    "token:\t",
    `x=${"y".repeat(2000)}`,
  ])
    findNamedSecrets(unit.repeat(Math.ceil((1 << 19) / unit.length)));
  const { user } = process.cpuUsage(started);
  assert.ok(user < 10_000_000, `${user} µs`);
});

test("findNamedSecrets() finds a value under every name that is secret, however it is written", () => {
  const value = `q7${random("base62", 20)}`;
  const word = constantFrom(
    ..."password Passwd SECRET token key API pwd pat app my Key creds base credentials x 1".split(" "),
  );
  const joint = constantFrom("", "_", "-", ".", "__");
  const setting = constantFrom(
    "NAME=",
    "NAME = ",
    "NAME: ",
    '"NAME": ',
    "'NAME' = ",
    '\\"NAME\\":',
    "NAME-=",
    "NAME\t=",
  );
  check(
    property(array(tuple(word, joint), { minLength: 1, maxLength: 5 }), setting, (parts, form) => {
      const name = `a${parts.flat().join("")}`;
      const found = findNamedSecrets(`# ${form.replace("NAME", name)}"${value}"`, () => true);
      assert.equal(found.length, isSecretName(name) ? 1 : 0, `${form} ${name}`);
    }),
    { numRuns: 1000 },
  );
});
