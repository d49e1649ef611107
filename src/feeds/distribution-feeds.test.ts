import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import type { Feed, FeedRecord } from "../core/feed.ts";
import { alpineSecdb } from "./alpine-secdb.ts";
import { debianTracker } from "./debian-tracker.ts";
import { endoflife } from "./endoflife.ts";
import { kev } from "./kev.ts";
import { feeds } from "./list.ts";

const directory = mkdtempSync(join(tmpdir(), "seaworthy-feeds-"));
after(() => rmSync(directory, { recursive: true }));

async function parse(feed: Feed, name: string, content: unknown): Promise<readonly FeedRecord[]> {
  const path = join(directory, "document");
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return Array.fromAsync(feed.parse({ name, path }));
}

/** `id package: affected; …` of every record. */
function told(records: readonly FeedRecord[]): readonly string[] {
  return records.map((record) => {
    if (record.kind === "rejected") return `rejected ${record.record}: ${record.reason}`;
    if (record.kind !== "advisory") return JSON.stringify(record);
    const { id, aliases, affected } = record.advisory;
    const entries = affected.map(({ ecosystem, name, ranges, severity, intent }) =>
      [ecosystem, name, ranges.map((range) => `<${range.fixed ?? ""}`).join() || "never", severity, intent]
        .filter(Boolean)
        .join(" "),
    );
    return [[id, ...aliases].join("="), ...entries].join("; ");
  });
}

describe("debianTracker", () => {
  const name = "security-tracker.debian.org/tracker/data/json";
  const rows: readonly [string, object, string][] = [
    ["fixed", { status: "resolved", fixed_version: "1.2-3", urgency: "high" }, "debian:12 a <1.2-3 high"],
    [
      "never affected",
      { status: "resolved", fixed_version: "0", urgency: "not yet assigned" },
      "debian:12 a never",
    ],
    ["open", { status: "open", urgency: "medium" }, "debian:12 a < medium none"],
    ["unimportant", { status: "open", urgency: "unimportant" }, "debian:12 a < negligible none"],
    [
      "ignored",
      { status: "open", urgency: "low", nodsa: "Minor", nodsa_reason: "ignored" },
      "debian:12 a < low wont-fix",
    ],
    ["postponed", { status: "open", nodsa: "Minor", nodsa_reason: "postponed" }, "debian:12 a < none"],
    ["no DSA, no reason", { status: "open", nodsa: "Minor issue", nodsa_reason: "" }, "debian:12 a < none"],
    ["end of life", { status: "open", urgency: "end-of-life" }, "debian:12 a < wont-fix"],
    ["undetermined", { status: "undetermined", urgency: "not yet assigned" }, "debian:12 a < unknown"],
  ];
  for (const [what, statement, text] of rows)
    it(`reads ${what}`, async () => {
      const records = await parse(debianTracker, name, {
        a: { "CVE-2024-0001": { releases: { bookworm: statement } } },
      });
      assert.deepEqual(told(records), [`CVE-2024-0001; ${text}`]);
    });

  it("reads releases by their codenames, unknown ones left out", async () => {
    const open = { status: "open" };
    const releases = {
      buster: open,
      bullseye: open,
      trixie: open,
      forky: open,
      sid: open,
      "bookworm-security": open,
    };
    const records = await parse(debianTracker, name, {
      a: { "TEMP-1": { description: "Words. More.", releases } },
    });
    assert.deepEqual(told(records), [
      "TEMP-1; debian:10 a < none; debian:11 a < none; debian:13 a < none; debian:14 a < none; debian:sid a < none",
    ]);
  });

  it("rejects a flaw that it cannot read, alone", async () => {
    const records = await parse(debianTracker, name, {
      a: { "CVE-2024-0001": { releases: { sid: { status: "odd" } } }, "CVE-2024-0002": { releases: {} } },
      b: [],
    });
    assert.deepEqual(
      records.map(({ kind }) => kind),
      ["rejected", "advisory", "rejected"],
    );
  });

  for (const content of ["", "<html>", "[]", '{"a":{', '{"a":{x}}'])
    it(`refuses ${JSON.stringify(content)}`, async () => {
      await assert.rejects(parse(debianTracker, name, content), { code: "feed-invalid" });
    });
});

