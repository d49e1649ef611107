import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, describe, it } from "node:test";
import type { Advisory, DatabaseSource } from "../core/advisory.ts";
import { openDatabase } from "./advisory-database.ts";
import { createAdvisoryWriter } from "./advisory-writer.ts";

const directory = mkdtempSync(join(tmpdir(), "seaworthy-store-"));
after(() => rmSync(directory, { recursive: true }));

const source: DatabaseSource = {
  name: "osv npm",
  url: "https://osv.example/npm/all.zip",
  newest: "2025-01-01T00:00:00Z",
  fetched: "2025-02-01T00:00:00Z",
  advisories: 3,
  covers: ["npm", "debian:12"],
};

const plain: Advisory = {
  id: "GHSA-35jh-r3h4-6jhm",
  source: "osv",
  aliases: ["CVE-2021-23337"],
  bundles: [],
  summary: "Commands can be injected",
  severity: "high",
  cvss: ["CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H"],
  published: "2021-05-06T16:05:51Z",
  modified: "2024-04-17T18:39:17Z",
  withdrawn: undefined,
  url: "https://github.com/advisories/GHSA-35jh-r3h4-6jhm",
  affected: [
    affected("npm", "lodash", [{ introduced: "0", fixed: "4.17.21" }]),
    affected("npm", "lodash.template", [{ introduced: "0", lastAffected: "4.5.0" }]),
  ],
};

const many: Advisory = {
  ...plain,
  id: "GHSA-jfh8-c2jp-5v3q",
  aliases: ["CVE-2021-44228"],
  summary: "Böse Zeichen ⚓",
  severity: undefined,
  withdrawn: "2022-01-01T00:00:00Z",
  url: "https://example.org/advisory",
  affected: [
    {
      ...affected("npm", "lodash", [
        { introduced: "2.13.0", fixed: "2.15.0" },
        { introduced: "0", lastAffected: "2.3.1" },
        { introduced: "9" },
      ]),
      versions: ["6.3.2.1", "x"],
      severity: "unknown",
      intent: "wont-fix",
      module: "nodejs:18",
    },
    affected("npm", "lodash", []),
  ],
};

const bundle: Advisory = {
  ...plain,
  id: "DSA-5724-1",
  aliases: [],
  bundles: ["CVE-2021-23337", "CVE-2024-0001"],
  cvss: [],
  severity: undefined,
  url: "https://security-tracker.debian.org/tracker/DSA-5724-1",
  affected: [affected("debian:12", "node-lodash", [{ introduced: "0", fixed: "1:4" }])],
};

function affected(ecosystem: string, name: string, ranges: Advisory["affected"][number]["ranges"]) {
  return { ecosystem, name, ranges, versions: [], severity: undefined, intent: undefined, module: undefined };
}

function build(name: string, advisories: readonly Advisory[]): string {
  const path = join(directory, name);
  const writer = createAdvisoryWriter(path, `${path}.staging`);
  for (const advisory of advisories) writer.advisory(advisory);
  writer.knownExploited({ cve: "CVE-2021-44228", added: "2021-12-10", due: "2021-12-24" });
  for (const cve of ["CVE-2021-44228", "CVE-2021-23337", "CVE-1999-0001"])
    writer.exploitProbability({
      cve,
      probability: cve === "CVE-2021-44228" ? 0.94358 : 0.00001,
      day: "2025-02-01",
    });
  writer.lifecycle("debian", { product: "debian", release: "12", endOfLife: "2028-06-30" });
  writer.finish({ built: "2025-02-01T00:00:00Z", sources: [source] });
  rmSync(`${path}.staging`);
  return path;
}

