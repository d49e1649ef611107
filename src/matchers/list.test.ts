import assert from "node:assert/strict";
import { test } from "node:test";
import type { Advisory, Affected } from "../core/advisory.ts";
import type { Package, PackageType } from "../core/package.ts";
import { matchers } from "./list.ts";

type Part = Partial<Package> & {
  readonly type: PackageType;
  readonly name: string;
  readonly version: string;
};

function pkg(part: Part, os?: string): Package {
  const [id = "", version = ""] = (os ?? "").split(":");
  const distro = os === undefined ? undefined : { id, version, idLike: [], prettyName: os };
  return { purl: "pkg:x/x", layer: 0, locations: [], licences: [], distro, ...part };
}

const deb = (name: string, version: string, source?: string, sourceVersion = version): Part => ({
  type: "deb",
  name,
  version,
  source: source === undefined ? undefined : { name: source, version: sourceVersion },
});
const rpm = (name: string, version: string, more: Partial<Package> = {}): Part => ({
  type: "rpm",
  name,
  version,
  ...more,
});

const keys: readonly [why: string, pkg: Package, keys: readonly string[]][] = [
  ["deb by its source", pkg(deb("libssl3", "3", "openssl"), "debian:12.5"), ["debian:12/openssl"]],
  ["deb without a source", pkg(deb("openssl", "3"), "ubuntu:22.04"), ["ubuntu:22.04/openssl"]],
  [
    "a build of Ubuntu Pro",
    pkg(deb("x", "1+esm2"), "ubuntu:18.04"),
    ["ubuntu-pro:18.04/x", "ubuntu:18.04/x"],
  ],
  ["deb on a derivative that nobody speaks of", pkg(deb("x", "1"), "linuxmint:21"), []],
  ["deb on alpine", pkg(deb("x", "1"), "alpine:3.18.4"), []],
  ["deb of a release without a number", pkg(deb("x", "1"), "debian:"), []],
  ["deb without a distribution", pkg(deb("x", "1")), []],
  [
    "apk by its origin",
    pkg(
      { type: "apk", name: "libcrypto3", version: "3", source: { name: "openssl", version: "3" } },
      "alpine:3.18.4",
    ),
    ["alpine:3.18/openssl"],
  ],
  ["apk of edge", pkg({ type: "apk", name: "x", version: "3" }, "alpine:3.19_alpha"), ["alpine:edge/x"]],
  [
    "rpm by its own name",
    pkg(rpm("openssl-libs", "1", { source: { name: "openssl", version: "1" } }), "rhel:8.9"),
    ["rhel:8/openssl-libs"],
  ],
  ["centos as RHEL", pkg(rpm("bash", "1"), "centos:7"), ["rhel:7/bash"]],
  [
    "rocky by the source",
    pkg(rpm("openssl-libs", "1", { source: { name: "openssl", version: "1" } }), "rocky:9.3"),
    ["rocky:9/openssl"],
  ],
  ["rpm on debian", pkg(rpm("bash", "1"), "debian:12"), []],
  [
    "npm with its scope",
    pkg({ type: "npm", namespace: "@babel", name: "Core", version: "1" }),
    ["npm/@babel/core"],
  ],
  ["python normalised", pkg({ type: "pypi", name: "Zope.Interface", version: "1" }), ["pypi/zope-interface"]],
  [
    "go in lower case",
    pkg({ type: "golang", namespace: "github.com/Azure", name: "x", version: "v1" }),
    ["golang/github.com/azure/x"],
  ],
  [
    "go with the whole path as name",
    pkg({ type: "golang", name: "github.com/a/b", version: "v1" }),
    ["golang/github.com/a/b"],
  ],
  ["crate", pkg({ type: "cargo", name: "smallvec", version: "1.0.0" }), ["cargo/smallvec"]],
  [
    "maven with its group",
    pkg({ type: "maven", namespace: "org.x", name: "y", version: "1" }),
    ["maven/org.x:y"],
  ],
  [
    "a program by the name that Bitnami gives it",
    pkg({ type: "generic", name: "httpd", version: "2.4.1" }),
    ["generic/apache"],
  ],
  ["a program of which nobody speaks", pkg({ type: "generic", name: "perl", version: "5.38.0" }), []],
  ["a program of an odd name", pkg({ type: "generic", name: "constructor", version: "1" }), []],
  ["a jar without a group", pkg({ type: "maven", name: "y", version: "1" }), []],
];

for (const [why, one, expected] of keys)
  test(`keys() of ${why}`, () => {
    const found = matchers[one.type].keys(one).map(({ ecosystem, name }) => `${ecosystem}/${name}`);
    assert.deepEqual(found, expected);
  });

const advisory: Advisory = {
  id: "X",
  source: "osv",
  aliases: [],
  bundles: [],
  summary: "",
  cvss: [],
  affected: [],
};

function fixedIn(fixed: string, more: Partial<Affected> = {}): Affected {
  return { ecosystem: "e", name: "n", ranges: [{ introduced: "0", fixed }], versions: [], ...more };
}

const module18 = { module: "nodejs:18:8080020230901:abcd" };

