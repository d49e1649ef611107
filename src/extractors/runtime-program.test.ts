import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { basename } from "node:path";
import { test } from "node:test";
import { program } from "../../tests/support/distro-files.ts";
import { extractFrom, foundFile, named } from "../../tests/support/extract.ts";
import { runtimeProgram } from "./runtime-program.ts";

// An ELF header, then texts as the real program has them.
const elf = (...texts: readonly string[]): Uint8Array =>
  Buffer.concat([program("x").data, Buffer.from(`\0${texts.join("\0")}\0`, "latin1")]);

const rows: readonly (readonly [path: string, texts: readonly string[], found: readonly string[]])[] = [
  ["usr/local/bin/node", ["x", "node.js/v18.1.0"], ["node@18.1.0"]],
  ["usr/local/bin/node", ["node.js/vX"], []],
  ["usr/local/bin/python3.11", ["3.11.7"], ["python@3.11.7"]],
  ["usr/local/lib/libpython3.14.so.1.0", ["3.14.0rc1+"], ["python@3.14.0rc1"]],
  ["opt/py/bin/python3.12", ["/root/.pyenv/versions/3.12.1"], ["python@3.12.1"]],
  // The number of a library that is linked in.
  ["usr/local/bin/python3.11", ["3.12.1", "3.11", "1.2.13"], []],
  ["usr/local/bin/ruby", ["ruby 3.2.2 (2023-03-30 revision e51014f9c0) [x86_64-linux]"], ["ruby@3.2.2"]],
  ["usr/lib/libruby-3.1.so.3.1.2", ["ruby 3.1.2p20 (2022-04-12 revision 4)"], ["ruby@3.1.2"]],
  ["usr/local/bin/php", ["X-Powered-By: PHP/8.2.13"], ["php@8.2.13"]],
  ["usr/local/sbin/php-fpm", ["X-Powered-By: PHP/8.4.0RC1"], ["php@8.4.0RC1"]],
  ["usr/local/bin/perl", ["/usr/local/lib/perl5/5.38.0"], ["perl@5.38.0"]],
  ["usr/sbin/nginx", ["nginx version: nginx/1.25.3\n"], ["nginx@1.25.3"]],
  ["usr/sbin/nginx", ["nginx version: openresty/1.21.4.1"], []],
  ["usr/local/apache2/bin/httpd", ["Apache/2.4.58 (Unix)"], ["httpd@2.4.58"]],
  [
    "usr/local/sbin/haproxy",
    ["HAProxy version 2.5.\n", "HAProxy version 2.9.0-fddb8c13b, released 2023/12/05"],
    ["haproxy@2.9.0"],
  ],
  [
    "usr/lib/postgresql/15/bin/postgres",
    ["PostgreSQL 9.1.", "postgres (PostgreSQL) 15.5\n"],
    ["postgresql@15.5"],
  ],
  ["usr/bin/memcached", ["memcached 1.6.22\n"], ["memcached@1.6.22"]],
  [
    "usr/local/bin/redis-server",
    ["2.6.0", "7.2.3buildkitsandbox-1698856785000000000000000000"],
    ["redis@7.2.3"],
  ],
  // The host's name begins with a digit.
  ["usr/local/bin/redis-server", ["6.2.63bd2a1c4d5e6-1634000000000000000000000000"], ["redis@6.2.6"]],
  ["usr/local/bin/valkey-server", ["8.0.1buildkitsandbox-1728400000000000000000000000"], ["valkey@8.0.1"]],
];
for (const [path, texts, found] of rows)
  test(`runtimeProgram reads ${found.join() || "nothing"} in ${basename(path)} with "${texts.join(" ").trim()}"`, () => {
    assert.deepEqual(named([extractFrom(runtimeProgram, path, elf(...texts), 0o755)]), found);
  });

test("runtimeProgram wants programs by name and first bytes only", () => {
  const wants = (path: string, content: Uint8Array | string) =>
    runtimeProgram.wants(foundFile(path, content, 0o755));
  assert.equal(wants("usr/bin/node", "#!/bin/sh\n"), false);
  for (const name of ["python3", "node-gyp", "redis-cli", "phpunit", "libnode.so"])
    assert.equal(wants(`usr/bin/${name}`, elf()), false, name);
});

test("runtimeProgram gives Python's starter to the library that it loads", () => {
  const { owns = [] } = extractFrom(runtimeProgram, "usr/local/lib/libpython3.11.so.1.0", elf("3.11.7"));
  assert.deepEqual(owns[0]?.owner, "python 3.11.7");
  assert.ok(owns[0]?.paths.includes("usr/local/bin/python3.11"));
  const hidden = extractFrom(runtimeProgram, "usr/lib/x86_64-linux-gnu/libpython3.11.so.1.0", elf("3.11.7"));
  assert.deepEqual(hidden.owns, []);
});

test("runtimeProgram finds a text that lies across two chunks, and ends in a file without any", () => {
  const gap = 2 ** 20 - 256 - 8;
  const content = Buffer.concat([program("x").data, Buffer.alloc(gap), Buffer.from("node.js/v20.1.2\0")]);
  assert.deepEqual(named([extractFrom(runtimeProgram, "bin/node", content, 0o755)]), ["node@20.1.2"]);
  assert.deepEqual(
    extractFrom(runtimeProgram, "bin/node", Buffer.concat([content.subarray(0, 300)]), 0o755),
    {},
  );
});

// The programs of this machine, against what they say of themselves.
const real: readonly (readonly [path: string, args: readonly string[], as: string])[] = [
  [process.execPath, ["--version"], "bin/node"],
  ["/usr/bin/perl", ["-e", "printf 'v%vd', $^V"], "bin/perl"],
  ["/usr/bin/python3.11", ["--version"], "bin/python3.11"],
];
for (const [path, args, as] of real)
  test(`runtimeProgram agrees with ${path} itself`, {
    skip: existsSync(path) ? false : `needs ${path}`,
  }, () => {
    const said = /\d+\.\d+\.\d+/.exec(execFileSync(path, args, { encoding: "utf8" }))?.[0];
    const extracted = extractFrom(runtimeProgram, as, readFileSync(realpathSync(path)), 0o755);
    assert.deepEqual(named([extracted]), [`${basename(as).replace(/[\d.]+$/, "")}@${said}`]);
  });