function json(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

describe("openDatabase()", () => {
  const database = openDatabase(build("all.db", [plain, many, bundle]));
  after(() => database.close());

  it("answers advisories as written, narrowed to the key", () => {
    const found = database.lookup({ ecosystem: "npm", name: "lodash" });
    assert.deepEqual(json(found), [
      json({ ...plain, affected: plain.affected.slice(0, 1) }),
      json({ ...many, affected: many.affected.toReversed() }),
    ]);
  });

  it("answers nothing for a name or ecosystem that it does not have", () => {
    assert.deepEqual(database.lookup({ ecosystem: "npm", name: "left-pad" }), []);
    assert.deepEqual(database.lookup({ ecosystem: "toString", name: "lodash" }), []);
  });

  it("finds whole advisories by id, alias and bundled flaw", () => {
    assert.deepEqual(json(database.byId("GHSA-35jh-r3h4-6jhm")), [json(plain)]);
    assert.deepEqual(
      database.byId("CVE-2021-23337").map((advisory) => advisory.id),
      ["DSA-5724-1", "GHSA-35jh-r3h4-6jhm"],
    );
    assert.deepEqual(database.byId("CVE-1999-0001"), []);
  });

  it("knows a flaw by its CVE, never from a bundle", () => {
    assert.deepEqual(database.flaw("CVE-2021-23337"), {
      id: "CVE-2021-23337",
      severity: "high",
      cvss: plain.cvss,
      summary: plain.summary,
    });
    assert.equal(database.flaw("CVE-2024-0001"), undefined);
  });

  it("covers what its sources cover", () => {
    assert.deepEqual(
      ["npm", "debian:12", "pypi"].map((key) => database.covers(key)),
      [true, true, false],
    );
    assert.deepEqual(database.info.sources, [source]);
  });

  it("answers known exploitation and lifecycles", () => {
    assert.equal(database.knownExploited("CVE-2021-44228")?.added, "2021-12-10");
    assert.equal(database.knownExploited("CVE-2021-23337"), undefined);
    assert.equal(database.lifecycle("debian", "12.5")?.endOfLife, "2028-06-30");
    assert.equal(database.lifecycle("debian", "13"), undefined);
  });

  it("answers how likely an exploit is, of flaws that an advisory names", () => {
    const answers = ["CVE-2021-44228", "CVE-2021-23337", "CVE-1999-0001"];
    assert.deepEqual(
      answers.map((cve) => database.exploitProbability(cve)),
      [0.94358, 0.00001, undefined],
    );
  });

  it("goes on reading the old file when a new one is renamed over it", () => {
    const path = build("renamed.db", [plain]);
    const old = openDatabase(path);
    renameSync(build("newer.db", [bundle]), path);
    assert.equal(old.byId("GHSA-35jh-r3h4-6jhm").length, 1);
    old.close();
    const fresh = openDatabase(path);
    assert.equal(fresh.byId("GHSA-35jh-r3h4-6jhm").length, 0);
    fresh.close();
  });

  it("takes words and vectors of a bare record from the flaw", () => {
    const bare = { ...bundle, id: "CVE-2021-23337", source: "alpine-secdb", bundles: [], summary: "" };
    const opened = openDatabase(build("bare.db", [bare, plain]));
    const [found] = opened.lookup({ ecosystem: "debian:12", name: "node-lodash" });
    assert.deepEqual(found?.cvss, plain.cvss);
    assert.equal(found?.summary, plain.summary);
    assert.equal(found?.severity, undefined);
    opened.close();
  });

  it("keeps a distribution's own word where OSV repeats it", () => {
    const osv = { ...bundle, id: "CVE-2024-0001", bundles: [] };
    const own = {
      ...osv,
      source: "debian-tracker",
      affected: [affected("debian:12", "node-lodash", [{ introduced: "0" }])],
    };
    const opened = openDatabase(build("own.db", [osv, own]));
    const found = opened.lookup({ ecosystem: "debian:12", name: "node-lodash" });
    assert.deepEqual(
      found.map((advisory) => [advisory.source, advisory.affected[0]?.ranges]),
      [["debian-tracker", [{ introduced: "0" }]]],
    );
    assert.equal(opened.byId("CVE-2024-0001").length, 1);
    opened.close();
  });
});

describe("createAdvisoryWriter()", () => {
  it("gives the same digest for the same records in any order", () => {
    const digests = [
      [plain, many, bundle],
      [bundle, many, plain, plain],
    ].map((advisories, index) => {
      const opened = openDatabase(build(`order${index}.db`, advisories));
      opened.close();
      return opened.info.digest;
    });
    assert.match(digests[0] ?? "", /^sha256:[0-9a-f]{64}$/);
    assert.equal(digests[0], digests[1]);
  });

  it("adds up the affected entries of one record in several documents, newest words win", () => {
    const newer = { ...plain, modified: "2025-01-01T00:00:00Z", summary: "newer", affected: many.affected };
    const opened = openDatabase(build("merged.db", [newer, plain]));
    const [found] = opened.byId(plain.id);
    assert.equal(found?.summary, "newer");
    assert.equal(found?.affected.length, 4);
    opened.close();
  });
});

describe("openDatabase() of a damaged file", () => {
  const bytes = readFileSync(build("whole.db", [plain, many, bundle]));
  const refuses = (what: string, damaged: Buffer): void => {
    const path = join(directory, "damaged.db");
    writeFileSync(path, damaged);
    assert.throws(() => openDatabase(path), { code: "database-invalid", hint: /db update/ }, what);
  };

  it("never gives an answer when one bit of it is another", () => {
    for (let place = 0; place < bytes.length; place += 389) {
      const damaged = Buffer.from(bytes);
      damaged.writeUInt8((bytes[place] ?? 0) ^ (1 << (place % 8)), place);
      refuses(`bit of byte ${place}`, damaged);
    }
  });

  it("never gives an answer when bytes are gone, moved or added", () => {
    const page = 8192;
    for (let end = 0; end < bytes.length; end += 1021) refuses(`cut at ${end}`, bytes.subarray(0, end));
    refuses("last byte gone", bytes.subarray(0, -1));
    for (let start = 0; start + page < bytes.length; start += page) {
      const [before, after] = [bytes.subarray(0, start), bytes.subarray(start + page)];
      refuses(`page at ${start} gone`, Buffer.concat([before, after]));
      refuses(`page at ${start} empty`, Buffer.concat([before, Buffer.alloc(page), after]));
    }
    for (const tail of ["\0", "\0\0\0\0", "x".repeat(page)])
      refuses(`${tail.length} bytes added`, Buffer.concat([bytes, Buffer.from(tail)]));
    refuses("itself twice", Buffer.concat([bytes, bytes]));
  });
});

describe("openDatabase() refuses", () => {
  const wrongSchema = (path: string): void => {
    const database = new DatabaseSync(build("schema.db", [plain]));
    database.exec("PRAGMA user_version = 999");
    database.close();
    renameSync(join(directory, "schema.db"), path);
  };
  const rows: readonly [string, string, RegExp, (path: string) => void][] = [
    ["a missing file", "database-missing", /no such file/, () => undefined],
    ["an empty file", "database-invalid", /not a Seaworthy/, (path) => writeFileSync(path, "")],
    ["text", "database-invalid", /not a database/, (path) => writeFileSync(path, "x".repeat(9000))],
    [
      "another SQLite file",
      "database-invalid",
      /not a Seaworthy/,
      (path) => new DatabaseSync(path).exec("CREATE TABLE x (y)"),
    ],
    ["another schema version", "database-invalid", /schema version is 999/, wrongSchema],
  ];
  for (const [what, code, message, make] of rows)
    it(what, () => {
      const path = join(directory, `refused ${what}?#%.db`);
      make(path);
      assert.throws(() => openDatabase(path), { code, message, hint: /db update/ });
    });
});