const decisions: readonly [why: string, pkg: Package, entry: Affected, kind: string][] = [
  [
    "a rebuild by its source's version",
    pkg(deb("x", "1.2-1+b1", "x", "1.2-1"), "debian:12"),
    fixedIn("1.2-1+a"),
    "affected",
  ],
  [
    "a binary version above its source's",
    pkg(deb("gcc", "4:12.2.0-3", "gcc-defaults", "1.203"), "debian:12"),
    fixedIn("1.204"),
    "affected",
  ],
  [
    "a fixed source",
    pkg(deb("gcc", "4:12.2.0-3", "gcc-defaults", "1.204"), "debian:12"),
    fixedIn("1.204"),
    "not-affected",
  ],
  ["a tilde", pkg(deb("x", "1.2~rc1-1"), "debian:12"), fixedIn("1.2-1"), "affected"],
  [
    "an apk revision",
    pkg({ type: "apk", name: "x", version: "1.2-r3" }, "alpine:3.18"),
    fixedIn("1.2-r4"),
    "affected",
  ],
  ["a plain rpm", pkg(rpm("x", "1:1.0-1.el8"), "rhel:8"), fixedIn("1:1.0-2.el8"), "affected"],
  ["an epoch", pkg(rpm("x", "1.0-9.el8"), "rhel:8"), fixedIn("1:0.1-1.el8"), "affected"],
  [
    "the same module stream",
    pkg(rpm("nodejs", "1:18.1-1.module+el8.8", module18), "rhel:8"),
    fixedIn("1:18.2-1.module+el8.9", { module: "nodejs:18" }),
    "affected",
  ],
  [
    "another module stream",
    pkg(rpm("nodejs", "1:18.1-1.module+el8.8", module18), "rhel:8"),
    fixedIn("1:20.2-1.module+el8.9", { module: "nodejs:20" }),
    "not-affected",
  ],
  [
    "a plain package and a module's advisory",
    pkg(rpm("perl", "5.26-1.el8"), "rhel:8"),
    fixedIn("5.30-1.module+el8", { module: "perl:5.30" }),
    "not-affected",
  ],
  [
    "a module's package and a plain advisory",
    pkg(rpm("perl", "5.26-1.module+el8", { module: "perl:5.26:1" }), "rhel:8"),
    fixedIn("5.30-1.el8"),
    "not-affected",
  ],
  [
    "AlmaLinux's spelling of a module",
    pkg(rpm("perl", "5.26-1.module_el8.3.0+1", { module: "perl:5.26:1" }), "almalinux:8"),
    fixedIn("5.26-2.module_el8.4", { module: "perl:5.26" }),
    "affected",
  ],
  [
    "a module that is not told, in range",
    pkg(rpm("nodejs", "1:18.1-1.module+el8.8"), "rhel:8"),
    fixedIn("1:18.2-1.module+el8.9", { module: "nodejs:18" }),
    "undecided",
  ],
  [
    "a module that is not told, past the range",
    pkg(rpm("nodejs", "1:18.3-1.module+el8.8"), "rhel:8"),
    fixedIn("1:18.2-1.module+el8.9", { module: "nodejs:18" }),
    "not-affected",
  ],
  [
    "a source's epoch from its package",
    pkg(
      rpm("openssl-libs", "1:3.0.7-6.el9", { source: { name: "openssl", version: "3.0.7-6.el9" } }),
      "rocky:9",
    ),
    fixedIn("1:3.0.7-6.el9", { name: "openssl" }),
    "not-affected",
  ],
  [
    "a source's own version",
    pkg(rpm("perl-Carp", "1.50-460.el9", { source: { name: "perl", version: "5.32-1.el9" } }), "rocky:9"),
    fixedIn("5.32-2.el9", { name: "perl" }),
    "affected",
  ],
  [
    "a program's version of two numbers and a bound of three",
    pkg({ type: "generic", name: "postgresql", version: "15.5" }),
    fixedIn("15.5.0"),
    "not-affected",
  ],
  [
    "a program's release candidate",
    pkg({ type: "generic", name: "php", version: "8.4.0RC1" }),
    fixedIn("8.4.0"),
    "affected",
  ],
  ["npm's pre-release", pkg({ type: "npm", name: "n", version: "2.0.0-rc.1" }), fixedIn("2.0.0"), "affected"],
  [
    "Python's post-release",
    pkg({ type: "pypi", name: "n", version: "1.0.post1" }),
    fixedIn("1.0"),
    "not-affected",
  ],
  [
    "a local build of the last affected version",
    pkg({ type: "pypi", name: "n", version: "2.0.0+cu118" }),
    { ...fixedIn(""), ranges: [{ introduced: "0", lastAffected: "2.0.0" }] },
    "affected",
  ],
  [
    "a local build of an enumerated version",
    pkg({ type: "pypi", name: "n", version: "2.0.0+cu118" }),
    { ...fixedIn(""), ranges: [], versions: ["2.0.0"] },
    "affected",
  ],
  [
    "a local build of the fixed version",
    pkg({ type: "pypi", name: "n", version: "2.0.0+cu118" }),
    fixedIn("2.0.0"),
    "not-affected",
  ],
  [
    "a local build that is the fix",
    pkg({ type: "pypi", name: "n", version: "2.0.0+sec1" }),
    fixedIn("2.0.0+sec1"),
    "not-affected",
  ],
  [
    "Maven's qualifier",
    pkg({ type: "maven", namespace: "g", name: "n", version: "2.0-beta9" }),
    fixedIn("2.0"),
    "affected",
  ],
  [
    "Go's pseudo-version",
    pkg({ type: "golang", name: "n", version: "v0.0.0-20200101000000-abcdefabcdef" }),
    fixedIn("0.1.0"),
    "affected",
  ],
  [
    "Go without a version",
    pkg({ type: "golang", name: "n", version: "(devel)" }),
    fixedIn("0.1.0"),
    "undecided",
  ],
  ["a crate", pkg({ type: "cargo", name: "n", version: "0.6.13" }), fixedIn("0.6.14"), "affected"],
];

for (const [why, one, entry, kind] of decisions)
  test(`decide() answers ${kind} for ${why}`, () => {
    const decision = matchers[one.type].decide(one, advisory, entry);
    assert.equal(decision.kind, kind);
    assert.notEqual(decision.evidence.range, "");
    if (decision.kind === "not-affected") assert.notEqual(decision.reason, "");
  });
