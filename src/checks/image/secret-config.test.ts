import assert from "node:assert/strict";
import { test } from "node:test";
import { indexedImage } from "../../../tests/support/indexed.ts";
import { random, syntheticTokens } from "../../../tests/support/synthetic-secrets.ts";
import type { HistoryEntry } from "../../core/image.ts";
import { emptyConfig } from "../../images/config.ts";
import { secretJudges } from "./secret-config.ts";
import { withoutSecrets } from "./secret-cuts.ts";

interface Plan {
  readonly env?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  /** `-` in front: brought no layer. */
  readonly history?: readonly string[];
}

function judge(plan: Plan): readonly string[] {
  const history = (plan.history ?? []).map(
    (text): HistoryEntry => ({ createdBy: text.replace(/^-/, ""), emptyLayer: text.startsWith("-") }),
  );
  const made = history.filter(({ emptyLayer }) => !emptyLayer);
  const config = emptyConfig({ os: "linux", architecture: "amd64" });
  const image = indexedImage({
    config: { ...config, env: plan.env ?? [], labels: plan.labels ?? {}, history },
    layers: made.map((_, index) => ({ index, digest: "", diffId: "", createdBy: "", fromBase: false })),
  });
  return secretJudges.flatMap((check) =>
    check
      .judge(image, {})
      .map(({ message, layer }) => `${check.text.id.slice(-3)} ${layer ?? "-"} ${message}`),
  );
}

const secret = `w5${random("base62", 30)}`;
const github = syntheticTokens().find(({ literal }) => literal === "ghp_")?.values[0] ?? "";
const gitlab = `glpat-z4${random("base62", 18)}`;
const aws = { id: `AKIAQ4${random("base32", 14)}`, secret: `aZ3${random("base62", 37)}` };

const rows: readonly (readonly [why: string, plan: Plan, seen: readonly string[]])[] = [
  ["nothing", {}, []],
  ["a token in ENV", { env: [`X=${github}`] }, ['050 - ENV X: a GitHub token ("ghp_…", 40 characters)']],
  [
    "a token without a checksum",
    { env: ["A=b", `X=${gitlab}`] },
    ['051 - ENV X: a GitLab token ("glpa…", 26 characters)'],
  ],
  [
    "a password in ENV",
    { env: [`DB_PASSWORD=${secret}`] },
    ["052 - ENV DB_PASSWORD: DB_PASSWORD has a value of 32 characters"],
  ],
  [
    "a password in an address",
    { env: [`DATABASE_URL=postgres://a:${secret}@db/x`] },
    ["052 - ENV DATABASE_URL: password in postgres:// address has a value of 32 characters"],
  ],
  [
    "a token in the place of a name",
    { env: [github], labels: { [gitlab]: "x" } },
    [
      '050 - ENV without a name: a GitHub token ("ghp_…", 40 characters)',
      '051 - label without a name: a GitLab token ("glpa…", 26 characters)',
    ],
  ],
  [
    "both halves of an AWS key",
    { env: [`AWS_ACCESS_KEY_ID=${aws.id}`, `AWS_SECRET_ACCESS_KEY=${aws.secret}`] },
    ['050 - ENV AWS_ACCESS_KEY_ID: an AWS access key ("AKIA…", 20 characters)'],
  ],
  [
    "a label",
    { labels: { "ci.token": secret } },
    ["052 - label ci.token: ci.token has a value of 32 characters"],
  ],
  [
    "a build argument, once",
    {
      history: [
        "-ARG NPM_TOKEN",
        `RUN |1 NPM_TOKEN=${secret} /bin/sh -c npm ci # buildkit`,
        `RUN |1 NPM_TOKEN=${secret} /bin/sh -c npm test # buildkit`,
      ],
    },
    ["052 0 history entry 2: NPM_TOKEN has a value of 32 characters"],
  ],
  [
    "ENV and the entry that set it, once",
    { env: [`API_KEY=${secret}`], history: [`-ENV API_KEY=${secret}`] },
    ["052 - ENV API_KEY: API_KEY has a value of 32 characters"],
  ],
  [
    "a command of the history, by layer",
    { history: ["ADD rootfs /", `RUN /bin/sh -c git clone https://x:${gitlab}@git.test/a`] },
    ['051 1 history entry 2: a GitLab token ("glpa…", 26 characters)'],
  ],
  [
    "the classic builder's ARG",
    { history: [`-/bin/sh -c #(nop)  ARG TOKEN=${secret}`] },
    ["052 - history entry 1: TOKEN has a value of 32 characters"],
  ],
];
for (const [why, plan, seen] of rows)
  test(`secretJudges see ${seen.length} in ${why}`, () => assert.deepEqual(judge(plan), seen));

