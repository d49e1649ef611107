import assert from "node:assert/strict";
import { test } from "node:test";
import { isWorthReading } from "./secret-places.ts";

const text = Buffer.from("text\n");
const wants = (path: string, head: Uint8Array = text, size = 5) =>
  isWorthReading({ path, mode: 0o644, size, head });

const read =
  "app/config.yaml app/src/main.py etc/nginx/nginx.conf root/.ssh/id_ed25519 srv/app/.env srv/app/.env.production root/.bash_history " +
  "app/.git/HEAD app/.git/config root/.npmrc usr/local/share/npmrc opt/x/.docker/config.json usr/local/bin/start.sh app/server.key " +
  "usr/share/app/.npmrc app/node_modules/x/.npmrc home/u/.kube/config tmp/a/.aws/credentials app/.env.example app/credentials.json app/db.kdbx";
const unread =
  "usr/share/doc/openssl/key.pem usr/lib/python3.11/test/ssl_key.pem app/node_modules/x/test/key.pem app/README.md app/package-lock.json.map " +
  "usr/local/lib/python3.12/site-packages/botocore/auth.py usr/local/lib/python3.12/test/certdata/keycert.pem usr/local/go/src/crypto/tls/x.go " +
  "root/go/pkg/mod/github.com/x/y/key.pem usr/local/lib/ruby/gems/3.3.0/x.rb app/vendor/phpseclib/RSA.php app/tests/fixtures/key.pem " +
  "root/.cargo/registry/src/x/key.pem root/.m2/repository/x/a.xml etc/ssl/certs/ca.pem var/lib/dpkg/info/x.postinst " +
  "google-cloud-sdk/platform/gsutil/api.py app/.git/hooks/pre-push.sample app/node_modules/x/credentials.json usr/lib/x/credentials";
for (const [paths, is] of [
  [read, true],
  [unread, false],
] as const)
  test(`isWorthReading() says ${is} of ${is ? "where secrets are" : "what package managers put there"}`, () => {
    assert.deepEqual(
      paths.split(" ").filter((path) => wants(path) !== is),
      [],
    );
  });

const heads: readonly (readonly [why: string, head: Uint8Array, size: number, is: boolean])[] = [
  ["nothing in it", Buffer.alloc(0), 0, false],
  ["a program", Buffer.from("\x7fELF\0\0"), 100, false],
  ["UTF-16", Buffer.from("\ufeffkey", "utf16le"), 8, true],
  ["more than is read", text, 2 ** 20 + 1, false],
  ["as much as is read", text, 2 ** 20, true],
  ["an unknown beginning", Buffer.alloc(0), 5, false],
];
for (const [why, head, size, is] of heads)
  test(`isWorthReading() says ${is} of a file with ${why}`, () =>
    assert.equal(wants("app/conf", head, size), is));
