import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { osvAdvisory } from "./osv-record.ts";
import { osvRecord } from "./osv-schema.ts";

const everything = [
  "npm",
  "PyPI",
  "Maven",
  "Debian",
  "Ubuntu",
  "Red Hat",
  "AlmaLinux",
  "Rocky Linux",
  "SUSE",
  "openSUSE",
];

function advisory(record: object, takes: readonly string[] = everything) {
  return osvAdvisory(osvRecord.parse({ modified: "2025-01-01T00:00:00Z", ...record }), takes);
}

function entry(ecosystem: string, name: string, fixed?: string, more: object = {}) {
  const events = [{ introduced: "0" }, ...(fixed === undefined ? [] : [{ fixed }])];
  return { package: { ecosystem, name }, ranges: [{ type: "ECOSYSTEM", events }], ...more };
}

describe("osvAdvisory()", () => {
  it("takes entries of the export's own ecosystems only", () => {
    const record = {
      id: "GHSA-1",
      affected: [entry("PyPI", "A.b_c", "1"), entry("npm", "a", "1"), entry("Hex", "a", "1")],
    };
    assert.deepEqual(
      advisory(record, ["PyPI"])?.affected.map(({ ecosystem, name }) => [ecosystem, name]),
      [["pypi", "a-b-c"]],
    );
  });

  const bundles: readonly [string, object, readonly string[], readonly string[]][] = [
    [
      "DSA-1-1",
      { related: ["CVE-2024-0002", "CVE-2024-0001", "DSA-2-1"] },
      [],
      ["CVE-2024-0001", "CVE-2024-0002"],
    ],
    ["RHSA-2024:1", { related: ["CVE-2024-0001"], aliases: ["CVE-2024-0001"] }, [], ["CVE-2024-0001"]],
    ["USN-1-1", { upstream: ["CVE-2024-0001"] }, [], ["CVE-2024-0001"]],
    ["DLA-1-1", {}, [], []],
    [
      "GHSA-1",
      { aliases: ["CVE-2024-0001", "PYSEC-1"], related: ["CVE-2024-0002"] },
      ["CVE-2024-0001", "PYSEC-1"],
      [],
    ],
    ["UBUNTU-CVE-2024-0001", { related: ["CVE-2024-0001"] }, ["CVE-2024-0001"], []],
    ["DEBIAN-CVE-2024-0001", { upstream: ["CVE-2024-0001"] }, ["CVE-2024-0001"], []],
    ["CVE-2024-0001", { aliases: ["CVE-2024-0001", "GHSA-1"] }, ["GHSA-1"], []],
  ];
  for (const [id, more, aliases, mended] of bundles)
    it(`reads aliases and mended flaws of ${id}`, () => {
      const found = advisory({ id, ...more, affected: [] });
      assert.deepEqual([found?.aliases, found?.bundles], [aliases, mended]);
    });

  const bounded: readonly [string, string | undefined, string | undefined][] = [
    ["< 1.2.3", undefined, "unknown"],
    ["<= 1.2.3", undefined, "unknown"],
    ["<= 1.2.3", "1.2.4", undefined],
  ];
  for (const [bound, fixed, intent] of bounded)
    it(`calls the end of "${bound}" ${fixed === undefined ? "no fix" : "nothing beside a fix"}`, () => {
      const more = { database_specific: { last_known_affected_version_range: bound } };
      const found = advisory({ id: "GHSA-1", affected: [entry("npm", "a", fixed, more)] });
      assert.equal(found?.affected[0]?.intent, intent);
    });

  for (const id of ["RHBA-2024:1", "RHEA-2024:1", "ALBA-2024:1", "ALEA-2024:1", "SUSE-RU-2024:1-1"])
    it(`passes over ${id} when it mends no flaw`, () => {
      assert.equal(advisory({ id, affected: [] }), undefined);
      assert.notEqual(advisory({ id, related: ["CVE-2024-0001"], affected: [] }), undefined);
    });

  const severities: readonly [object, string | undefined][] = [
    [{ id: "GHSA-1", database_specific: { severity: "MODERATE" } }, "medium"],
    [{ id: "GHSA-1", severity: [{ type: "CVSS_V3", score: "CVSS:3.1/AV:N" }] }, undefined],
    [{ id: "UBUNTU-CVE-2024-1000", severity: [{ type: "Ubuntu", score: "negligible" }] }, "negligible"],
    [
      { id: "RHSA-2024:1", references: [{ url: "https://x/security/updates/classification/#important" }] },
      "high",
    ],
    [{ id: "RLSA-2024:1", summary: "Important: nodejs:10 security update" }, "high"],
    [{ id: "ALSA-2024:1", summary: "Low: x security update" }, "low"],
    [{ id: "MAL-2024-1", summary: "Malicious code in x" }, "critical"],
  ];
  for (const [record, severity] of severities)
    it(`rates ${JSON.stringify(record)} ${severity}`, () => {
      assert.equal(advisory({ affected: [], ...record })?.severity, severity);
    });

  it("rates an entry by Ubuntu's priority or Debian's urgency", () => {
    const rows: readonly [string, object, string | undefined, string | undefined][] = [
      ["Ubuntu:22.04:LTS", { ubuntu_priority: "high" }, "high", "none"],
      ["Ubuntu:22.04:LTS", { ubuntu_priority: "untriaged" }, undefined, "none"],
      ["Debian:12", { urgency: "unimportant" }, "negligible", "none"],
      ["Debian:12", { urgency: "not yet assigned" }, undefined, "none"],
      ["Debian:12", { urgency: "end-of-life" }, undefined, "wont-fix"],
      ["npm", {}, undefined, undefined],
    ];
    for (const [ecosystem, ecosystem_specific, severity, intent] of rows) {
      const found = advisory({
        id: "X-1",
        affected: [entry(ecosystem, "a", undefined, { ecosystem_specific })],
      });
      assert.deepEqual(
        [found?.affected[0]?.severity, found?.affected[0]?.intent],
        [severity, intent],
        ecosystem,
      );
    }
  });

  it("speaks of a plain Ubuntu package where its publisher speaks of Pro's alone, without a fix", () => {
    const pro = (release: string, name: string, fixed?: string) =>
      entry(`Ubuntu:Pro:${release}:LTS`, name, fixed);
    const found = advisory({
      id: "UBUNTU-CVE-2024-1000",
      affected: [
        entry("Ubuntu:22.04:LTS", "both", "1.2"),
        pro("22.04", "both", "1.3~esm1"),
        pro("22.04", "only", "1.3~esm1"),
        pro("20.04", "open"),
      ],
    });
    assert.deepEqual(
      found?.affected.map(({ ecosystem, name, ranges, intent }) =>
        [ecosystem, name, ranges[0]?.fixed, intent].join(" "),
      ),
      [
        "ubuntu:22.04 both 1.2 ",
        "ubuntu-pro:22.04 both 1.3~esm1 ",
        "ubuntu-pro:22.04 only 1.3~esm1 ",
        "ubuntu-pro:20.04 open  none",
        "ubuntu:22.04 only 1.3~esm1 none",
        "ubuntu:20.04 open  none",
      ],
    );
  });

  it("names the module streams of modular packages, by the title", () => {
    const affected = [
      entry("AlmaLinux:8", "nodejs", "18.1-1.module_el8.3.0+1"),
      entry("AlmaLinux:8", "bash", "5.1-2.el8"),
    ];
    const one = advisory({
      id: "ALSA-2024:1",
      related: ["CVE-2024-0001"],
      summary: "Important: nodejs:18 security update",
      affected,
    });
    assert.deepEqual(
      one?.affected.map(({ name, module }) => [name, module]),
      [
        ["nodejs", "nodejs:18"],
        ["bash", undefined],
      ],
    );
    const title = "Moderate: virt:rhel and virt-devel:rhel security, bug fix, and enhancement update";
    const two = advisory({
      id: "RLSA-2024:1",
      related: ["CVE-2024-0001"],
      summary: title,
      affected: affected.slice(0, 1),
    });
    assert.deepEqual(
      two?.affected.map(({ module }) => module),
      ["virt:rhel", "virt-devel:rhel"],
    );
  });

  it("reads SUSE's packages with a fixed version of their own", () => {
    const binaries = {
      ecosystem_specific: { binaries: [{ fox: "128.1-1", "fox-branding": "128-9.1", odd: 1 }] },
    };
    const affected = ["fox", "fox-branding"].map((name, at) =>
      entry("SUSE:Linux Enterprise Server 15 SP4", name, at === 0 ? "128.1-1" : "128-9.1", binaries),
    );
    const found = advisory({ id: "SUSE-SU-2024:1-1", related: ["CVE-2024-0001"], affected });
    const facts = found?.affected.map(({ name, ranges }) => `${name} ${ranges[0]?.fixed ?? ""}`);
    assert.deepEqual([...new Set(facts)], ["fox 128.1-1", "fox-branding 128-9.1"]);
  });

  it("names SUSE's binary packages beside the source", () => {
    const binaries = {
      ecosystem_specific: { binaries: [{ libz1: "1-2", zlib: "1-2" }, { "zlib-devel": "1-2" }] },
    };
    const affected = [entry("SUSE:Linux Enterprise Server 15 SP4", "zlib", "1-2", binaries)];
    const found = advisory({ id: "SUSE-SU-2024:1-1", related: ["CVE-2024-0001"], affected });
    assert.deepEqual(
      found?.affected.map(({ name }) => name),
      ["zlib", "libz1", "zlib-devel"],
    );
  });

  it("leaves out entries that speak of no version", () => {
    const affected = [
      { package: { ecosystem: "PyPI", name: "a" }, ranges: [{ type: "GIT", events: [{ introduced: "0" }] }] },
      { package: { ecosystem: "PyPI", name: "b" } },
      {
        package: { ecosystem: "PyPI", name: "c" },
        ranges: [{ type: "GIT", events: [{ introduced: "0" }] }],
        versions: ["1"],
      },
      { ranges: [{ type: "GIT", events: [{ introduced: "0" }] }] },
    ];
    assert.deepEqual(
      advisory({ id: "X-1", affected })?.affected.map(({ name }) => name),
      ["c"],
    );
  });

  it("takes what NVD rejected for withdrawn where the record is NVD's text, and nowhere else", () => {
    const told = (id: string): string | undefined =>
      advisory({
        id,
        details: "Rejected reason: a duplicate of CVE-2025-1.",
        modified: "2025-05-21T00:00:00Z",
        affected: [],
      })?.withdrawn;
    assert.equal(told("BIT-node-2025-1"), "2025-05-21T00:00:00Z");
    assert.equal(told("UBUNTU-CVE-2025-1"), undefined);
  });

  it("keeps when it was withdrawn, and no placeholder dates", () => {
    const found = advisory({
      id: "X-1",
      withdrawn: "2024-01-01T00:00:00Z",
      published: "0001-01-01T00:00:00Z",
      affected: [],
    });
    assert.equal(found?.withdrawn, "2024-01-01T00:00:00Z");
    assert.equal(found?.published, undefined);
  });

  it("takes the first sentence of the details for a headline", () => {
    const details = "### Impact\nA flaw in 1.2.3 lets\n\u001b[31man attacker in. More words follow.";
    assert.equal(
      advisory({ id: "X-1", details, affected: [] })?.summary,
      "A flaw in 1.2.3 lets [31man attacker in.",
    );
    assert.equal(advisory({ id: "X-1", details: "x".repeat(500), affected: [] })?.summary.length, 160);
    assert.equal(
      advisory({
        id: "RHSA-1",
        related: ["CVE-2024-0001"],
        summary: "Red Hat Security Advisory: x update",
        affected: [],
      })?.summary,
      "x update",
    );
  });
});

describe("osvRecord refuses", () => {
  const rows: readonly [string, unknown][] = [
    ["nothing", undefined],
    ["a list", []],
    ["no id", { affected: [] }],
    ["control characters in the id", { id: "a\u001bb" }],
    ["an id without end", { id: "a".repeat(200) }],
    ["affected that is no list", { id: "a", affected: {} }],
    ["a version that is a number", { id: "a", affected: [{ versions: [1] }] }],
    ["an event that is a string", { id: "a", affected: [{ ranges: [{ type: "SEMVER", events: ["0"] }] }] }],
    ["a package without a name", { id: "a", affected: [{ package: { ecosystem: "npm", name: "" } }] }],
    ["a version without end", { id: "a", affected: [{ versions: ["1".repeat(600)] }] }],
  ];
  for (const [what, value] of rows) it(what, () => assert.equal(osvRecord.safeParse(value).success, false));

  it("nothing for unknown fields, nulls and empty parts", () => {
    const value = {
      id: "a",
      new: 1,
      affected: null,
      aliases: null,
      severity: null,
      database_specific: [1],
      summary: null,
    };
    assert.equal(osvRecord.safeParse(value).success, true);
  });
});
