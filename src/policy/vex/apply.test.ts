import assert from "node:assert/strict";
import { test } from "node:test";
import {
  array,
  assert as check,
  constant,
  constantFrom,
  oneof,
  property,
  shuffledSubarray,
  string,
  tuple,
} from "fast-check";
import { sampleFinding, samplePackage } from "../../../tests/support/sample-report.ts";
import type { Finding } from "../../core/finding.ts";
import type { Package, PackageType } from "../../core/package.ts";
import { packagePurl } from "../../core/purl.ts";
import type { VexProduct, VexStatement, VexStatus } from "../../core/vex.ts";
import { applyVex, type VexOutcome, type VexSubject } from "./apply.ts";

const digest = `sha256:${"ab".repeat(32)}`;
const index = `sha256:${"cd".repeat(32)}`;
const other = `sha256:${"ef".repeat(32)}`;
const debian = { id: "debian", version: "12", idLike: [], codename: "bookworm", prettyName: "Debian 12" };
const rhel = { id: "rhel", version: "9.4", idLike: [], prettyName: "Red Hat Enterprise Linux 9.4" };
const alpine = { id: "alpine", version: "3.18.4", idLike: [], prettyName: "Alpine 3.18" };

function os(type: PackageType, name: string, version: string, more: Partial<Package>): Package {
  const found = { type, name, version, licences: [], arch: "amd64", ...more };
  const purl = packagePurl(found, more.distro);
  return samplePackage(name, version, 0, { ...found, purl, locations: [{ path: `db/${name}`, layer: 0 }] });
}

function lang(
  type: PackageType,
  name: string,
  version: string,
  path: string,
  more: Partial<Package> = {},
): Package {
  const found = { type, name, version, licences: [], ...more };
  return samplePackage(name, version, 0, {
    ...found,
    purl: packagePurl(found, undefined),
    locations: [{ path, layer: 0 }],
  });
}

const libssl = os("deb", "libssl3", "3.0.9-1", {
  distro: debian,
  source: { name: "openssl", version: "3.0.9-1" },
});
const curl = os("rpm", "libcurl", "7.76.1-26.el9", {
  distro: rhel,
  arch: "x86_64",
  source: { name: "curl", version: "7.76.1-26.el9" },
});
const perl = os("rpm", "perl", "4:5.32.1-480.el9", {
  distro: rhel,
  arch: "x86_64",
  module: "perl:5.32:9020:abc",
});
const git = os("apk", "git", "2.39.0-r1", { distro: alpine, arch: "x86_64" });
const trivy = lang("golang", "github.com/aquasecurity/trivy", "v0.51.1", "usr/bin/trivy", { main: true });
const helm = lang("golang", "helm.sh/helm/v3", "v3.14.0", "usr/bin/trivy");
const net = lang("golang", "golang.org/x/net", "v0.26.0", "usr/bin/trivy");
const moby = lang("golang", "github.com/docker/docker", "v24.0.0+incompatible", "usr/bin/trivy");
const stdlib = lang("golang", "stdlib", "1.22.7", "usr/bin/trivy");
const scoped = lang("npm", "@babel/traverse", "7.0.0", "app/node_modules/@babel/traverse/package.json");
const nested = lang("npm", "ms", "0.7.0", "app/node_modules/debug/node_modules/ms/package.json");
const debug = lang("npm", "debug", "2.0.0", "app/node_modules/debug/package.json");
const yaml = lang("pypi", "PyYAML", "5.3.0", "usr/lib/python3/dist-packages/PyYAML.egg-info");
const war = lang("maven", "app", "1.0", "srv/app.war", { namespace: "com.example" });
const jetty = lang("maven", "jetty-http", "9.4.60", "srv/app.war!/WEB-INF/lib/jetty-http.jar", {
  namespace: "org.eclipse.jetty",
});
const all = [
  libssl,
  curl,
  perl,
  git,
  trivy,
  helm,
  net,
  moby,
  stdlib,
  scoped,
  nested,
  debug,
  yaml,
  war,
  jetty,
];

