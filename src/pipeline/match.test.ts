import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { indexedImage } from "../../tests/support/indexed.ts";
import type { Advisory, Affected, AffectedRange, Lifecycle } from "../core/advisory.ts";
import type { IndexedImage } from "../core/indexed.ts";
import type { Package, PackageType } from "../core/package.ts";
import { packagePurl } from "../core/purl.ts";
import { defaultPolicy } from "../policy/evaluate.ts";
import { jsonReport } from "../reports/json.ts";
import { memoryDatabase } from "../store/advisory-memory.ts";
import { matchImage } from "./match.ts";
import { scanReport } from "./scan.ts";

const debian = { id: "debian", version: "12", idLike: [], prettyName: "Debian GNU/Linux 12 (bookworm)" };
const today = "2025-01-01";

type Extra = Partial<Package>;

function pkg(type: PackageType, name: string, version: string, more: Extra = {}): Package {
  const distro = ["deb", "apk", "rpm"].includes(type) ? (more.distro ?? debian) : undefined;
  const found = { type, name, version, licences: [], ...more };
  return {
    layer: 0,
    locations: [{ path: `p/${name}`, layer: 0 }],
    ...found,
    distro,
    purl: packagePurl(found, distro),
  };
}

function image(packages: readonly Package[], more: Partial<IndexedImage> = {}): IndexedImage {
  const distro = packages.find((one) => one.distro !== undefined)?.distro;
  return indexedImage({ packages, distro, ...more });
}

type Told = Partial<Omit<Advisory, "affected">> & { readonly id: string };

function says(
  told: Told,
  key: string,
  ranges: readonly AffectedRange[],
  more: Partial<Affected> = {},
): Advisory {
  const slash = key.indexOf("/");
  const affected = {
    ecosystem: key.slice(0, slash),
    name: key.slice(slash + 1),
    ranges,
    versions: [],
    ...more,
  };
  return { source: "osv", aliases: [], bundles: [], summary: "", cvss: [], ...told, affected: [affected] };
}

interface Facts {
  readonly covers?: readonly string[];
  readonly exploited?: readonly string[];
  readonly lifecycles?: readonly { readonly id: string; readonly lifecycle: Lifecycle }[];
  readonly kind?: "full" | "landmark";
  /** Is the source of ends of life there? Default: yes. */
  readonly endoflife?: boolean;
}

function database(advisories: readonly Advisory[], facts: Facts = {}) {
  const covers = facts.covers ?? ["debian:12", "npm", "pypi", "maven", "golang", "cargo"];
  const source = { name: "osv", url: "", newest: "", fetched: "", advisories: advisories.length, covers };
  const lifecycles = {
    ...source,
    name: "endoflife",
    advisories: facts.endoflife === false ? 0 : 1,
    covers: [],
  };
  return memoryDatabase({
    info: { kind: facts.kind ?? "full", schema: 1, built: "", digest: "", sources: [source, lifecycles] },
    advisories,
    knownExploited: (facts.exploited ?? []).map((cve) => ({ cve, added: "2024-01-01" })),
    lifecycles: facts.lifecycles ?? [],
  });
}

function fixed(version: string): readonly AffectedRange[] {
  return [{ introduced: "0", fixed: version }];
}

const lodash = pkg("npm", "lodash", "4.17.4");
const openssl = pkg("deb", "libssl3", "3.0.9-1", { source: { name: "openssl", version: "3.0.9-1" } });
const npm = "npm/lodash";
const deb = "debian:12/openssl";

/** `id severity state versions (aliases)` of each finding. */
function found(
  packages: readonly Package[],
  advisories: readonly Advisory[],
  facts: Facts = {},
): readonly string[] {
  const { findings, undecided } = matchImage(image(packages), database(advisories, facts), today);
  return [
    ...findings.map(({ id, aliases, severity, fix }) =>
      [
        id,
        severity,
        fix.state,
        ...fix.versions,
        ...(aliases.length === 0 ? [] : [`(${aliases.join(" ")})`]),
      ].join(" "),
    ),
    ...undecided.map(({ id }) => `${id} undecided`),
  ];
}

