import assert from "node:assert/strict";
import { test } from "node:test";
import type { Advisory } from "../core/advisory.ts";
import type { Package } from "../core/package.ts";
import type { OfferedVersion, PackageIndex } from "../core/package-repository.ts";
import { memoryDatabase } from "../store/advisory-memory.ts";
import { packageCurrency } from "./currency-packages.ts";

function notice(id: string, published: string, fixed: string): Advisory {
  const affected = {
    ecosystem: "debian:12",
    name: "openssl",
    ranges: [{ introduced: "0", fixed }],
    versions: [],
  };
  return {
    id,
    source: "osv",
    aliases: [],
    bundles: ["CVE-1"],
    summary: "",
    cvss: [],
    published,
    affected: [affected],
  };
}

const database = memoryDatabase({
  info: { kind: "full", schema: 1, built: "", digest: "", sources: [] },
  advisories: [
    notice("DSA-1", "2024-01-10T00:00:00Z", "3.0.11-1"),
    notice("DSA-2", "2024-03-10T00:00:00Z", "3.0.15-1"),
  ],
});

function pkg(type: "deb" | "apk", version: string, more: Partial<Package> = {}): Package {
  const distro = {
    id: type === "deb" ? "debian" : "alpine",
    version: type === "deb" ? "12" : "3.18",
    idLike: [],
    prettyName: "",
  };
  return {
    type,
    name: "libssl3",
    version,
    licences: [],
    purl: "pkg:x",
    layer: 1,
    locations: [],
    distro,
    ...more,
  };
}

const offer = (version: string, more: Partial<OfferedVersion> = {}): OfferedVersion => ({
  version,
  source: { name: "openssl", version },
  ...more,
});
const index = (type: "deb" | "apk", ...offers: readonly OfferedVersion[]): PackageIndex => ({
  type,
  offers: new Map([["libssl3", offers]]),
});
const source = (version: string) => ({ source: { name: "openssl", version } });

const rows: readonly (readonly [
  why: string,
  pkg: Package,
  indexes: readonly PackageIndex[],
  told: string,
])[] = [
  [
    "the newest",
    pkg("deb", "3.0.15-1", source("3.0.15-1")),
    [index("deb", offer("3.0.15-1"))],
    "3.0.15-1 0 0 2024-03-10",
  ],
  [
    "one behind, with notices for both",
    pkg("deb", "3.0.11-1", source("3.0.11-1")),
    [index("deb", offer("3.0.15-1"))],
    "3.0.15-1 1 60 2024-03-10",
  ],
  [
    "one behind of three suites, two of the same",
    pkg("deb", "3.0.9-1", source("3.0.9-1")),
    [
      index("deb", offer("3.0.11-1")),
      index("deb", offer("3.0.15-1"), offer("3.0.15-1")),
      index("deb", offer("3.0.9-1")),
    ],
    "3.0.15-1 2 null 2024-03-10",
  ],
  [
    "one ahead of the index",
    pkg("deb", "3.1.0-1"),
    [index("deb", offer("3.0.15-1"))],
    "3.0.15-1 0 0 2024-03-10",
  ],
  [
    "a newest that no notice brought",
    pkg("deb", "3.0.11-1"),
    [index("deb", offer("3.0.14-1"))],
    "3.0.14-1 1 null null",
  ],
  [
    "one that the index does not have",
    pkg("deb", "1", { name: "mine" }),
    [index("deb", offer("2"))],
    "null null null null",
  ],
  [
    "a version that cannot be read",
    pkg("deb", "not a version"),
    [index("deb", offer("2"))],
    "null null null null",
  ],
  [
    "apk, dated by its builds",
    pkg("apk", "3.1.4-r0", { built: "2023-10-24" }),
    [index("apk", offer("3.1.8-r1", { built: "2024-10-24" }), offer("3.1.4-r0", { built: "2023-10-24" }))],
    "3.1.8-r1 1 366 2024-10-24",
  ],
];
for (const [why, one, indexes, told] of rows)
  test(`packageCurrency() tells ${told} of ${why}`, () => {
    const [row, ...more] = packageCurrency([one], indexes, database);
    assert.deepEqual(more, []);
    assert.equal(`${row?.newest} ${row?.versionsBehind} ${row?.daysBehind} ${row?.newestSince}`, told);
  });

test("packageCurrency() leaves out packages of a kind of which there is no index", () => {
  assert.deepEqual(packageCurrency([pkg("deb", "1")], [index("apk", offer("2"))], database), []);
});
