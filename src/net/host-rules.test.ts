import assert from "node:assert/strict";
import { test } from "node:test";
import { codeOf } from "../core/errors.ts";
import { allowedUrl, isLoopback, proxyOf, refuseInward } from "./host-rules.ts";

const open = { offline: false, insecureHosts: ["plain.example:5000", "any.example"] };

for (const url of [
  "https://registry.example/v2/",
  "http://127.0.0.1:5000/v2/",
  "http://127.8.9.1/",
  "http://localhost:5000/",
  "http://[::1]:5000/",
  "http://plain.example:5000/",
  "http://any.example:1234/",
])
  test(`allowedUrl() allows ${url}`, () => assert.equal(allowedUrl(url, open).href, url));

const refused: readonly [url: string, code: string][] = [
  ["http://registry.example/", "network-refused"],
  ["http://plain.example/", "network-refused"],
  ["http://127.0.0.1.example/", "network-refused"],
  ["http://localhost.example/", "network-refused"],
  ["http://10.0.0.1/", "network-refused"],
  ["ftp://registry.example/", "usage"],
  ["file:///etc/passwd", "usage"],
  ["registry.example", "usage"],
];
for (const [url, code] of refused)
  test(`allowedUrl() refuses ${url}`, () =>
    assert.throws(
      () => allowedUrl(url, open),
      (thrown) => codeOf(thrown) === code,
    ));

test("allowedUrl() offline allows this machine and nobody else", () => {
  const rules = { offline: true, insecureHosts: [] };
  assert.equal(allowedUrl("http://127.0.0.1:1/", rules).port, "1");
  for (const url of ["https://registry.example/", "https://127.0.0.1.example/"])
    assert.throws(() => allowedUrl(url, rules), /offline/);
});

test("isLoopback() knows this machine by name and address", () => {
  for (const host of ["localhost", "127.0.0.1", "127.1.2.3", "::1", "[::1]"])
    assert.equal(isLoopback(host), true, host);
  for (const host of ["128.0.0.1", "127.example", "::2", "0.0.0.0", ""])
    assert.equal(isLoopback(host), false, host);
});

// The rules of golang.org/x/net/http/httpproxy, which docker, podman and skopeo go by.
const exceptions: readonly [list: string, url: string, direct: boolean][] = [
  ["", "https://a.example/", false],
  ["*", "https://a.example/", true],
  ["a.example", "https://a.example/", true],
  ["a.example", "https://b.a.example/", true],
  ["a.example", "https://ba.example/", false],
  [".a.example", "https://a.example/", false],
  [".a.example", "https://b.a.example/", true],
  ["*.a.example", "https://a.example/", false],
  ["*.a.example", "https://b.a.example/", true],
  ["A.Example", "https://a.example/", true],
  ["x, a.example ,y", "https://a.example/", true],
  ["a.example:443", "https://a.example/", true],
  ["a.example:8443", "https://a.example/", false],
  ["a.example:8443", "https://a.example:8443/", true],
  ["10.0.0.0/8", "https://10.1.2.3/", true],
  ["10.0.0.0/8", "https://11.1.2.3/", false],
  ["10.0.0.0/99", "https://10.1.2.3/", false],
  ["10.1.2.3", "https://10.1.2.3/", true],
  ["fd00::/8", "https://[fd00::1]/", true],
  ["fd00::1", "https://[fd00::1]/", true],
  ["fd00::1", "https://[fd00::2]/", false],
  ["", "https://localhost/", true],
  ["", "http://127.0.0.1:80/", true],
];
for (const [list, url, direct] of exceptions)
  test(`proxyOf() with NO_PROXY "${list}" goes to ${url} ${direct ? "directly" : "by the proxy"}`, () => {
    const env = {
      HTTPS_PROXY: "http://proxy.example:3128",
      HTTP_PROXY: "http://plain.example:3128",
      NO_PROXY: list,
    };
    assert.equal(proxyOf(new URL(url), env) === undefined, direct);
  });

test("proxyOf() takes the proxy of the scheme, lower-case first", () => {
  const env = {
    HTTPS_PROXY: "http://upper.example",
    https_proxy: "lower.example:1",
    http_proxy: "http://plain.example",
  };
  assert.equal(proxyOf(new URL("https://a.example/"), env), "http://lower.example:1");
  assert.equal(proxyOf(new URL("http://a.example/"), env), "http://plain.example");
  assert.equal(proxyOf(new URL("https://a.example/"), {}), undefined);
});

test("refuseInward() refuses this machine to other machines only", () => {
  const rows: readonly [from: string, to: string, refused: boolean][] = [
    ["https://registry.example/v2/a", "http://127.0.0.1:5001/token", true],
    ["https://registry.example/v2/a", "https://localhost/token", true],
    ["https://registry.example/v2/a", "https://[::1]:8443/", true],
    ["http://10.0.0.7:5000/v2/a", "http://127.1/", true],
    ["https://registry.example/v2/a", "https://auth.example/token", false],
    ["http://localhost:5000/v2/a", "http://127.0.0.1:5001/token", false],
    ["http://127.0.0.1:5000/v2/a", "https://auth.example/token", false],
  ];
  for (const [from, to, refused] of rows) {
    const ask = (): void => refuseInward(new URL(from), new URL(to));
    if (refused) assert.throws(ask, (thrown) => codeOf(thrown) === "network-refused", `${from} ${to}`);
    else ask();
  }
});