function subject(pkg: Package, more: Partial<VexSubject> = {}): VexSubject {
  return {
    image: {
      references: ["nginx:1.25"],
      digests: [digest, index],
      platform: { os: "linux", architecture: "amd64" },
    },
    packages: all,
    findings: [sampleFinding(pkg, "CVE-2099-1", "high", { aliases: ["GHSA-2099-1"] })],
    ...more,
  };
}

function says(product: VexProduct | string, more: Partial<VexStatement> = {}): VexStatement {
  return {
    document: {
      source: "vex.json",
      format: "openvex",
      id: "https://example.org/vex/1",
      author: "A",
      timestamp: "",
    },
    vulnerability: "CVE-2099-1",
    aliases: [],
    products: [typeof product === "string" ? { ids: [product], subcomponents: [] } : product],
    status: "not_affected",
    justification: "vulnerable_code_not_present",
    statement: "",
    timestamp: "2025-01-01T00:00:00Z",
    ...more,
  };
}

function told({ states }: VexOutcome): string {
  return states.map(({ state, message }) => (message === "" ? state : `${state}: ${message}`)).join("\n");
}

const image = (id: string, ...subcomponents: readonly string[]): VexProduct => ({ ids: [id], subcomponents });

type Row = readonly [what: string, product: VexProduct | string, pkg: Package, told: string | RegExp];