describe("alpineSecdb", () => {
  const name = "secdb.alpinelinux.org/v3.18/main.json";
  const read = (secfixes: unknown) =>
    parse(alpineSecdb, name, { packages: [{ pkg: { name: "a", secfixes } }] });
  const rows: readonly [string, unknown, readonly string[]][] = [
    ["a fix", { "1.2-r3": ["CVE-2024-0001"] }, ["CVE-2024-0001; alpine:3.18 a <1.2-r3"]],
    ["never affected", { "0": ["CVE-2024-0001"] }, ["CVE-2024-0001; alpine:3.18 a never"]],
    [
      "other ids of the flaw",
      { "1-r0": ["CVE-2024-0001 XSA-1"] },
      ["CVE-2024-0001=XSA-1; alpine:3.18 a <1-r0"],
    ],
    [
      "two flaws of one patch",
      { "1-r0": ["CVE-2024-0001 CVE-2024-0002 XSA-1"] },
      ["CVE-2024-0001; alpine:3.18 a <1-r0", "CVE-2024-0002; alpine:3.18 a <1-r0"],
    ],
    ["remarks", { "1-r0": ["CVE-2024-0001 (+ regression fix)"] }, ["CVE-2024-0001; alpine:3.18 a <1-r0"]],
    [
      "ids without CVE",
      { "1-r0": ["ALPINE-13661", "VSV00010"] },
      ["ALPINE-13661; alpine:3.18 a <1-r0", "VSV00010; alpine:3.18 a <1-r0"],
    ],
    [
      "typing errors",
      { "1-r0": ["CVE_2019-2426", "CVE-2021-35940.patch"] },
      ["CVE-2019-2426; alpine:3.18 a <1-r0", "CVE-2021-35940; alpine:3.18 a <1-r0"],
    ],
    [
      "a second fix: the later one counts",
      { "1.10-r0": ["CVE-2024-0001"], "1.9-r0": ["CVE-2024-0001"], "0": ["CVE-2024-0001"] },
      ["CVE-2024-0001; alpine:3.18 a <1.10-r0"],
    ],
    ["no fixes at all", [], []],
    ["null", null, []],
    [
      "a line without id",
      { "1-r0": ["none"] },
      ['rejected secdb.alpinelinux.org/v3.18/main.json a 1-r0: no id in "none"'],
    ],
    [
      "a map of something else",
      { "1-r0": "CVE-2024-0001" },
      ["rejected secdb.alpinelinux.org/v3.18/main.json a: secfixes is not a map of lists"],
    ],
  ];
  for (const [what, secfixes, text] of rows)
    it(`reads ${what}`, async () => assert.deepEqual(told(await read(secfixes)), text));

  it("reads edge", async () => {
    const content = { packages: [{ pkg: { name: "a", secfixes: { "1-r0": ["CVE-2024-0001"] } } }] };
    const records = await parse(alpineSecdb, "secdb.alpinelinux.org/edge/community.json", content);
    assert.deepEqual(told(records), ["CVE-2024-0001; alpine:edge a <1-r0"]);
  });

  for (const content of ["", "<html>", "[]", '{"packages":{}}'])
    it(`refuses ${JSON.stringify(content)}`, async () => {
      await assert.rejects(parse(alpineSecdb, name, content), { code: "feed-invalid" });
    });
});

describe("kev", () => {
  it("reads entries, and rejects what is none", async () => {
    const vulnerabilities = [
      { cveID: "CVE-2024-0001", dateAdded: "2024-01-02", dueDate: "2024-01-23" },
      { cveID: "CVE-2024-0002", dateAdded: "2024-01-02" },
      { cveID: "nonsense", dateAdded: "2024-01-02" },
      { cveID: "CVE-2024-0003", dateAdded: "soon" },
    ];
    const records = await parse(kev, "kev", { vulnerabilities });
    assert.deepEqual(records.slice(0, 2), [
      { kind: "known-exploited", entry: { cve: "CVE-2024-0001", added: "2024-01-02", due: "2024-01-23" } },
      { kind: "known-exploited", entry: { cve: "CVE-2024-0002", added: "2024-01-02", due: undefined } },
    ]);
    assert.deepEqual(
      records.slice(2).map(({ kind }) => kind),
      ["rejected", "rejected"],
    );
  });

  for (const content of ["", "{}", '{"vulnerabilities":[]}'])
    it(`refuses ${JSON.stringify(content)}`, async () => {
      await assert.rejects(parse(kev, "kev", content), { code: "feed-invalid" });
    });
});