const merges: readonly [
  why: string,
  pkg: Package,
  advisories: readonly Advisory[],
  expected: readonly string[],
][] = [
  [
    "a GHSA under its CVE",
    lodash,
    [says({ id: "GHSA-a", aliases: ["CVE-2021-2"], severity: "high" }, npm, fixed("4.17.21"))],
    ["CVE-2021-2 high fixed 4.17.21 (GHSA-a)"],
  ],
  [
    "two publishers of one flaw",
    lodash,
    [
      says({ id: "GHSA-a", aliases: ["CVE-2021-2"], severity: "high" }, npm, fixed("4.17.21")),
      says({ id: "OTHER-1", aliases: ["CVE-2021-2"] }, npm, fixed("4.17.20")),
    ],
    ["CVE-2021-2 high fixed 4.17.21 (GHSA-a OTHER-1)"],
  ],
  [
    "a project's notice of two flaws, beside each",
    {
      ...pkg("apk", "xen", "4.15.0-r0"),
      distro: { id: "alpine", version: "3.18.4", idLike: [], prettyName: "" },
    },
    [
      says(
        { id: "CVE-2022-1", aliases: ["XSA-428"], source: "alpine-secdb" },
        "alpine:3.18/xen",
        fixed("4.16-r0"),
      ),
      says(
        { id: "CVE-2022-2", aliases: ["XSA-428"], source: "alpine-secdb" },
        "alpine:3.18/xen",
        fixed("4.16-r0"),
      ),
    ],
    ["CVE-2022-1 unknown fixed 4.16-r0 (XSA-428)", "CVE-2022-2 unknown fixed 4.16-r0 (XSA-428)"],
  ],
  [
    "a chain of aliases",
    lodash,
    [
      says({ id: "A-1", aliases: ["B-1"] }, npm, fixed("5.0.0")),
      says({ id: "C-1", aliases: ["D-1"] }, npm, fixed("5.0.0")),
      says({ id: "B-1", aliases: ["C-1"] }, npm, fixed("5.0.0")),
    ],
    ["A-1 unknown fixed 5.0.0 (B-1 C-1 D-1)"],
  ],
  [
    "two CVEs of one advisory under the lower",
    lodash,
    [says({ id: "GHSA-a", aliases: ["CVE-2021-10000", "CVE-2021-9999"] }, npm, fixed("5.0.0"))],
    ["CVE-2021-9999 unknown fixed 5.0.0 (CVE-2021-10000 GHSA-a)"],
  ],
  [
    "GHSA before others",
    lodash,
    [says({ id: "ABC-1", aliases: ["GHSA-z"] }, npm, fixed("5.0.0"))],
    ["GHSA-z unknown fixed 5.0.0 (ABC-1)"],
  ],
  [
    "a notice as one finding for each flaw",
    openssl,
    [says({ id: "DSA-1", bundles: ["CVE-2023-1", "CVE-2023-2"] }, deb, fixed("3.0.11-1"))],
    ["CVE-2023-1 unknown fixed 3.0.11-1 (DSA-1)", "CVE-2023-2 unknown fixed 3.0.11-1 (DSA-1)"],
  ],
  [
    "a notice without a flaw as itself",
    openssl,
    [says({ id: "DSA-1" }, deb, fixed("3.0.11-1"))],
    ["DSA-1 unknown fixed 3.0.11-1"],
  ],
  [
    "the tracker's fix before a notice's",
    openssl,
    [
      says({ id: "DSA-1", bundles: ["CVE-2023-1"] }, deb, fixed("3.0.12-1")),
      says({ id: "CVE-2023-1", source: "debian-tracker" }, deb, fixed("3.0.11-1"), { severity: "low" }),
    ],
    ["CVE-2023-1 low fixed 3.0.11-1 (DSA-1)"],
  ],
  [
    "no finding where the tracker says not affected",
    openssl,
    [
      says({ id: "CVE-2023-1" }, deb, [{ introduced: "0" }]),
      says({ id: "CVE-2023-1", source: "debian-tracker" }, deb, fixed("0")),
    ],
    [],
  ],
  [
    "another flaw of a notice that the tracker cleared in part",
    openssl,
    [
      says({ id: "DSA-1", bundles: ["CVE-2023-1", "CVE-2023-2"] }, deb, fixed("3.0.11-1")),
      says({ id: "CVE-2023-1", source: "debian-tracker" }, deb, fixed("0")),
    ],
    ["CVE-2023-2 unknown fixed 3.0.11-1 (DSA-1)"],
  ],
  [
    "affected where one of two says so",
    lodash,
    [
      says({ id: "GHSA-a", aliases: ["CVE-2021-2"] }, npm, fixed("4.17.2")),
      says({ id: "OTHER-1", aliases: ["CVE-2021-2"] }, npm, fixed("4.17.20")),
    ],
    ["CVE-2021-2 unknown fixed 4.17.20 (OTHER-1)"],
  ],
  [
    "decided where one of two does not parse",
    lodash,
    [
      says({ id: "GHSA-a", aliases: ["CVE-2021-2"] }, npm, fixed("?")),
      says({ id: "OTHER-1", aliases: ["CVE-2021-2"] }, npm, fixed("4.17.20")),
    ],
    ["CVE-2021-2 unknown fixed 4.17.20 (GHSA-a OTHER-1)"],
  ],
  [
    "undecided where none decides",
    lodash,
    [says({ id: "GHSA-a", aliases: ["CVE-2021-2"] }, npm, fixed("?"))],
    ["CVE-2021-2 undecided"],
  ],
  [
    "nothing of a withdrawn advisory",
    lodash,
    [says({ id: "GHSA-a", withdrawn: "2022-01-01" }, npm, fixed("5.0.0"))],
    [],
  ],
  [
    "won't fix before not fixed",
    lodash,
    [
      says({ id: "A-1", aliases: ["CVE-2021-2"] }, npm, [{ introduced: "0" }], { intent: "none" }),
      says({ id: "B-1", aliases: ["CVE-2021-2"] }, npm, [{ introduced: "0" }], { intent: "wont-fix" }),
    ],
    ["CVE-2021-2 unknown wont-fix (A-1 B-1)"],
  ],
  [
    "an Ubuntu id as its CVE",
    pkg("deb", "x", "1", { distro: { ...debian, id: "ubuntu", version: "22.04" } }),
    [says({ id: "UBUNTU-CVE-2024-5" }, "ubuntu:22.04/x", fixed("2"), { severity: "medium" })],
    ["CVE-2024-5 medium fixed 2 (UBUNTU-CVE-2024-5)"],
  ],
];