const rows: readonly Row[] = [
  // The image.
  ["an image by name", "pkg:oci/nginx", libssl, "matched"],
  ["an image by digest", `pkg:oci/nginx@${digest}`, libssl, "matched"],
  ["a digest written in per cent (go-vex)", `pkg:oci/nginx@${digest.replace(":", "%3A")}`, libssl, "matched"],
  [
    "a digest whose prefix stands there twice (anchore/grype#1589)",
    image(`pkg:oci/nginx@sha256:${digest}`, "pkg:deb/debian/libssl3@3.0.9-1"),
    libssl,
    "matched",
  ],
  ["the digest of the index", `pkg:oci/nginx@${index}`, libssl, "matched"],
  [
    "the digest under another name",
    `pkg:oci/mirrored@${digest}?repository_url=mirror.example.org/mirrored`,
    libssl,
    "matched",
  ],
  [
    "index.docker.io for docker.io (anchore/grype#1836, #2818)",
    "pkg:oci/nginx?repository_url=index.docker.io/library/nginx",
    libssl,
    "matched",
  ],
  [
    "docker.io, encoded twice (anchore/grype#1836)",
    "pkg:oci/nginx?repository_url=docker.io%252Flibrary%252Fnginx",
    libssl,
    "matched",
  ],
  ["docker.io, encoded", `pkg:oci/nginx@${digest}?repository_url=docker.io%2Flibrary`, libssl, "matched"],
  [
    "registry-1.docker.io with a scheme",
    "pkg:oci/nginx?repository_url=https://registry-1.docker.io/library/nginx/",
    libssl,
    "matched",
  ],
  ["a registry alone (anchore/grype#3657)", "pkg:oci/nginx?repository_url=docker.io", libssl, "matched"],
  ["a tag", "pkg:oci/nginx?repository_url=docker.io/library/nginx&tag=1.25&arch=x86_64", libssl, "matched"],
  ["a tag in the version's place", "pkg:oci/nginx@1.25", libssl, "matched"],
  ["pkg:docker", "pkg:docker/library/nginx@1.25", libssl, "matched"],
  ["a reference", "docker.io/library/nginx:1.25", libssl, "matched"],
  ["a reference without tag", "nginx", libssl, "matched"],
  ["a reference with a digest", `nginx@${digest}`, libssl, "matched"],
  ["a hash", digest, libssl, "matched"],
  [
    "one of several names",
    { ids: ["https://example.org/product", "pkg:oci/nginx"], subcomponents: [] },
    libssl,
    "matched",
  ],
  ["an image with the package", image("pkg:oci/nginx", "pkg:deb/debian/libssl3"), libssl, "matched"],
  [
    "an image with another package",
    image("pkg:oci/nginx", "pkg:deb/debian/bash"),
    libssl,
    "unmatched: pkg:deb/debian/bash is another package than libssl3",
  ],
  [
    "another tag",
    "pkg:oci/nginx?tag=1.24",
    libssl,
    "near: pkg:oci/nginx?tag=1.24 is tagged 1.24, this image 1.25",
  ],
  [
    "another registry",
    "pkg:oci/nginx?repository_url=ghcr.io/team/nginx",
    libssl,
    "near: pkg:oci/nginx?repository_url=ghcr.io/team/nginx lies in ghcr.io/team/nginx, this image in docker.io/library/nginx",
  ],
  [
    "another build",
    `pkg:oci/nginx@${other}`,
    libssl,
    `near: pkg:oci/nginx@${other} is another build: this image is ${digest}`,
  ],
  [
    "another architecture",
    `pkg:oci/nginx@${index}?arch=arm64`,
    libssl,
    `near: pkg:oci/nginx@${index}?arch=arm64 is for arm64, this image is for amd64`,
  ],
  [
    "another image",
    image("pkg:oci/redis", "pkg:deb/debian/libssl3"),
    libssl,
    "unmatched: pkg:oci/redis is another image than docker.io/library/nginx",
  ],
  [
    "a product that is no name of an image (fleetdm)",
    image("https://example.org/wix", "pkg:deb/debian/libssl3"),
    libssl,
    "near: https://example.org/wix is neither a purl nor a digest nor an image's name",
  ],
  [
    "a broken part (Rancher)",
    image("pkg:oci/nginx", "[ERROR] CVE type  not mapped"),
    libssl,
    "unmatched: [ERROR] CVE type  not mapped is neither a purl nor a digest nor an image's name",
  ],
  // Packages of distributions.
  ["a package", "pkg:deb/debian/libssl3@3.0.9-1?arch=amd64&distro=debian-12", libssl, "matched"],
  [
    "debian-12.13 for os-release's 12 (arthur-ai/arthur-engine#1862)",
    "pkg:deb/debian/libssl3@3.0.9-1?distro=debian-12.13",
    libssl,
    "matched",
  ],
  ["a release by its codename", "pkg:deb/debian/libssl3?distro=bookworm", libssl, "matched"],
  [
    "a release by its codename, of a saved report",
    "pkg:deb/debian/libssl3?distro=debian-bookworm&os_distro=bookworm",
    { ...libssl, distro: { id: "debian", version: "12", idLike: [], prettyName: "" } },
    "matched",
  ],
  [
    "another codename",
    "pkg:deb/debian/libssl3?distro=bullseye",
    libssl,
    "near: pkg:deb/debian/libssl3?distro=bullseye asks for distro=bullseye, here it is debian-12",
  ],
  [
    "Docker's qualifiers (docker-hardened-images/advisories#2051)",
    "pkg:deb/debian/libssl3@3.0.9-1?os_name=debian&os_version=12&os_distro=bookworm",
    libssl,
    "matched",
  ],
  [
    "Docker's qualifiers of another release",
    "pkg:deb/debian/libssl3?os_name=debian&os_version=13",
    libssl,
    "near: pkg:deb/debian/libssl3?os_name=debian&os_version=13 asks for os_version=13, here it is debian-12",
  ],
  [
    "a Debian version of another epoch",
    "pkg:deb/debian/libssl3@1:3.0.9-1",
    libssl,
    "near: pkg:deb/debian/libssl3@1:3.0.9-1 is here as 3.0.9-1",
  ],
  ["the source package", "pkg:deb/debian/openssl@3.0.9-1", libssl, "matched"],
  [
    "another version",
    "pkg:deb/debian/libssl3@3.0.11-1",
    libssl,
    "near: pkg:deb/debian/libssl3@3.0.11-1 is here as 3.0.9-1",
  ],
  [
    "another version of the source",
    "pkg:deb/debian/openssl@3.0.11-1",
    libssl,
    "near: pkg:deb/debian/openssl@3.0.11-1 is here as 3.0.9-1 (of the source openssl)",
  ],
  [
    "another release",
    "pkg:deb/debian/libssl3?distro=debian-11",
    libssl,
    "near: pkg:deb/debian/libssl3?distro=debian-11 asks for distro=debian-11, here it is debian-12",
  ],
  [
    "another distribution",
    "pkg:deb/ubuntu/libssl3",
    libssl,
    "near: pkg:deb/ubuntu/libssl3 is of ubuntu, here it is debian",
  ],
  [
    "another architecture of a package",
    "pkg:deb/debian/libssl3?arch=arm64",
    libssl,
    "near: pkg:deb/debian/libssl3?arch=arm64 asks for arch=arm64, here it is amd64",
  ],
  [
    "a package of another type",
    "pkg:apk/alpine/libssl3",
    libssl,
    "unmatched: pkg:apk/alpine/libssl3 is not in this image",
  ],
  ["a range of versions", "pkg:deb/debian/libssl3?vers=vers:deb/%3E%3D3.0.0%7C%3C3.0.11", libssl, "matched"],
  [
    "a range without this version",
    "pkg:deb/debian/libssl3?vers=vers:deb/%3C3.0",
    libssl,
    "near: pkg:deb/debian/libssl3?vers=vers:deb/%3C3.0 does not hold 3.0.9-1",
  ],
  [
    "a range in words",
    "pkg:deb/debian/libssl3?vers=all%20before%204",
    libssl,
    'near: pkg:deb/debian/libssl3?vers=all%20before%204 names the versions "all before 4", which cannot be compared with 3.0.9-1',
  ],
  [
    "apk by another name of the architecture",
    "pkg:apk/alpine/git@2.39.0-r1?arch=amd64&distro=alpine-3.18",
    git,
    "matched",
  ],
  ["the specification's first example (anchore/grype#3212)", "pkg:apk/alpine/git@2.39.0-r1", git, "matched"],
  [
    "apk of another release",
    "pkg:apk/alpine/git?distro=3.17",
    git,
    /^near: .* asks for distro=3\.17, here it is alpine-3\.18\.4$/,
  ],
  ["rpm, by redhat for rhel", "pkg:rpm/redhat/libcurl@7.76.1-26.el9?arch=x86_64", curl, "matched"],
  ["rpm, by rhel", "pkg:rpm/rhel/libcurl?distro=rhel-9", curl, "matched"],
  ["rpm, its source", "pkg:rpm/redhat/curl@7.76.1-26.el9?arch=src", curl, "matched"],
  [
    "rpm with its epoch apart",
    "pkg:rpm/redhat/perl@5.32.1-480.el9?epoch=4&rpmmod=perl:5.32",
    perl,
    "matched",
  ],
  ["rpm with its epoch in the version", "pkg:rpm/redhat/perl@4:5.32.1-480.el9", perl, "matched"],
  ["rpm without epoch", "pkg:rpm/redhat/perl@5.32.1-480.el9", perl, "matched"],
  [
    "rpm of another epoch",
    "pkg:rpm/redhat/perl@5.32.1-480.el9?epoch=3",
    perl,
    "near: pkg:rpm/redhat/perl@5.32.1-480.el9?epoch=3 is here as 4:5.32.1-480.el9",
  ],
  [
    "rpm of another stream",
    "pkg:rpm/redhat/perl?rpmmod=perl:5.30",
    perl,
    "near: pkg:rpm/redhat/perl?rpmmod=perl:5.30 asks for rpmmod=perl:5.30, here it is perl:5.32:9020:abc",
  ],
  [
    "a repository that no image tells",
    "pkg:rpm/redhat/libcurl?repository_id=rhel-9-baseos",
    curl,
    "near: pkg:rpm/redhat/libcurl?repository_id=rhel-9-baseos asks for repository_id=rhel-9-baseos, here nothing tells it",
  ],
  // A component of a product, as CSAF relates them.
  [
    "a component of this release",
    image("cpe:/o:redhat:enterprise_linux:9", "pkg:rpm/redhat/libcurl"),
    curl,
    "matched",
  ],
  [
    "a component of this release's repository",
    image("cpe:/a:redhat:enterprise_linux:9::appstream", "pkg:rpm/redhat/curl"),
    curl,
    "matched",
  ],
  [
    "CPE 2.3",
    image("cpe:2.3:o:redhat:enterprise_linux:9:*:*:*:*:*:*:*", "pkg:rpm/redhat/curl"),
    curl,
    "matched",
  ],
  [
    "a component of another release",
    image("cpe:/o:redhat:enterprise_linux:8", "pkg:rpm/redhat/libcurl"),
    curl,
    "unmatched: cpe:/o:redhat:enterprise_linux:8 is another release than 9.4",
  ],
  [
    "a component of another product",
    image("cpe:/a:redhat:openshift:4.16::el9", "pkg:rpm/redhat/libcurl"),
    curl,
    "unmatched: cpe:/a:redhat:openshift:4.16::el9 is a CPE, and no image tells which it is of",
  ],
  [
    "a CPE alone",
    "cpe:/o:redhat:enterprise_linux:9",
    curl,
    "unmatched: cpe:/o:redhat:enterprise_linux:9 is a CPE alone: no purl says which package is meant",
  ],
  [
    "a component without purl",
    image("cpe:/o:redhat:enterprise_linux:9", "kernel"),
    curl,
    "unmatched: kernel is no purl, and a package is looked for by that",
  ],
  // Packages of languages.
  ["a scope in per cent", "pkg:npm/%40babel/traverse@7.0.0", scoped, "matched"],
  ["a scope as it is", "pkg:npm/@babel/traverse", scoped, "matched"],
  ["PyPI in another writing", "pkg:pypi/pyyaml@5.3", yaml, "matched"],
  ["Go without the v", "pkg:golang/golang.org/x/net@0.26.0", net, "matched"],
  ["Go, incompatible", "pkg:golang/github.com/docker/docker@v24.0.0", moby, "matched"],
  ["Go's library", "pkg:golang/stdlib@v1.22.7", stdlib, "matched"],
  ["Go's library as Go calls it", "pkg:golang/std@1.22.7", stdlib, "matched"],
  ["a Go module with a subpath", "pkg:golang/golang.org/x/net#html", net, "matched"],
  [
    "a package of a Go module",
    "pkg:golang/golang.org/x/net/html",
    net,
    "near: pkg:golang/golang.org/x/net/html is one package of the module golang.org/x/net, the finding is of the whole module",
  ],
  [
    "another major version of a Go module",
    "pkg:golang/golang.org/x/net/v2",
    net,
    "unmatched: pkg:golang/golang.org/x/net/v2 is not in this image",
  ],
  [
    "the flaw of a part in the program (aquasecurity/trivy#6077)",
    image("pkg:golang/github.com/aquasecurity/trivy", "pkg:golang/helm.sh/helm/v3"),
    helm,
    "matched",
  ],
  ["every part of the program", "pkg:golang/github.com/aquasecurity/trivy@v0.51.1", helm, "matched"],
  [
    "another version of the program",
    image("pkg:golang/github.com/aquasecurity/trivy@v0.50.0", "pkg:golang/helm.sh/helm/v3"),
    helm,
    "near: pkg:golang/github.com/aquasecurity/trivy@v0.50.0 is here as v0.51.1",
  ],
  [
    "a module of the program that is not what it was made of",
    image("pkg:golang/helm.sh/helm/v3", "pkg:golang/golang.org/x/net"),
    net,
    "unmatched: pkg:golang/helm.sh/helm/v3 is in this image, and nothing shows that golang.org/x/net is a part of it and of nothing else",
  ],
  [
    "a program that is not here",
    image("pkg:golang/github.com/rancher/rancher", "pkg:golang/golang.org/x/net"),
    net,
    "unmatched: pkg:golang/github.com/rancher/rancher is not in this image",
  ],
  ["what lies in an npm package", image("pkg:npm/debug", "pkg:npm/ms@0.7.0"), nested, "matched"],
  [
    "a jar in an archive",
    image("pkg:maven/com.example/app@1.0?type=war", "pkg:maven/org.eclipse.jetty/jetty-http"),
    jetty,
    /^near: .* asks for type=war, here nothing tells it$/,
  ],
  [
    "a jar in an archive, without its type",
    image("pkg:maven/com.example/app@1.0", "pkg:maven/org.eclipse.jetty/jetty-http@9.4.60?type=jar"),
    jetty,
    "matched",
  ],
  ["no purl", "pkg:npm/", scoped, "unmatched: pkg:npm/ is no purl: the name is missing"],
];
for (const [what, product, pkg, wanted] of rows)
  test(`applyVex() by ${what}`, () => {
    const outcome = applyVex(
      subject(pkg, { packages: [pkg, ...all.filter((one) => one.purl !== pkg.purl)] }),
      [says(product)],
    );
    if (typeof wanted === "string") assert.equal(told(outcome), wanted);
    else assert.match(told(outcome), wanted);
    const matched = wanted === "matched";
    assert.equal(outcome.suppressed.length, matched ? 1 : 0);
    assert.equal(outcome.findings.length, matched ? 0 : 1);
  });

