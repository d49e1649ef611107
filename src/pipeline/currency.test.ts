import assert from "node:assert/strict";
import { test } from "node:test";
import { indexedImage } from "../../tests/support/indexed.ts";
import type { Lifecycle } from "../core/advisory.ts";
import type { CheckOptions } from "../core/check.ts";
import type { Currency } from "../core/currency.ts";
import type { IndexedImage } from "../core/indexed.ts";
import type { Distro, Package, PackageType } from "../core/package.ts";
import { packagePurl } from "../core/purl.ts";
import { runtimeKey } from "../core/runtime.ts";
import { memoryDatabase } from "../store/advisory-memory.ts";
import { checkImage } from "./check.ts";
import { currencyOf } from "./currency.ts";

const today = "2026-01-01";
const debian: Distro = { id: "debian", version: "12", idLike: [], prettyName: "Debian 12" };
const owned = { vendor: "Debian Python Team <team+python@tracker.debian.org>" };

const lives: readonly (readonly [id: string, lifecycle: Lifecycle])[] = [
  ["debian", { product: "debian", release: "12", endOfLife: "2026-02-11" }],
  ["debian", { product: "debian", release: "9", endOfLife: "2020-07-18" }],
  ["rhel", { product: "rhel", release: "9", endOfLife: "2032-05-31" }],
  [
    runtimeKey("node"),
    {
      product: "nodejs",
      release: "18",
      endOfLife: "2025-04-30",
      latest: { version: "18.20.8", date: "2025-03-27" },
    },
  ],
  [
    runtimeKey("node"),
    {
      product: "nodejs",
      release: "24",
      endOfLife: "2028-04-30",
      latest: { version: "24.9.0", date: "2025-10-01" },
    },
  ],
  [runtimeKey("python"), { product: "python", release: "3.11", endOfLife: "2027-10-31" }],
  [runtimeKey("python"), { product: "python", release: "3.10", endOfLife: "2026-01-02" }],
  [runtimeKey("python"), { product: "python", release: "2.7", ended: true }],
  [runtimeKey("go"), { product: "go", release: "1.25" }],
];

const database = memoryDatabase({
  info: { kind: "full", schema: 1, built: "", digest: "", sources: [] },
  advisories: [],
  lifecycles: lives.map(([id, lifecycle]) => ({ id, lifecycle })),
});

function pkg(type: PackageType, name: string, version: string, more: Partial<Package> = {}): Package {
  const found = { type, name, version, licences: [], ...more };
  return {
    layer: 0,
    locations: [{ path: `usr/local/bin/${name}`, layer: 0 }],
    ...found,
    purl: packagePurl(found, undefined),
  };
}

function image(packages: readonly Package[], distro?: Distro, created?: string): IndexedImage {
  const { config } = indexedImage();
  return indexedImage({ packages, distro, config: { ...config, user: "1", created } });
}

// What is told of one operating system on the day.
const systems: readonly (readonly [distro: Distro | undefined, told: string])[] = [
  [undefined, "nothing"],
  [debian, "debian 12 2026-02-11 41 false"],
  [{ ...debian, version: "9" }, "debian 9 2020-07-18 -1993 true"],
  [{ ...debian, version: "12.4" }, "debian 12 2026-02-11 41 false"],
  [{ ...debian, version: "13" }, "debian null null null null"],
  [{ ...debian, id: "wolfi", version: "20230201" }, "wolfi null null null null"],
];
for (const [distro, told] of systems)
  test(`currencyOf() tells ${told} of ${distro?.id} ${distro?.version}`, () => {
    const { os } = currencyOf(image([], distro), database, today);
    const text = os === null ? "nothing" : `${os.id} ${os.release} ${os.endOfLife} ${os.days} ${os.ended}`;
    assert.equal(text, told);
  });

test("currencyOf() holds the last day for one on which a release is still mended", () => {
  const { os } = currencyOf(image([], debian), database, "2026-02-11");
  assert.deepEqual([os?.days, os?.ended], [0, false]);
  assert.equal(currencyOf(image([], debian), database, "2026-02-12").os?.ended, true);
});