for (const [why, one, advisories, expected] of merges)
  test(`matchImage() reports ${why}`, () => assert.deepEqual(found([one], advisories), expected));

const v31 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
const v30low = "CVSS:3.0/AV:P/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N";
const flaw = (told: Partial<Told>) => says({ id: "CVE-2023-1", ...told }, "npm/elsewhere", fixed("1.0.0"));

const ratings: readonly [why: string, advisories: readonly Advisory[], severity: string, source: string][] = [
  [
    "the tracker's word first",
    [
      says({ id: "CVE-2023-1", source: "debian-tracker", severity: "high", cvss: [v31] }, deb, fixed("4"), {
        severity: "negligible",
      }),
    ],
    "negligible",
    "debian-tracker",
  ],
  [
    "the publisher's word next",
    [says({ id: "CVE-2023-1", severity: "medium", cvss: [v31] }, deb, fixed("4"))],
    "medium",
    "osv:CVE-2023-1",
  ],
  [
    "the worst of several publishers",
    [
      says({ id: "A-1", aliases: ["CVE-2023-1"], severity: "low" }, deb, fixed("4")),
      says({ id: "B-1", aliases: ["CVE-2023-1"], severity: "high" }, deb, fixed("4")),
    ],
    "high",
    "osv:B-1",
  ],
  [
    "the vendor's notice for each of its flaws",
    [says({ id: "DSA-1", bundles: ["CVE-2023-1"], severity: "high" }, deb, fixed("4"))],
    "high",
    "osv:DSA-1",
  ],
  [
    "the newest CVSS, else the highest",
    [says({ id: "CVE-2023-1", cvss: [v30low, v31] }, deb, fixed("4"))],
    "critical",
    "cvss:3.1:9.8",
  ],
  [
    "the flaw's vector where a notice mends several",
    [
      says({ id: "DSA-1", bundles: ["CVE-2023-1", "CVE-2023-2"], cvss: [v31] }, deb, fixed("4")),
      flaw({ cvss: [v30low] }),
    ],
    "low",
    "cvss:3.0:1.6",
  ],
  [
    "the flaw's word where there is no vector",
    [
      says({ id: "CVE-2023-1", source: "debian-tracker" }, deb, fixed("4")),
      flaw({ id: "GHSA-b", aliases: ["CVE-2023-1"], severity: "medium" }),
    ],
    "medium",
    "flaw:CVE-2023-1",
  ],
  [
    "a vector that is none as no rating",
    [says({ id: "CVE-2023-1", cvss: ["CVSS:3.1/AV:N"] }, deb, fixed("4"))],
    "unknown",
    "none",
  ],
  [
    "a rating of unknown as none",
    [says({ id: "CVE-2023-1", severity: "unknown", cvss: [v31] }, deb, fixed("4"), { severity: "unknown" })],
    "critical",
    "cvss:3.1:9.8",
  ],
];