const orders: readonly (readonly [
  what: string,
  statements: readonly (readonly [VexStatus, string])[],
  suppressed: boolean,
  told: readonly string[],
])[] = [
  [
    "the latest says not_affected",
    [
      ["affected", "2025-01-01"],
      ["not_affected", "2025-02-01"],
    ],
    true,
    ["overruled", ""],
  ],
  [
    "the latest stands first",
    [
      ["not_affected", "2025-02-01"],
      ["affected", "2025-01-01"],
    ],
    true,
    ["", "overruled"],
  ],
  [
    "a later under_investigation takes it back",
    [
      ["not_affected", "2025-01-01"],
      ["under_investigation", "2025-02-01"],
    ],
    false,
    ["overruled", ""],
  ],
  [
    "at one instant the document's last counts",
    [
      ["under_investigation", "2025-01-01"],
      ["not_affected", "2025-01-01"],
    ],
    true,
    ["overruled", ""],
  ],
  [
    "zones are reckoned",
    [
      ["affected", "2025-01-01T23:00:00-06:00"],
      ["not_affected", "2025-01-02T01:00:00Z"],
    ],
    false,
    ["", "overruled"],
  ],
  [
    "one without a date is the oldest",
    [
      ["not_affected", ""],
      ["affected", "2001-01-01"],
    ],
    false,
    ["overruled", ""],
  ],
];
for (const [what, statements, suppressed, messages] of orders)
  test(`applyVex() where ${what}`, () => {
    const outcome = applyVex(
      subject(libssl),
      statements.map(([status, timestamp]) => says("pkg:oci/nginx@1.25", { status, timestamp })),
    );
    assert.equal(outcome.suppressed.length === 1, suppressed);
    assert.deepEqual(
      outcome.states.map(({ message }) => (/goes before it/.test(message) ? "overruled" : message)),
      messages,
    );
  });