const rhel: Distro = { id: "rhel", version: "9.3", idLike: [], prettyName: "RHEL 9.3" };
const runtimeRows: readonly (readonly [
  why: string,
  packages: readonly Package[],
  distro: Distro,
  told: readonly string[],
])[] = [
  [
    "a program copied by hand",
    [pkg("generic", "node", "18.1.0")],
    debian,
    ["node 18.1.0 upstream 18 2025-04-30 true newest 18.20.8"],
  ],
  [
    "a package of the distribution and the program that it owns",
    [
      pkg("deb", "python3.11-minimal", "3.11.2-6+deb12u4", owned),
      pkg("generic", "python", "3.11.2", { ownedBy: "deb python3.11-minimal" }),
    ],
    debian,
    ["python 3.11.2 distribution 3.11 2026-02-11 false newest null"],
  ],
  [
    "a package of NodeSource and the program that it owns",
    [
      pkg("deb", "nodejs", "18.20.2-1nodesource1", { vendor: "Ivan Iguaran <i@nodesource.com>" }),
      pkg("generic", "node", "18.20.2", { ownedBy: "deb nodejs" }),
    ],
    debian,
    ["node 18.20.2 upstream 18 2025-04-30 true newest 18.20.8"],
  ],
  [
    "a module of RHEL, whose end nobody publishes",
    [pkg("rpm", "nodejs", "1:18.19.0-1.module+el9", { module: "nodejs:18:9", vendor: "Red Hat, Inc." })],
    rhel,
    ["node 18.19.0 distribution 18 null null newest null"],
  ],
  [
    "Go programs of two versions, one of them the distribution's",
    [
      pkg("golang", "stdlib", "1.25.1"),
      pkg("golang", "stdlib", "1.19.8", { ownedBy: "deb gosu" }),
      pkg("deb", "gosu", "1.14", owned),
    ],
    debian,
    [
      "go 1.19.8 distribution null 2026-02-11 false newest null",
      "go 1.25.1 upstream 1.25 null false newest null",
    ],
  ],
  [
    "one without a date",
    [pkg("generic", "python", "2.7.18")],
    debian,
    ["python 2.7.18 upstream 2.7 null true newest null"],
  ],
  [
    "one that nobody tells of",
    [pkg("generic", "perl", "5.38.0")],
    debian,
    ["perl 5.38.0 upstream null null null newest null"],
  ],
  [
    "libraries of such names, and metapackages",
    [pkg("pypi", "redis", "5.0.1"), pkg("npm", "node", "18.0.0"), pkg("deb", "ruby", "1:3.1", owned)],
    debian,
    ["ruby 3.1 distribution null 2026-02-11 false newest null"],
  ],
];
for (const [why, packages, distro, told] of runtimeRows)
  test(`currencyOf() tells ${told.length} runtimes of ${why}`, () => {
    const { runtimes } = currencyOf(image(packages, distro), database, today);
    assert.deepEqual(
      runtimes.map(
        ({ name, version, supportedBy, release, endOfLife, ended, newest }) =>
          `${name} ${version} ${supportedBy} ${release} ${endOfLife} ${ended} newest ${newest}`,
      ),
      told,
    );
  });

const newest: readonly (readonly [version: string, latest: string, behind: boolean | null])[] = [
  ["24.1.0", "24.9.0", true],
  ["24.9.0", "24.9.0", false],
  // Newer than the database.
  ["24.10.0", "24.9.0", false],
  ["21.0.1", "21.0.1+12", false],
  ["26.0.2", "26.0.2.11.1", false],
  ["25.0.3", "25.0.4.1+1", true],
  ["21", "21.0.1+12", true],
  ["15.5", "15.18", true],
  ["8.4.0RC1", "8.4.0", true],
  ["8.4.0", "next", null],
];
for (const [version, latest, behind] of newest)
  test(`currencyOf() says ${behind} to whether ${version} is behind ${latest}`, () => {
    const release = version.split(".")[0] ?? "";
    const lifecycle = { product: "x", release, latest: { version: latest } };
    const known = memoryDatabase({
      info: { kind: "full", schema: 1, built: "", digest: "", sources: [] },
      advisories: [],
      lifecycles: [{ id: runtimeKey("node"), lifecycle }],
    });
    assert.equal(
      currencyOf(image([pkg("generic", "node", version)]), known, today).runtimes[0]?.behind,
      behind,
    );
  });