for (const [why, advisories, severity, source] of ratings)
  test(`matchImage() rates by ${why}`, () => {
    const { findings } = matchImage(image([openssl]), database(advisories), today);
    const rated = findings.filter(({ id }) => id === "CVE-2023-1");
    assert.deepEqual(
      rated.map((finding) => [finding.severity, finding.severitySource]),
      [[severity, source]],
    );
  });

test("matchImage() marks what is known to be exploited, by any id", () => {
  const advisories = [
    says({ id: "GHSA-a", aliases: ["CVE-2021-2"] }, npm, fixed("5.0.0")),
    says({ id: "GHSA-b" }, npm, fixed("5.0.0")),
  ];
  const { findings } = matchImage(
    image([lodash]),
    database(advisories, { exploited: ["CVE-2021-2"] }),
    today,
  );
  assert.deepEqual(
    findings.map(({ id, kev }) => [id, kev]),
    [
      ["CVE-2021-2", true],
      ["GHSA-b", false],
    ],
  );
});

const requests = pkg("deb", "python3-requests", "2.28-1", {
  source: { name: "requests", version: "2.28-1" },
});

test("matchImage() leaves a language package of an OS package to the OS, if that has a feed", () => {
  const owned = pkg("pypi", "requests", "2.0", { ownedBy: "deb python3-requests" });
  const advisories = [
    says({ id: "CVE-2023-9" }, "pypi/requests", fixed("3.0")),
    says({ id: "CVE-2023-9" }, "debian:12/requests", fixed("2.0-1")),
  ];
  const covered = matchImage(image([requests, owned]), database(advisories), today);
  assert.deepEqual(covered.findings, []);
  assert.deepEqual(
    covered.skipped.map(({ code, packages }) => [code, ...packages]),
    [["owned-by-os-package", owned.purl]],
  );
  const uncovered = matchImage(image([requests, owned]), database(advisories, { covers: ["pypi"] }), today);
  assert.deepEqual(
    uncovered.findings.map(({ id }) => id),
    ["CVE-2023-9"],
  );
});

const agent = pkg("deb", "datadog-agent", "1:7.50.0-1", {
  source: { name: "datadog-agent", version: "1:7.50.0-1" },
});
const rhel = { ...debian, id: "rhel", version: "9.2" };
const rpmOf = (vendor: string) => pkg("rpm", "nodejs", "1-1", { distro: rhel, vendor });

/** What is installed, the owner that the file of lodash has, and whether lodash is skipped. */
const owners: readonly (readonly [why: string, installed: readonly Package[], ownedBy: string, boolean])[] = [
  ["an OS package that an advisory names", [requests], "deb python3-requests", true],
  ["an OS package that advisories of another release name", [requests, openssl], "deb libssl3", true],
  ["an OS package that no advisory names", [agent], "deb datadog-agent", false],
  [
    "an OS package that no advisory names and Debian maintains",
    [pkg("deb", "python3-x", "1", { vendor: "Debian Python Team <team+python@tracker.debian.org>" })],
    "deb python3-x",
    true,
  ],
  [
    "an OS package that somebody else maintains",
    [pkg("deb", "python3-x", "1", { vendor: "X <x@debian.org.example>" })],
    "deb python3-x",
    false,
  ],
  ["an OS package of its name that is not installed", [agent], "deb python3-requests", false],
  ["a package of another type", [requests], "apk python3-requests", false],
  ["a diversion", [requests], "dpkg-divert", false],
  ["two that advisories name", [requests, openssl], "deb libssl3, deb python3-requests", true],
  ["two of which advisories name one", [requests, agent], "deb python3-requests, deb datadog-agent", false],
  ["an rpm of the distribution", [rpmOf("Red Hat, Inc.")], "rpm nodejs", true],
  ["an rpm of somebody else", [rpmOf("NodeSource")], "rpm nodejs", false],
];