test("applyVex() takes the open one of two documents of one instant", () => {
  const one = says("pkg:oci/nginx");
  const two = says("pkg:oci/nginx", { status: "affected", document: { ...one.document, source: "b.json" } });
  assert.equal(applyVex(subject(libssl), [one, two]).suppressed.length, 0);
  assert.equal(applyVex(subject(libssl), [two, one]).suppressed.length, 0);
});

test("applyVex() leaves the same findings whatever the order of the documents", () => {
  const { document } = says("pkg:oci/nginx");
  const some = tuple(
    constantFrom<VexStatus>("not_affected", "affected", "fixed", "under_investigation"),
    constantFrom("", "2025-01-01T00:00:00Z", "2025-01-01T01:00:00+01:00", "2025-02-01T00:00:00Z"),
    constantFrom("pkg:oci/nginx", "pkg:deb/debian/libssl3@3.0.9-1", "pkg:deb/debian/other"),
  );
  const documents = array(some, { maxLength: 6 }).chain((list) => {
    const statements = list.map(([status, timestamp, product], at) =>
      says(product, { status, timestamp, document: { ...document, source: `${at}.json` } }),
    );
    return tuple(constant(statements), shuffledSubarray(statements, { minLength: statements.length }));
  });
  check(
    property(documents, ([statements, shuffled]) =>
      assert.deepEqual(
        applyVex(subject(libssl), shuffled).findings,
        applyVex(subject(libssl), statements).findings,
      ),
    ),
  );
});