// As the official images have them (names and forms; digests are made up).
const sha = "0123456789abcdef".repeat(4);
const official: readonly Plan[] = [
  {
    env: [
      "PATH=/usr/local/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      "LANG=C.UTF-8",
      "GPG_KEY=7169605F62C751356D054A26A821E680E5FA6305",
      "PYTHON_VERSION=3.12.4",
      `PYTHON_SHA256=${sha}`,
      "PYTHON_GET_PIP_URL=https://github.com/pypa/get-pip/raw/abc/public/get-pip.py",
      `PYTHON_GET_PIP_SHA256=${sha}`,
    ],
    history: [
      '-/bin/sh -c #(nop)  CMD ["bash"]',
      'RUN /bin/sh -c set -eux; wget -O python.tar.xz.asc "https://www.python.test/$PYTHON_VERSION.tar.xz.asc"; GNUPGHOME="$(mktemp -d)"; export GNUPGHOME; gpg --batch --keyserver hkps://keys.openpgp.org --recv-keys "$GPG_KEY" # buildkit',
    ],
  },
  {
    env: ["NODE_VERSION=22.4.0", "YARN_VERSION=1.22.22"],
    history: [
      'RUN /bin/sh -c for key in 4ED778F539E3634C779C87C6D7062848A1AB005C 141F07595B7B3FFE74309A937405533BE57C7D57; do gpg --batch --keyserver hkps://keys.openpgp.org --recv-keys "$key"; done # buildkit',
    ],
  },
  { env: ["GOLANG_VERSION=1.22.5", "GOTOOLCHAIN=local", "GOPATH=/go", `GOLANG_SHA256=${sha}`] },
  {
    env: [
      "GOSU_VERSION=1.17",
      "LANG=en_US.utf8",
      "PG_MAJOR=16",
      "PG_VERSION=16.3-1.pgdg120+1",
      "PGDATA=/var/lib/postgresql/data",
      `PG_SHA256=${sha}`,
    ],
  },
  {
    env: [
      "REDIS_VERSION=7.2.5",
      "REDIS_DOWNLOAD_URL=http://download.redis.io/releases/redis-7.2.5.tar.gz",
      `REDIS_DOWNLOAD_SHA=${sha}`,
    ],
  },
  {
    env: ["NGINX_VERSION=1.27.0", "NJS_VERSION=0.8.4", "NJS_RELEASE=2~bookworm", "PKG_RELEASE=2~bookworm"],
    history: [
      'RUN /bin/sh -c set -x && NGINX_GPGKEYS="573BFD6B3D8FBC641079A6ABABF5BD827BD9BF62 8540A6F18833A80E9C1653A42FD21310B49F6B46"; NGINX_GPGKEY_PATH=/usr/share/keyrings/nginx-archive-keyring.gpg; # buildkit',
    ],
  },
  { env: ["JAVA_HOME=/opt/java/openjdk", "JAVA_VERSION=jdk-21.0.3+9"] },
  {
    env: [
      "PHPIZE_DEPS=autoconf \t\tdpkg-dev \t\tfile",
      "PHP_INI_DIR=/usr/local/etc/php",
      "GPG_KEYS=1198C0117593497A5EC5C199286AF1F9897469DC 49D9AF6BC72A80D6691719C8AA23F5BE9C7097D4",
      "PHP_ASC_URL=https://www.php.net/distributions/php-8.3.9.tar.xz.asc",
      `PHP_SHA256=${sha}`,
    ],
  },
  {
    env: [
      "WORDPRESS_CLI_GPG_KEY=63AF7AA15067C05616FDDD88A3A2E8F226F0BC06",
      "RABBITMQ_PGP_KEY_ID=0x0A9AF2115F4687BD29803A206B73A36E6026DFCA",
      `JSYAML_CHECKSUM=${sha}`,
    ],
  },
  {
    env: [
      "ALLOW_EMPTY_PASSWORD=yes",
      "POSTGRES_PASSWORD_FILE=/run/secrets/db",
      "MYSQL_ROOT_PASSWORD=changeme",
      "TOKEN=${TOKEN}",
    ],
  },
  { history: ["RUN /bin/sh -c apk add --no-cache libcrypto3=3.1.4-r1 libssl3=3.1.4-r1 # buildkit"] },
  {
    labels: {
      "org.opencontainers.image.source": "https://github.com/a/b",
      "org.opencontainers.image.revision": sha.slice(24),
    },
  },
];
test("secretJudges see nothing in the config of official images", () => {
  assert.deepEqual(official.flatMap(judge), []);
});

test("withoutSecrets() cuts a secret with another inside of it once", () => {
  assert.equal(withoutSecrets(`RUN A_TOKEN=B_TOKEN=${secret} x`), "RUN A_TOKEN=‹secret› x");
});

test("withoutSecrets() and secretJudges take time that grows with the config at most", () => {
  const lines = Array.from({ length: 20_000 }, () => `glpat-${random("base62", 20)} DB_PASSWORD=${secret}`);
  const started = process.cpuUsage();
  withoutSecrets(lines.join("\n"));
  judge({ env: lines });
  const { user } = process.cpuUsage(started);
  assert.ok(user < 10_000_000, `${user} µs`);
});
