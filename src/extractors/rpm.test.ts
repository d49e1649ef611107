import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { extractFrom, foundFile, named } from "../../tests/support/extract.ts";
import { garbage } from "../../tests/support/hostile.ts";
import { needs } from "../../tests/support/needs.ts";
import { berkeleyDump, ndbFile, rpmHeader } from "../../tests/support/rpm-write.ts";
import { scratch, tool } from "../../tests/support/scratch.ts";
import { SeaworthyError } from "../core/errors.ts";
import type { Extraction } from "../core/plugin.ts";
import { rpm } from "./rpm.ts";

const sqlitePath = "var/lib/rpm/rpmdb.sqlite";
const ndbPath = "usr/lib/sysimage/rpm/Packages.db";
const berkeleyPath = "var/lib/rpm/Packages";

function fromNdb(...headers: readonly Uint8Array[]): Extraction {
  return extractFrom(rpm, ndbPath, ndbFile(headers));
}

test("rpm reads what a header says", () => {
  const tags = {
    1003: [1],
    1011: "CentOS",
    1044: "nodejs-packaging-18.0-1.el8.src.rpm",
    1116: [0, 1],
    1117: ["node", "doc"],
    1118: ["/usr/bin/", "/usr/share/"],
    5096: "nodejs:18:8080",
  };
  assert.deepEqual(fromNdb(rpmHeader({ name: "nodejs", version: "18.1", release: "2.el8", tags })), {
    packages: [
      {
        type: "rpm",
        name: "nodejs",
        version: "1:18.1-2.el8",
        arch: "x86_64",
        source: { name: "nodejs-packaging", version: "18.0-1.el8" },
        module: "nodejs:18:8080",
        licences: ["MIT"],
        vendor: "CentOS",
      },
    ],
    owns: [{ owner: "rpm nodejs", os: true, paths: ["usr/bin/node", "usr/share/doc"] }],
    problems: [],
  });
});

const sources: readonly (readonly [file: string, source: object | undefined])[] = [
  ["a-1-2.src.rpm", { name: "a", version: "1-2" }],
  ["a-b-1.0~rc1-2.el9.src.rpm", { name: "a-b", version: "1.0~rc1-2.el9" }],
  ["a-1-2.nosrc.rpm", { name: "a", version: "1-2" }],
  ["(none)", undefined],
  ["", undefined],
  ["a-1.src.rpm", undefined],
  ["a-1-2.x86_64.rpm", undefined],
];

for (const [file, source] of sources)
  test(`rpm reads the source package "${file}"`, () => {
    assert.deepEqual(fromNdb(rpmHeader({ name: "a", tags: { 1044: file } })).packages?.[0]?.source, source);
  });

test("rpm leaves out epoch 0, imported keys and what a package does not state", () => {
  const { packages, problems } = fromNdb(
    rpmHeader({ name: "a", tags: { 1003: [0], 1022: "(none)", 1014: "", 1011: "" } }),
    rpmHeader({ name: "gpg-pubkey", version: "fd431d51", release: "4ae0493b" }),
  );
  assert.equal(packages?.length, 1);
  const [found] = packages ?? [];
  assert.deepEqual(
    [found?.version, found?.arch, found?.licences, found?.vendor, found?.module],
    ["1.0-1", undefined, [], undefined, undefined],
  );
  assert.deepEqual(problems, []);
});

test("rpm keeps several versions of one package", () => {
  const kernels = ["5.1", "5.2"].map((version) => rpmHeader({ name: "kernel", version }));
  assert.deepEqual(named([fromNdb(...kernels)]), ["kernel@5.1-1", "kernel@5.2-1"]);
});

test("rpm tells a header that it cannot read and reads the others", () => {
  const extraction = fromNdb(rpmHeader({ name: "a" }), Buffer.alloc(40, 7), rpmHeader({ name: "b" }));
  assert.deepEqual(named([extraction]), ["a@1.0-1", "b@1.0-1"]);
  assert.equal(extraction.problems?.[0]?.code, "malformed");
  assert.throws(() => fromNdb(Buffer.alloc(40, 7)), { code: "malformed" });
});