for (const [why, installed, ownedBy, left] of owners)
  test(`matchImage() ${left ? "skips" : "matches"} a language package whose files belong to ${why}`, () => {
    const advisories = [
      says({ id: "CVE-2019-10744" }, npm, fixed("4.17.12")),
      says({ id: "CVE-2023-9" }, "debian:12/requests", fixed("2.0-1")),
      says({ id: "CVE-2023-8" }, "debian:11/openssl", fixed("1.0-1")),
      says({ id: "RHSA-1" }, "rhel:9/nodejs", fixed("1-1")),
    ];
    const covers = ["debian:12", "debian:11", "rhel:9", "npm"];
    const owned = pkg("npm", "lodash", "4.17.4", { ownedBy });
    const { findings, skipped } = matchImage(
      image([...installed, owned]),
      database(advisories, { covers }),
      today,
    );
    const ids = findings.map(({ id }) => id);
    assert.deepEqual(ids, left ? [] : ["CVE-2019-10744"]);
    const purls = skipped.flatMap(({ code, packages }) => (code === "owned-by-os-package" ? packages : []));
    assert.deepEqual(purls, left ? [owned.purl] : []);
  });

test("matchImage() skips an rpm that the distribution did not build", () => {
  const distro = { ...debian, id: "rhel", version: "9.2" };
  const epel = pkg("rpm", "x", "1-1", { distro, vendor: "Fedora Project" });
  const { findings, skipped, gaps } = matchImage(
    image([epel]),
    database([says({ id: "RHSA-1" }, "rhel:9/x", fixed("2-1"))], { covers: ["rhel:9"] }),
    today,
  );
  assert.deepEqual([findings, gaps], [[], []]);
  assert.deepEqual(
    skipped.map(({ code }) => code),
    ["third-party-package"],
  );
});

test("matchImage() doubts a jar without a group that an advisory may name, and no other", () => {
  const advisories = [says({ id: "CVE-2022-1" }, "maven/org.springframework:spring-core", fixed("5.3.20"))];
  assert.deepEqual(found([pkg("maven", "spring-core", "5.3.9")], advisories), ["CVE-2022-1 undecided"]);
  assert.deepEqual(found([pkg("maven", "spring-core", "5.3.21")], advisories), []);
  assert.deepEqual(found([pkg("maven", "other", "1.0")], advisories), []);
});

describe("upgrades", () => {
  const rows: readonly [why: string, advisories: readonly Advisory[], expected: readonly unknown[]][] = [
    [
      "the greatest of the smallest fixes",
      [says({ id: "A-1" }, npm, fixed("4.17.5")), says({ id: "B-1" }, npm, fixed("4.17.21"))],
      ["4.17.21", 2, 2],
    ],
    ["none for what nobody mends", [says({ id: "A-1" }, npm, [{ introduced: "0" }])], []],
    [
      "only of what is fixable",
      [says({ id: "A-1" }, npm, [{ introduced: "0" }]), says({ id: "B-1" }, npm, fixed("4.17.21"))],
      ["4.17.21", 1, 1],
    ],
    [
      "past a later branch that is affected, too",
      [
        says({ id: "A-1" }, npm, [
          { introduced: "4.0.0", fixed: "4.17.5" },
          { introduced: "5.0.0", fixed: "5.1.0" },
        ]),
        says({ id: "B-1" }, npm, fixed("5.0.0")),
      ],
      ["5.1.0", 2, 2],
    ],
    [
      "numbers as numbers",
      [says({ id: "A-1" }, npm, fixed("4.17.9")), says({ id: "B-1" }, npm, fixed("4.17.10"))],
      ["4.17.10", 2, 2],
    ],
  ];
  for (const [why, advisories, expected] of rows)
    test(`matchImage() upgrades to ${why}`, () => {
      const { upgrades } = matchImage(image([lodash]), database(advisories), today);
      assert.deepEqual(
        upgrades.flatMap(({ version, mends, fixable }) => [version, mends, fixable]),
        expected,
      );
    });
});