test("applyVex() takes a fixed that names a version at its word, and says so", () => {
  const outcome = applyVex(subject(libssl), [says("pkg:deb/debian/libssl3@3.0.9-1", { status: "fixed" })]);
  assert.equal(outcome.suppressed[0]?.suppression.kind, "vex");
  assert.match(told(outcome), /^matched: it says that this version has the fix/);
});

test("applyVex() takes no fixed that names no version", () => {
  const outcome = applyVex(subject(libssl), [says("pkg:deb/debian/openssl", { status: "fixed" })]);
  assert.equal(outcome.suppressed.length, 0);
  assert.match(
    told(outcome),
    /^near: pkg:deb\/debian\/openssl is said to be fixed, and not in which version/,
  );
});

test("applyVex() knows a flaw by any of its ids, in any case, and keeps nothing of other flaws", () => {
  const outcome = applyVex(subject(libssl), [
    says("pkg:oci/nginx", { vulnerability: "GO-2099-7", aliases: ["ghsa-2099-1"] }),
    says("pkg:oci/nginx", { vulnerability: "CVE-2099-2" }),
  ]);
  assert.deepEqual(
    outcome.states.map(({ statement, suppressed }) => [statement.vulnerability, suppressed]),
    [["GO-2099-7", 1]],
  );
});