test("rpm refuses an empty database file and garbage in each place", () => {
  for (const path of [sqlitePath, ndbPath, berkeleyPath])
    for (const bytes of garbage) assert.throws(() => extractFrom(rpm, path, bytes), SeaworthyError);
  for (const path of [ndbPath, berkeleyPath])
    assert.throws(() => extractFrom(rpm, path, ""), { code: "malformed" });
});

test("rpm finds nothing in a sound store of nothing", () => {
  assert.deepEqual(fromNdb(), { packages: [], owns: [], problems: [] });
});

const places: readonly (readonly [path: string, wanted: boolean])[] = [
  ["var/lib/rpm/Packages", true],
  ["var/lib/rpm/Packages.db", true],
  ["var/lib/rpm/rpmdb.sqlite", true],
  ["var/lib/rpm/rpmdb.sqlite-wal", true],
  ["usr/lib/sysimage/rpm/rpmdb.sqlite", true],
  ["usr/share/rpm/rpmdb.sqlite", true],
  ["var/lib/rpm/rpmdb.sqlite-shm", false],
  ["var/lib/rpm/Name", false],
  ["var/lib/rpm/Index.db", false],
  ["opt/rpmdb.sqlite", false],
];

for (const [path, wanted] of places)
  test(`rpm ${wanted ? "wants" : "leaves"} ${path}`, () => {
    assert.equal(rpm.wants(foundFile(path, "x")), wanted);
  });

test("rpm leaves an empty write-ahead log and tells one with changes", () => {
  assert.equal(rpm.wants(foundFile(`${sqlitePath}-wal`, "")), false);
  const path = join(scratch("wal"), "rpmdb.sqlite");
  const database = new DatabaseSync(path);
  database.exec("PRAGMA journal_mode=wal; CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob BLOB)");
  const { problems } = extractFrom(rpm, `${sqlitePath}-wal`, readFileSync(`${path}-wal`));
  database.close();
  assert.deepEqual(
    problems?.map(({ code }) => code),
    ["unsupported"],
  );
});

// Packages that the real rpmbuild built and the real rpm recorded.

const specs: readonly string[] = [
  "Name: plain\nVersion: 1.0\nRelease: 1%{?dist}\n",
  "Name: has-epoch\nEpoch: 3\nVersion: 2.0~rc1\nRelease: 5.el9\nVendor: Seaworthy, Inc.\n",
  "Name: zero-epoch\nEpoch: 0\nVersion: 2.0^git1\nRelease: 1\n",
  "Name: in-module\nVersion: 1\nRelease: 1\nModularityLabel: nodejs:18:8080020230901:abc\n",
];

async function buildRpms(directory: string): Promise<readonly string[]> {
  for (const [index, start] of specs.entries()) {
    const many = index === 0 ? 500 : 3;
    const spec = `${start}Summary: t
License: MIT AND Apache-2.0
BuildArch: noarch
%description
t
%package -n sub-${index}
Summary: t
%description -n sub-${index}
t
%install
mkdir -p %{buildroot}/opt/d${index}/inner %{buildroot}/etc
for n in $(seq ${many}); do echo x > %{buildroot}/opt/d${index}/file$n; done
echo x > "%{buildroot}/opt/d${index}/inner/ä b"
echo x > %{buildroot}/etc/c${index}
%files
/opt/d${index}
%config /etc/c${index}
%files -n sub-${index}
`;
    const path = join(directory, `${index}.spec`);
    writeFileSync(path, spec);
    await tool("rpmbuild", ["-bb", "--quiet", "--define", `_topdir ${directory}/top`, path]);
  }
  const listed = await tool("find", [join(directory, "top/RPMS"), "-name", "*.rpm"]);
  return listed.split("\n").filter((line) => line !== "");
}

interface RealDatabase {
  readonly directory: string;
  readonly bytes: Buffer;
  readonly headers: readonly Uint8Array[];
}