const ages: readonly (readonly [created: string | undefined, told: string])[] = [
  ["2025-12-01T10:00:00.123456789Z", "2025-12-01 31"],
  ["2026-01-01T23:59:59Z", "2026-01-01 0"],
  [undefined, "null null"],
  ["1970-01-01T00:00:00Z", "null null"],
  ["1980-01-01T00:00:01Z", "null null"],
  ["2026-01-02T00:00:00Z", "null null"],
  ["0001-01-01T00:00:00Z", "null null"],
  ["yesterday", "null null"],
];
for (const [given, told] of ages)
  test(`currencyOf() tells ${told} of an image made ${given}`, () => {
    const { created, ageDays } = currencyOf(image([], undefined, given), database, today);
    assert.equal(`${created} ${ageDays}`, told);
  });

const judged: readonly (readonly [
  why: string,
  packages: readonly Package[],
  distro: Distro | undefined,
  told: readonly string[],
])[] = [
  ["nothing", [], undefined, []],
  [
    "an operating system near its end",
    [],
    debian,
    ["SW-IM-101 debian 12 reaches its end of life in 41 days (2026-02-11)"],
  ],
  [
    "an operating system past its end",
    [],
    { ...debian, version: "9" },
    ["SW-IM-100 debian 9 reached its end of life on 2020-07-18, 1993 days ago"],
  ],
  [
    "runtimes past, near and behind",
    [pkg("generic", "node", "18.1.0"), pkg("generic", "python", "3.10.1"), pkg("generic", "node", "24.1.0")],
    undefined,
    [
      "SW-IM-102 node 18.1.0 reached its end of life on 2025-04-30, 246 days ago",
      "SW-IM-103 python 3.10.1 reaches its end of life in 1 day (2026-01-02)",
      "SW-IM-104 node 24.1.0 is behind 24.9.0, which is out for 92 days",
    ],
  ],
  [
    "a runtime past upstream's end that the distribution mends",
    [pkg("deb", "nodejs", "18.19.0+dfsg-6~deb12u2", owned)],
    { ...debian, version: "13" },
    [],
  ],
];
for (const [why, packages, distro, told] of judged)
  test(`checkImage() says ${told.length} things of ${why}`, () => {
    const indexed = image(packages, distro);
    const checks = checkImage(indexed, currencyOf(indexed, database, today), {}, []);
    assert.deepEqual(
      checks.filter(({ id }) => /^SW-IM-1[01]/.test(id)).map(({ id, message }) => `${id} ${message}`),
      told,
    );
  });

test("checkImage() says of an old image how old it is", () => {
  const indexed = image([], undefined, "2025-01-01T00:00:00Z");
  const checks = checkImage(indexed, currencyOf(indexed, database, today), {}, []);
  assert.deepEqual(
    checks.map(({ id, message }) => `${id} ${message}`),
    ["SW-IM-106 the image was made 365 days ago (2025-01-01)"],
  );
});

const set: readonly (readonly [id: string, options: CheckOptions, told: readonly string[]])[] = [
  ["SW-IM-101", { days: 40 }, []],
  ["SW-IM-101", { days: 41 }, ["debian 12 reaches its end of life in 41 days (2026-02-11)"]],
  ["SW-IM-103", { days: 0 }, []],
  ["SW-IM-104", { days: 93 }, []],
  ["SW-IM-106", { days: 365 }, []],
  ["SW-IM-106", { days: 364 }, ["the image was made 365 days ago (2025-01-01)"]],
  ["SW-IM-105", { days: 31 }, []],
  ["SW-IM-105", { days: 30 }, ["newer versions are out of tzdata 1 → 3"]],
  ["SW-IM-105", { versions: 3 }, []],
  ["SW-IM-105", { versions: 2 }, ["newer versions are out of tzdata 1 → 3"]],
];
for (const [id, options, told] of set)
  test(`checkImage() says ${told.length} things by ${id} with ${JSON.stringify(options)}`, () => {
    const packages = [pkg("generic", "python", "3.10.1"), pkg("generic", "node", "24.1.0")];
    const indexed = image(packages, debian, "2025-01-01T00:00:00Z");
    const late = { newest: "3", versionsBehind: 2, daysBehind: null, newestSince: "2025-12-02" };
    const currency: Currency = {
      ...currencyOf(indexed, database, today),
      packages: [{ purl: "pkg:deb/debian/tzdata@1", layer: 0, ...late }],
    };
    const checks = checkImage(indexed, currency, { [id]: { options } }, []);
    assert.deepEqual(
      checks.flatMap((check) => (check.id === id ? [check.message] : [])),
      told,
    );
  });
