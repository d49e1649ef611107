import assert from "node:assert/strict";
import { test } from "node:test";
import { debPackage } from "./deb-control.ts";

function read(fields: Readonly<Record<string, string>>): ReturnType<typeof debPackage> {
  return debPackage({ fields: new Map(Object.entries(fields)) });
}

test("debPackage() takes the maintainer, else the origin, for the vendor", () => {
  const vendor = (fields: Readonly<Record<string, string>>): unknown => {
    const found = read({ package: "a", version: "1", ...fields });
    return typeof found === "string" ? found : found.vendor;
  };
  assert.equal(vendor({ maintainer: "m", origin: "o" }), "m");
  assert.equal(vendor({ origin: "o" }), "o");
  assert.equal(vendor({}), undefined);
});

const names: readonly (readonly [name: string, sound: boolean])[] = [
  ["libstdc++6", true],
  ["0ad", true],
  ["python3.11", true],
  ["Old_Name", true],
  ["-a", false],
  [".a", false],
  ["a b", false],
  ["a\nb", false],
  ["a/b", false],
  ["ä", false],
  ["a".repeat(10_000).concat("!"), false],
];

for (const [name, sound] of names)
  test(`debPackage() ${sound ? "takes" : "refuses"} the name ${JSON.stringify(name.slice(0, 20))}`, () => {
    const found = read({ package: name, version: "1" });
    if (sound) assert.notEqual(typeof found, "string");
    else assert.match(typeof found === "string" ? found : found.name, /is no package name$/);
  });

test("debPackage() takes the source's name in lower case, as advisories have it", () => {
  const found = read({ package: "libssl3", version: "2", source: "OpenSSL (3.0.9-1)" });
  assert.deepEqual(typeof found === "string" ? found : found.source, { name: "openssl", version: "3.0.9-1" });
});