test("applyVex() counts what a statement suppresses, and keeps the order of findings", () => {
  const findings: readonly Finding[] = [
    sampleFinding(libssl, "CVE-2099-1", "low"),
    sampleFinding(git, "CVE-2099-3", "high"),
    sampleFinding(curl, "CVE-2099-1", "high"),
  ];
  const outcome = applyVex(subject(libssl, { findings }), [says("pkg:oci/nginx")]);
  assert.deepEqual(outcome.findings, [findings[1]]);
  assert.deepEqual(
    outcome.suppressed.map(({ package: purl }) => purl),
    [libssl.purl, curl.purl],
  );
  assert.equal(outcome.states[0]?.suppressed, 2);
});

test("applyVex() suppresses no part of a program that lies in another program, too", () => {
  const both = { ...net, locations: [...net.locations, { path: "usr/bin/other", layer: 0 }] };
  const outcome = applyVex(subject(both, { packages: [trivy, both] }), [
    says(image("pkg:golang/github.com/aquasecurity/trivy", "pkg:golang/golang.org/x/net")),
  ]);
  assert.equal(
    told(outcome),
    "near: pkg:golang/github.com/aquasecurity/trivy is not all that has golang.org/x/net: it is in usr/bin/other, too",
  );
});

test("applyVex() calls no miss near where another statement has settled the finding", () => {
  const outcome = applyVex(subject(libssl), [
    says("pkg:deb/debian/libssl3@3.0.9-1"),
    says("pkg:deb/debian/libssl3@3.0.1-1"),
  ]);
  assert.equal(told(outcome), "matched\nunmatched: pkg:deb/debian/libssl3@3.0.1-1 is here as 3.0.9-1");
});