describe("gaps", () => {
  const ended = (end: string): Facts => ({
    lifecycles: [{ id: "debian", lifecycle: { product: "debian", release: "12", endOfLife: end } }],
  });
  const plan9 = { ...debian, id: "plan9", version: "4", prettyName: "Plan 9" };
  const rows: readonly [why: string, indexed: IndexedImage, facts: Facts, expected: readonly string[]][] = [
    ["a covered image", image([openssl, lodash]), {}, []],
    ["an application without an OS", image([lodash]), {}, []],
    ["an OS that nobody speaks of", image([], { distro: plan9 }), {}, ["os-unknown"]],
    ["a release without a number", image([], { distro: { ...debian, version: "" } }), {}, ["os-unknown"]],
    ["a release without a feed", image([openssl]), { covers: ["npm"] }, ["feed-missing"]],
    ["a language without a feed", image([lodash]), { covers: [] }, ["feed-missing"]],
    ["a release on its last day", image([openssl]), ended(today), []],
    ["a release past its last day", image([openssl]), ended("2024-12-31"), ["os-end-of-life"]],
    [
      "a release that has ended, nobody says when",
      image([openssl]),
      { lifecycles: [{ id: "debian", lifecycle: { product: "debian", release: "12", ended: true } }] },
      ["os-end-of-life"],
    ],
    ["a release whose end no source tells", image([openssl]), { endoflife: false }, ["feed-missing"]],
    ["an application without an OS or source of ends", image([lodash]), { endoflife: false }, []],
    ["a version that does not parse", image([pkg("npm", "x", "banana")]), {}, ["version-invalid"]],
    ["a Go program built from its sources", image([pkg("golang", "example.org/x", "(devel)")]), {}, []],
    ["the landmarks", image([lodash]), { kind: "landmark" }, ["landmark-database"]],
  ];
  for (const [why, indexed, facts, expected] of rows)
    test(`matchImage() finds ${expected.join() || "no gap"} in ${why}`, () => {
      const { gaps } = matchImage(indexed, database([], facts), today);
      assert.deepEqual(
        gaps.map(({ code }) => code),
        expected,
      );
    });

  test("matchImage() tells the day of the end, not today's", () => {
    const [gap] = matchImage(image([openssl]), database([], ended("2024-06-30")), today).gaps;
    assert.equal(gap?.message, "debian 12 reached its end of life on 2024-06-30");
  });
});

test("scanReport() gives the same bytes whatever the order of packages and advisories", () => {
  const packages = [
    lodash,
    openssl,
    pkg("deb", "openssl", "3.0.9-1"),
    pkg("npm", "lodash", "4.17.4", { layer: 2 }),
    pkg("npm", "x", "1.0.0"),
  ];
  const advisories = [
    says({ id: "GHSA-a", aliases: ["CVE-2021-2"], severity: "high", summary: "a" }, npm, fixed("4.17.21")),
    says({ id: "OTHER-1", aliases: ["CVE-2021-2"], severity: "high", summary: "b" }, npm, fixed("4.17.20")),
    says({ id: "GHSA-c", aliases: ["GHSA-a"], summary: "c" }, npm, fixed("4.17.19")),
    says({ id: "DSA-1", bundles: ["CVE-2023-1", "CVE-2023-2"], severity: "high" }, deb, fixed("3.0.11-1")),
    says({ id: "CVE-2023-1", source: "debian-tracker" }, deb, fixed("3.0.10-1"), { severity: "low" }),
    says({ id: "CVE-2023-3" }, deb, [{ introduced: "0" }]),
    says({ id: "B-1" }, "npm/x", fixed("?")),
    says({ id: "A-1" }, "npm/x", fixed("?")),
  ];
  // Packages come sorted from the index; here their order in the list is the only thing that may show.
  const bytes = (some: readonly Package[], told: readonly Advisory[]) =>
    [
      ...jsonReport({
        ...scanReport(image(some, { distro: debian }), {
          database: database(told),
          policy: defaultPolicy,
          today,
        }),
        packages: [],
      }),
    ].join("");
  const expected = bytes(packages, advisories);
  assert.match(expected, /CVE-2023-2/);
  fc.assert(
    fc.property(
      fc.shuffledSubarray(packages, { minLength: packages.length }),
      fc.shuffledSubarray(advisories, { minLength: advisories.length }),
      (some, told) => assert.equal(bytes(some, told), expected),
    ),
  );
});