async function makeDatabase(): Promise<RealDatabase> {
  const directory = scratch("rpm");
  const rpms = await buildRpms(directory);
  const place = join(directory, "db");
  mkdirSync(place);
  const options = [
    "--define",
    "_db_backend sqlite",
    "--dbpath",
    place,
    "--justdb",
    "--nodeps",
    "--nosignature",
  ];
  await tool("rpm", [...options, "--force-debian", "-i", ...rpms]);
  const database = new DatabaseSync(join(place, "rpmdb.sqlite"), { readOnly: true });
  const rows = database.prepare("SELECT blob FROM Packages").all();
  database.close();
  const headers = rows.flatMap(({ blob }) => (blob instanceof Uint8Array ? [blob] : []));
  return { directory: place, bytes: readFileSync(join(place, "rpmdb.sqlite")), headers };
}

let made: Promise<RealDatabase> | undefined;

const format =
  "%{NAME}|%{EPOCHNUM}|%{VERSION}-%{RELEASE}|%{ARCH}|%{SOURCERPM}|%{LICENSE}|%{VENDOR}|%{MODULARITYLABEL}\\n";

async function query(place: string, backend: string, ...args: readonly string[]): Promise<readonly string[]> {
  const output = await tool("rpm", ["--define", `_db_backend ${backend}`, "--dbpath", place, ...args]);
  return output
    .split("\n")
    .filter((line) => line !== "")
    .sort();
}

/** Packages in the words of the query above; the epoch that Seaworthy leaves out is 0. */
function printed({ packages = [] }: Extraction): readonly string[] {
  return packages
    .map(({ name, version, arch, source, licences, vendor, module }) =>
      [
        name,
        /^(\d+):/.exec(version)?.[1] ?? "0",
        version.replace(/^\d+:/, ""),
        arch,
        `${source?.name}-${source?.version}.src.rpm`,
        licences.join(),
        vendor ?? "(none)",
        module ?? "(none)",
      ].join("|"),
    )
    .sort();
}

function paths({ owns = [] }: Extraction): readonly string[] {
  return owns.flatMap(({ paths: all }) => all.map((path) => `/${path}`)).sort();
}

const skip = needs("rpm", "rpmbuild");
const skipBerkeley = needs("rpm", "rpmbuild", "db_load");

test("rpm finds what rpm -qa prints, in SQLite", { skip }, async () => {
  const { directory, bytes } = await (made ??= makeDatabase());
  const found = extractFrom(rpm, sqlitePath, bytes);
  assert.deepEqual(printed(found), await query(directory, "sqlite", "-qa", "--qf", format));
  assert.deepEqual(found.problems, []);
  assert.equal(found.packages?.length, 8);
  const listed = await query(directory, "sqlite", "-qal");
  assert.deepEqual(
    paths(found),
    listed.filter((line) => line.startsWith("/")),
  );
});

for (const [order, pageSize] of [
  [1234, 4096],
  [4321, 512],
] as const)
  test(`rpm finds what rpm -qa prints, in Berkeley DB of order ${order}`, {
    skip: skipBerkeley,
  }, async () => {
    const real = await (made ??= makeDatabase());
    const place = scratch("berkeley");
    writeFileSync(join(place, "dump"), berkeleyDump(real.headers, { order, pageSize }));
    await tool("db_load", ["-f", "dump", "Packages"], { cwd: place });
    const found = extractFrom(rpm, berkeleyPath, readFileSync(join(place, "Packages")));
    assert.deepEqual(printed(found), await query(place, "bdb_ro", "-qa", "--qf", format));
    assert.deepEqual([found.problems, found.packages?.length], [[], 8]);
  });

test("rpm finds the same in ndb", { skip }, async () => {
  const { bytes, headers } = await (made ??= makeDatabase());
  assert.deepEqual(printed(fromNdb(...headers)), printed(extractFrom(rpm, sqlitePath, bytes)));
});

test("rpm never loses a package of a cut database without a sign", { skip }, async () => {
  const { bytes } = await (made ??= makeDatabase());
  const all = new Set(named([extractFrom(rpm, sqlitePath, bytes)]));
  for (let length = 0; length < bytes.length; length += 4096) {
    try {
      const found = extractFrom(rpm, sqlitePath, bytes.subarray(0, length));
      for (const name of named([found])) assert.ok(all.has(name), name);
      assert.notEqual(found.problems?.length, 0, `cut at ${length}`);
    } catch (thrown) {
      assert.ok(thrown instanceof SeaworthyError, String(thrown));
    }
  }
});