test("applyVex() keeps of a statement's products those that matter", () => {
  const many = Array.from({ length: 500 }, (_, at) => `pkg:deb/debian/p${at}`);
  const outcome = applyVex(subject(libssl), [
    says(image("pkg:oci/nginx", ...many, "pkg:deb/debian/libssl3")),
    says(image("pkg:oci/nginx", ...many)),
  ]);
  assert.deepEqual(
    outcome.states.map(({ statement }) => statement.products.map(({ subcomponents }) => subcomponents)),
    [[["pkg:deb/debian/libssl3"]], [["pkg:deb/debian/p0"]]],
  );
});

test("applyVex() knows an image of an archive by its digest alone", () => {
  const archive = {
    references: ["docker-archive:app.tar"],
    digests: [digest],
    platform: { os: "linux", architecture: "amd64" },
  };
  const tell = (id: string): string => told(applyVex(subject(libssl, { image: archive }), [says(id)]));
  assert.equal(tell(`pkg:oci/app@${digest}`), "matched");
  assert.match(tell("pkg:oci/app"), /^unmatched: pkg:oci\/app is another image than sha256:/);
});

test("applyVex() counts the statements of a repository that do not match, and lists those that do", () => {
  const document = { ...says("x").document, repository: "repo:hub" };
  const outcome = applyVex(subject(libssl), [
    says("pkg:oci/redis", { document }),
    says("pkg:deb/debian/bash", { document }),
    says("pkg:deb/debian/libssl3", { document }),
  ]);
  assert.equal(told(outcome), "matched");
  assert.deepEqual(outcome.notes, ["repo:hub: 2 statements on these flaws are on other products"]);
  assert.equal(outcome.elsewhere, 0);
});

test("applyVex() tells a state and a reason for whatever a statement calls its product", () => {
  const head = constantFrom(
    "pkg:oci/nginx",
    "pkg:deb/debian/libssl3",
    "pkg:golang/",
    "pkg:",
    "cpe:",
    "cpe:2.3:",
    "sha256:",
    "nginx",
    "",
  );
  const piece = oneof(
    string(),
    constantFrom(
      "@",
      "?",
      "#",
      "%",
      "&tag=",
      "?vers=vers:deb/",
      "?distro=",
      "?arch=",
      ":",
      "/",
      "=",
      "|<",
      digest,
    ),
  );
  const name = tuple(head, array(piece, { maxLength: 4 })).map(([first, rest]) => first + rest.join(""));
  check(
    property(
      array(name, { minLength: 1, maxLength: 3 }),
      array(name, { maxLength: 3 }),
      (ids, subcomponents) => {
        const { states, findings, suppressed } = applyVex(subject(libssl), [says({ ids, subcomponents })]);
        assert.equal(findings.length + suppressed.length, 1);
        assert.equal(states.length, 1);
        assert.equal(suppressed.length === 1, states[0]?.state === "matched");
        assert.equal(states[0]?.message === "", states[0]?.state === "matched");
      },
    ),
    { numRuns: 2000 },
  );
});

test("applyVex() takes a package whose purl is none", () => {
  const odd = { ...samplePackage("odd", "1.0.0", 0), purl: "pkg:npm//@/" };
  assert.equal(told(applyVex(subject(odd, { packages: [odd] }), [says("pkg:npm/odd@1.0.0")])), "matched");
});