describe("endoflife", () => {
  const rows: readonly [string, object, string | undefined, boolean | undefined][] = [
    [
      "debian",
      { eolFrom: "2026-06-10", eoesFrom: "2028-06-30", isEol: true, isEoes: false },
      "2028-06-30",
      undefined,
    ],
    ["debian", { eolFrom: "1997-10-23", isEol: true }, "1997-10-23", undefined],
    ["ubuntu", { eolFrom: "2029-05-31", eoesFrom: "2036-05-31" }, "2029-05-31", undefined],
    ["rhel", { eolFrom: "2024-06-30", eoesFrom: "2029-05-31", isEol: true }, "2024-06-30", undefined],
    ["oracle-linux", { eolFrom: null, isEol: false }, undefined, undefined],
    ["fedora", { eolFrom: null, isEol: true }, undefined, true],
  ];
  for (const [product, release, endOfLife, ended] of rows)
    it(`ends ${product} ${JSON.stringify(release)} on ${endOfLife ?? "no day"}`, async () => {
      const [record] = await parse(endoflife, "eol", {
        result: [{ name: product, releases: [{ name: "1", ...release }] }],
      });
      assert.ok(record?.kind === "lifecycle");
      assert.deepEqual(record.lifecycle, { product, release: "1", endOfLife, ended });
    });

  it("speaks of os-release ids, CentOS before CentOS Stream", async () => {
    const names = [
      "nothing-we-know",
      "centos-stream",
      "rocky-linux",
      "amazon-linux",
      "opensuse",
      "alpine-linux",
      "centos",
    ];
    const result = names.map((name) => ({ name, releases: [{ name: "8", eolFrom: "2024-05-31" }] }));
    const records = await parse(endoflife, "eol", { result });
    assert.deepEqual(
      records.map((record) =>
        record.kind === "lifecycle" ? `${record.id} ${record.lifecycle.product}` : record.kind,
      ),
      [
        "alpine alpine-linux",
        "centos centos",
        "centos centos-stream",
        "rocky rocky-linux",
        "opensuse-leap opensuse",
        "opensuse opensuse",
        "amzn amazon-linux",
      ],
    );
  });

  it("speaks of runtimes by the names of their packages, with their newest versions", async () => {
    const latest = { name: "18.20.8", date: "2025-03-27", link: null };
    const releases = [
      { name: "18", eolFrom: "2025-04-30", isEol: true, latest },
      { name: "17", eolFrom: null, latest: null },
      { name: "16", eolFrom: "2023-09-11", latest: { name: "", date: null } },
    ];
    const records = await parse(endoflife, "eol", { result: [{ name: "nodejs", releases }] });
    assert.deepEqual(records.slice(0, 1), [
      {
        kind: "lifecycle",
        id: "generic/node",
        lifecycle: {
          product: "nodejs",
          release: "18",
          endOfLife: "2025-04-30",
          ended: undefined,
          latest: { version: "18.20.8", date: "2025-03-27" },
        },
      },
    ]);
    assert.deepEqual(
      records.map(({ kind }) => kind),
      ["lifecycle", "lifecycle", "rejected"],
    );
  });

  it("rejects a release that it cannot read", async () => {
    const records = await parse(endoflife, "eol", {
      result: [{ name: "debian", releases: [{ name: "12", eolFrom: "soon" }] }],
    });
    assert.deepEqual(
      records.map(({ kind }) => kind),
      ["rejected"],
    );
  });
});

describe("feeds", () => {
  it("have ids of their own, and documents named HOST/PATH", async () => {
    assert.equal(new Set(feeds.map(({ id }) => id)).size, feeds.length);
    for (const feed of feeds)
      for (const name of await feed.documents([], []))
        assert.match(name, /^[a-z0-9.-]+\.[a-z]+\/[\w. /-]+$/, feed.id);
  });
});
