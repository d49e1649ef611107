import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { libssl, lodash, samplePackage } from "../../../tests/support/sample-report.ts";
import { parsePackagePattern } from "./package-pattern.ts";

const ssl = {
  ...libssl,
  version: "3.0.11-1~deb12u2",
  purl: "pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=amd64&distro=debian-12&upstream=openssl",
};
const tar = { ...libssl, name: "tar", version: "1:1.34-1", purl: "pkg:deb/debian/tar@1:1.34-1" };
const babel = samplePackage("@babel/core", "7.0.0", 1, {
  namespace: "@babel",
  name: "core",
  purl: "pkg:npm/%40babel/core@7.0.0",
});
const log4j = samplePackage("log4j-core", "2.14.1", 1, {
  type: "maven",
  namespace: "org.apache.logging.log4j",
  purl: "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1",
});
const vim = samplePackage("vim-minimal", "2:8.2.2637-20.el9", 0, {
  type: "rpm",
  purl: "pkg:rpm/redhat/vim-minimal@8.2.2637-20.el9?arch=x86_64&distro=rhel-9.3&epoch=2",
});

describe("parsePackagePattern() fits", () => {
  const rows = [
    ["pkg:deb/debian/libssl3", ssl],
    ["pkg:deb/libssl3", ssl],
    ["pkg:deb/debian/libssl*", ssl],
    ["pkg:deb/*/libssl3@3.0.11-1~deb12u2", ssl],
    ["pkg:deb/debian/libssl3@3.0.11-1%7Edeb12u2", ssl],
    ["pkg:deb/debian/libssl3@3.0.*", ssl],
    ["pkg:deb/debian/libssl3?arch=amd64&distro=debian-12", ssl],
    // arthur-engine PR#1862: a document of debian-12.13 spoke of nothing.
    ["pkg:deb/debian/libssl3?distro=debian-12.13", ssl],
    ["pkg:deb/debian/libssl3?repository_url=deb.debian.org", ssl],
    ["PKG:DEB/Debian/libssl3", ssl],
    ["libssl3", ssl],
    ["libssl3@3.0.11-1~deb12u2", ssl],
    ["pkg:deb/debian/libssl3@3.0.11-1~deb12u2?epoch=0", ssl],
    ["pkg:deb/debian/tar@1.34-1?epoch=1", tar],
    ["pkg:deb/debian/tar@1:1.34-1", tar],
    ["pkg:npm/%40babel/core", babel],
    // grype#1836: an @ may be written as it is.
    ["pkg:npm/@babel/core@7.0.0", babel],
    ["pkg:npm/@babel/*", babel],
    ["pkg:npm/**", babel],
    ["pkg:*/**/core", babel],
    ["@babel/core", babel],
    ["@babel/core@7.*", babel],
    ["pkg:maven/org.apache.logging.log4j/log4j-core", log4j],
    ["pkg:maven/*/log4j-core", log4j],
    ["org.apache.logging.log4j:log4j-core@2.14.1", log4j],
    ["pkg:rpm/redhat/vim-minimal@8.2.2637-20.el9", vim],
    ["pkg:rpm/redhat/vim-minimal@2:8.2.2637-20.el9", vim],
    ["pkg:rpm/redhat/vim-minimal?epoch=2&distro=rhel-9", vim],
  ] as const;
  for (const [text, pkg] of rows)
    test(`${pkg.name} for ${text}`, () => assert.deepEqual(parsePackagePattern(text).differences(pkg), []));
});

describe("parsePackagePattern() tells what differs", () => {
  const rows = [
    ["pkg:deb/debian/libssl3@3.0.9-1", ssl, ["the version were 3.0.11-1~deb12u2, not 3.0.9-1"]],
    ["pkg:deb/ubuntu/libssl3", ssl, ["the package were pkg:deb/debian/libssl3, not pkg:deb/ubuntu/libssl3"]],
    ["pkg:deb/debian/libssl3?distro=debian-1", ssl, ["the qualifier distro were debian-12, not debian-1"]],
    ["pkg:deb/debian/libssl3?arch=arm64", ssl, ["the qualifier arch were amd64, not arm64"]],
    ["pkg:deb/debian/tar@1.34-1", tar, ["the version were 1:1.34-1, not 1.34-1"]],
    ["pkg:deb/debian/tar@1.34-1?epoch=2", tar, ["the qualifier epoch were 1, not 2"]],
    ["pkg:npm/lodash?vers=1", lodash, ["the qualifier vers were not asked for (1)"]],
    ["pkg:npm/core", babel, ["the package were pkg:npm/@babel/core, not pkg:npm/core"]],
    ["pkg:npm/*", babel, ["the package were pkg:npm/@babel/core, not pkg:npm/*"]],
    ["core", babel, ["the package were @babel/core, not core"]],
    [
      "pkg:pypi/lodash@4",
      lodash,
      ["the package were pkg:npm/lodash, not pkg:pypi/lodash", "the version were 4.17.4, not 4"],
    ],
  ] as const;
  for (const [text, pkg, texts] of rows)
    test(`${text} from ${pkg.name}`, () =>
      assert.deepEqual(
        parsePackagePattern(text)
          .differences(pkg)
          .map((one) => one.text),
        texts,
      ));
});

describe("parsePackagePattern() refuses", () => {
  for (const text of ["pkg:deb", "pkg:", "pkg:npm/%zz", "a b", "pkg:maven/x", "pkg:cargo/a/b"])
    test(text, () => assert.throws(() => parsePackagePattern(text), /read package "/u));
});
