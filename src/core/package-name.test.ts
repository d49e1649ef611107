import assert from "node:assert/strict";
import { test } from "node:test";
import type { PackageType } from "./package.ts";
import { advisoryName, fullName } from "./package-name.ts";
import { isThirdParty } from "./vendor.ts";

const names: readonly [type: PackageType, namespace: string | undefined, name: string, full: string][] = [
  ["npm", "@babel", "core", "@babel/core"],
  ["npm", undefined, "lodash", "lodash"],
  ["maven", "org.apache", "x", "org.apache:x"],
  ["maven", undefined, "x", "x"],
  ["golang", "github.com/a", "b", "github.com/a/b"],
  ["golang", undefined, "stdlib", "stdlib"],
  ["deb", "debian", "openssl", "openssl"],
];

for (const [type, namespace, name, full] of names)
  test(`fullName() writes ${type} ${full}`, () => assert.equal(fullName({ type, namespace, name }), full));

test("advisoryName() normalises as each ecosystem does", () => {
  assert.equal(advisoryName("pypi", "Zope.Interface__x"), "zope-interface-x");
  assert.equal(advisoryName("golang", "github.com/Azure/x"), "github.com/azure/x");
  assert.equal(advisoryName("npm", "JSONStream"), "jsonstream");
  assert.equal(advisoryName("maven", "A:B"), "A:B");
});

const vendors: readonly [distro: string, vendor: string | undefined, thirdParty: boolean][] = [
  ["rhel", "Red Hat, Inc.", false],
  ["rhel", "Fedora Project", true],
  ["rhel", undefined, false],
  ["centos", "CentOS", false],
  ["rocky", "Rocky Enterprise Software Foundation", false],
  ["rocky", "Docker", true],
  ["almalinux", "AlmaLinux", false],
  ["sles", "SUSE LLC <https://www.suse.com/>", false],
  ["opensuse-leap", "openSUSE", false],
  ["opensuse-leap", "obs://build.opensuse.org/network", true],
  ["fedora", "Someone", false],
];

for (const [id, vendor, thirdParty] of vendors)
  test(`isThirdParty() answers ${thirdParty} for ${vendor ?? "no vendor"} on ${id}`, () => {
    const distro = { id, version: "9", idLike: [], prettyName: "" };
    const pkg = {
      type: "rpm",
      name: "x",
      version: "1",
      licences: [],
      purl: "",
      layer: 0,
      locations: [],
    } as const;
    assert.equal(isThirdParty({ ...pkg, distro, vendor }), thirdParty);
    assert.equal(isThirdParty({ ...pkg, type: "deb", distro, vendor }), false);
  });
