import assert from "node:assert/strict";
import type { LookupAddress } from "node:dns";
import type { LookupFunction } from "node:net";
import { test } from "node:test";
import { isPublicAddress, publicLookup, refusePrivate } from "./public-hosts.ts";

const addresses: readonly (readonly [address: string, isPublic: boolean])[] = [
  ["151.101.2.132", true],
  ["2a04:4e42::644", true],
  ["127.0.0.1", false],
  ["10.1.2.3", false],
  ["172.31.255.255", false],
  ["172.32.0.1", true],
  ["192.168.1.1", false],
  ["169.254.169.254", false],
  ["100.100.100.200", false],
  ["0.0.0.0", false],
  ["255.255.255.255", false],
  ["::1", false],
  ["::", false],
  ["::ffff:127.0.0.1", false],
  ["::ffff:8.8.8.8", false],
  ["64:ff9b::7f00:1", false],
  ["fd00:ec2::254", false],
  ["fe80::1%eth0", false],
  ["2002:7f00:1::", false],
  ["2001:db8::1", false],
  ["", false],
  ["localhost", false],
];
for (const [address, isPublic] of addresses)
  test(`isPublicAddress() says ${isPublic} of "${address}"`, () => {
    assert.equal(isPublicAddress(address), isPublic);
  });

const urls: readonly (readonly [url: string, beside: readonly string[], refused: boolean])[] = [
  ["http://mirror.example.org/debian", [], false],
  ["https://mirror.example.net", [], false],
  ["http://localhost/debian", [], true],
  ["http://apt/debian", [], true],
  ["http://metadata.google.internal/", [], true],
  ["http://metadata.google.internal./", [], true],
  ["http://169.254.169.254/latest", [], true],
  // The URL parser reads all of these as 127.0.0.1.
  ["http://2130706433/", [], true],
  ["http://0x7f.1/", [], true],
  ["http://127.1/", [], true],
  ["http://[::ffff:7f00:1]/", [], true],
  ["http://mirror.example.org:22/", [], true],
  ["http://mirror.example.org:80/", [], false],
  ["http://apt.corp:8080/debian", ["apt.corp"], false],
  ["http://apt.corp:8080/debian", ["apt.corp:8080"], false],
  ["http://apt.corp:8081/debian", ["apt.corp:8080"], true],
  ["http://127.0.0.1:9000/debian", ["127.0.0.1:9000"], false],
];
for (const [url, beside, refused] of urls)
  test(`refusePrivate() ${refused ? "refuses" : "lets through"} ${url}, beside ${beside.join() || "nothing"}`, () => {
    const ask = () => refusePrivate(new URL(url), { beside });
    if (refused) assert.throws(ask, { code: "network-refused" });
    else ask();
  });

const answering =
  (...found: readonly string[]): LookupFunction =>
  (_host, _options, callback) =>
    callback(
      null,
      found.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
    );

function ask(lookup: LookupFunction, all: boolean): Promise<string | LookupAddress[]> {
  return new Promise((resolve, reject) => {
    publicLookup(lookup)("mirror.example.org", { all }, (error, found) =>
      error === null ? resolve(found) : reject(error),
    );
  });
}

test("publicLookup() leaves out what a public name should not lead to", async () => {
  const mixed = answering("127.0.0.1", "151.101.2.132", "fd00::1");
  assert.deepEqual(await ask(mixed, true), [{ address: "151.101.2.132", family: 4 }]);
  assert.equal(await ask(mixed, false), "151.101.2.132");
});

test("publicLookup() refuses a name that leads inward only, and hands errors on", async () => {
  await assert.rejects(ask(answering("10.0.0.1"), true), { code: "network-refused" });
  const failing: LookupFunction = (_host, _options, callback) =>
    callback(Object.assign(new Error("x"), { code: "ENOTFOUND" }), []);
  await assert.rejects(ask(failing, true), { code: "ENOTFOUND" });
});
