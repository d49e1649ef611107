import assert from "node:assert/strict";
import { test } from "node:test";
import { libssl, lodash, sampleFinding, samplePackage } from "../../../tests/support/sample-report.ts";
import type { Finding } from "../../core/finding.ts";
import type { Package } from "../../core/package.ts";
import { knownImage } from "./image-fit.ts";
import { createScene } from "./product-fit.ts";
import { entriesOf, readRepositoryIndex } from "./repository.ts";

const index = (packages: readonly object[]): string =>
  JSON.stringify({ updated_at: "2025-01-01T00:00:00Z", packages });

const image = knownImage({
  references: ["docker.io/aquasec/trivy:0.51"],
  digests: [],
  platform: { os: "linux", architecture: "amd64" },
});

const ids: readonly (readonly [id: string, spoken: boolean])[] = [
  ["pkg:npm/lodash", true],
  ["pkg:npm/underscore", false],
  ["pkg:deb/debian/openssl", true],
  ["pkg:deb/ubuntu/openssl", false],
  ["pkg:oci/trivy?repository_url=index.docker.io%2Faquasec%2Ftrivy", true],
  ["pkg:oci/trivy?repository_url=ghcr.io/aquasecurity/trivy", false],
  ["lodash", false],
];
for (const [id, spoken] of ids)
  test(`entriesOf() ${spoken ? "answers" : "leaves out"} ${id}`, () => {
    const entries = readRepositoryIndex(index([{ id, location: "a.json" }]), "index.json");
    assert.equal(entriesOf(entries, createScene(image, [lodash, libssl]), []).length, spoken ? 1 : 0);
  });

for (const location of [
  "",
  "/etc/passwd",
  "../a.json",
  "a/../../b.json",
  "C:\\a.json",
  "a\\b.json",
  "a\0.json",
])
  test(`readRepositoryIndex() refuses the location ${JSON.stringify(location)}`, () => {
    assert.throws(() => readRepositoryIndex(index([{ id: "pkg:npm/a", location }]), "index.json"), {
      code: "vex-invalid",
      message: /packages\[0\]\.location: expected a path below the repository/,
    });
  });

test("readRepositoryIndex() refuses what is no index", () => {
  assert.throws(() => readRepositoryIndex("{}", "index.json"), {
    code: "vex-invalid",
    message: /packages: expected a list/,
  });
});

test("entriesOf() leaves out the modules of a Go program that it was not made of, and that have no finding", () => {
  const module = samplePackage("net", "v0.26.0", 0, {
    type: "golang",
    namespace: "golang.org/x",
    purl: "pkg:golang/golang.org/x/net@v0.26.0",
  });
  const entries = readRepositoryIndex(
    index([{ id: "pkg:golang/golang.org/x/net", location: "a.json" }]),
    "index.json",
  );
  const count = (pkg: Package, findings: readonly Finding[]): number =>
    entriesOf(entries, createScene(image, [pkg]), findings).length;
  assert.equal(count(module, []), 0);
  assert.equal(count(module, [sampleFinding(module, "CVE-2099-1", "low")]), 1);
  assert.equal(count({ ...module, main: true }, []), 1);
});
