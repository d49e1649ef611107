import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import {
  fullReport,
  libssl,
  lodash,
  sampleFinding,
  samplePackage,
} from "../../../tests/support/sample-report.ts";
import type { Exception, ExceptionState } from "../../core/exception.ts";
import type { SuppressedFinding } from "../../core/suppression.ts";
import { applyExceptions, type ExceptionSubject } from "./apply.ts";

const today = "2026-01-15";
const unlimited = { longestDays: null };
const openssl = samplePackage("openssl", "3.0.9-1", 0, {
  type: "deb",
  purl: "pkg:deb/debian/openssl@3.0.9-1",
  locations: [{ path: "var/lib/dpkg/status", layer: 0 }],
});
const twice = samplePackage("minimist", "1.0.0", 1, {
  locations: [
    { path: "app/node_modules/minimist/package.json", layer: 1 },
    { path: "srv/node_modules/minimist/package.json", layer: 1 },
  ],
});
const notFixed = { fix: { state: "not-fixed", versions: [] } } as const;

const subject: ExceptionSubject = {
  image: { references: ["debian:12"], digest: null, labels: {}, namespaces: [] },
  packages: [libssl, openssl, lodash, twice],
  layers: fullReport.image.layers,
  findings: [
    sampleFinding(lodash, "CVE-2021-1", "critical", { aliases: ["GHSA-aaaa-bbbb-cccc"], kev: true }),
    sampleFinding(libssl, "CVE-2021-2", "high", { ...notFixed, epss: 0.3 }),
    sampleFinding(openssl, "CVE-2021-2", "high", notFixed),
    sampleFinding(twice, "CVE-2021-3", "low", notFixed),
    sampleFinding(lodash, "CVE-2021-7", "medium"),
    sampleFinding(twice, "CVE-2021-7", "medium"),
  ],
  suppressed: fullReport.suppressed.filter(({ suppression }) => suppression.kind === "vex"),
  undecided: [
    { id: "CVE-2021-5", aliases: [], package: lodash.purl, layer: 1, reason: "no version", evidence: [] },
  ],
  checks: fullReport.checks,
};

function exception(more: Partial<Exception> = {}, line = 2): Exception {
  return {
    id: "CVE-2021-3",
    justification: "risk_accepted",
    reason: "internal",
    owner: "team-a",
    created: "2026-01-01",
    expires: "2026-02-01",
    reopens: ["fix", "kev", "epss", "severity"],
    seen: {},
    place: { file: "e.yaml", line, column: 5 },
    ...more,
  };
}

function apply(
  exceptions: readonly Exception[],
  limits: { readonly longestDays: number | null } = unlimited,
) {
  return applyExceptions(subject, exceptions, today, limits);
}

describe("applyExceptions() says of one exception", () => {
  const rows: readonly (readonly [
    what: string,
    exception: Partial<Exception>,
    state: ExceptionState["state"],
    suppressed: number,
    message: string,
  ])[] = [
    ["by id", {}, "used", 1, ""],
    ["by alias in another case", { id: "ghsa-AAAA-bbbb-cccc", seen: { kev: true } }, "used", 1, ""],
    ["of a check", { id: "SW-IM-001" }, "used", 1, ""],
    ["of a check's alias", { id: "CIS-DI-0003" }, "used", 1, ""],
    ["by package", { id: "CVE-2021-7", package: "pkg:npm/lodash" }, "used", 1, ""],
    ["by layer", { id: "CVE-2021-7", layer: "application", path: "**/node_modules/**" }, "used", 2, ""],
    ["by a layer's digest", { layer: "sha256:aa" }, "used", 1, ""],
    ["all of a package", { id: "*", package: "lodash", seen: { kev: true } }, "used", 2, ""],
    [
      "broad",
      { id: "CVE-2021-7" },
      "over-broad",
      2,
      "it suppresses findings of npm lodash, npm minimist and names no package, path or images",
    ],
    ...["**", "pkg:*/**", "pkg:npm/*"].map((pkg): (typeof rows)[number] => [
      `broad, as ${pkg}`,
      { id: "CVE-2021-7", package: pkg },
      "over-broad",
      2,
      "it suppresses findings of npm lodash, npm minimist and names no package, path or images",
    ]),
    ["broad of some packages", { id: "CVE-2021-7", package: "pkg:npm/*o*" }, "used", 1, ""],
    ["broad of one image", { id: "CVE-2021-7", scope: { images: ["debian:*"] } }, "used", 2, ""],
    [
      "of other images",
      { scope: { images: ["alpine:*"] } },
      "out-of-scope",
      0,
      "the image is debian:12, not alpine:*",
    ],
    ["on its last day", { expires: today }, "used", 1, ""],
    [
      "the day after",
      { expires: "2026-01-14" },
      "expired",
      0,
      "it expired on 2026-01-14; it speaks of 1 finding here",
    ],
    [
      "expired and of nothing",
      { id: "CVE-1", expires: "2026-01-14" },
      "expired",
      0,
      "it expired on 2026-01-14; nothing here is what it speaks of",
    ],
    [
      "made tomorrow",
      { created: "2026-01-16" },
      "not-yet",
      0,
      "it was created on 2026-01-16, which is after 2026-01-15; it speaks of 1 finding here",
    ],
    ["never ending", { expires: null, created: null }, "used", 1, ""],
    [
      "a known exploited flaw that nobody saw",
      { id: "CVE-2021-1" },
      "reopened",
      0,
      "it is known to be exploited (KEV)",
    ],
    ["a known exploited flaw that does not matter", { id: "CVE-2021-1", reopens: ["fix"] }, "used", 1, ""],
    [
      "without a fix then",
      { id: "CVE-2021-7", package: "lodash", seen: { fixable: false } },
      "reopened",
      0,
      "a fix is out (9.9.9)",
    ],
    [
      "for want of a fix",
      { id: "CVE-2021-7", package: "lodash", justification: "no_fix_available" },
      "reopened",
      0,
      "a fix is out (9.9.9)",
    ],
    ["with a fix then", { id: "CVE-2021-7", package: "lodash", seen: { fixable: true } }, "used", 1, ""],
    [
      "less severe then",
      { seen: { severity: "negligible" } },
      "reopened",
      0,
      "its severity rose from negligible to low",
    ],
    ["as severe then", { seen: { severity: "low" } }, "used", 1, ""],
    [
      "of a check that was less severe",
      { id: "SW-IM-001", seen: { severity: "low" } },
      "reopened",
      0,
      "its severity rose from low to medium",
    ],
    [
      "likelier now",
      { id: "CVE-2021-2", package: "libssl3", seen: { epss: 0.15 } },
      "reopened",
      0,
      "its EPSS rose from 0.15 to 0.3",
    ],
    [
      "not twice as likely now",
      { id: "CVE-2021-2", package: "libssl3", seen: { epss: 0.16 } },
      "used",
      1,
      "",
    ],
    [
      "what VEX settles",
      { id: "CVE-2020-9" },
      "shadowed",
      0,
      "a VEX statement says so already (https://example.org/vex/1: not_affected)",
    ],
  ];
  for (const [what, more, state, suppressed, message] of rows) {
    test(`${what}: ${state}`, () => {
      const result = apply([exception(more)]);
      const [found] = result.states;
      assert.deepEqual(
        { state: found?.state, suppressed: found?.suppressed, message: found?.message },
        { state, suppressed, message },
      );
      assert.equal(result.suppressed.length + result.suppressedChecks.length, suppressed);
    });
  }

  test("openssl's two packages are built as one: not over-broad", () => {
    const packages = [libssl, { ...openssl, source: { name: "openssl", version: "3.0.9-1" } }];
    const { states } = applyExceptions(
      { ...subject, packages },
      [exception({ id: "CVE-2021-2" })],
      today,
      unlimited,
    );
    assert.deepEqual(
      states.map(({ state, suppressed }) => [state, suppressed]),
      [["used", 2]],
    );
  });

  test("longer than the policy allows: it suppresses nothing", () => {
    const rows: readonly (readonly [more: Partial<Exception>, message: string])[] = [
      [
        {},
        "it lasts 31 days from 2026-01-01 to 2026-02-01: the policy's longest is 30 days; it speaks of 1 finding here",
      ],
      [{ expires: null }, "it never expires: the policy's longest is 30 days; it speaks of 1 finding here"],
      [
        { created: null, expires: "2026-02-15" },
        "it lasts 31 days from today to 2026-02-15: the policy's longest is 30 days; it speaks of 1 finding here",
      ],
    ];
    for (const [more, message] of rows) {
      const { states, suppressed } = apply([exception(more)], { longestDays: 30 });
      assert.deepEqual(
        states.map((one) => [one.state, one.message]),
        [["too-long", message]],
      );
      assert.deepEqual(suppressed, []);
    }
    assert.equal(apply([exception()], { longestDays: 31 }).states[0]?.state, "used");
  });
});

describe("applyExceptions() names the nearest miss of", () => {
  const rows: readonly (readonly [what: string, exception: Partial<Exception>, message: string])[] = [
    [
      "another version",
      { id: "CVE-2021-2", package: "pkg:deb/debian/libssl3@3.0.8-1" },
      "it would match libssl3 3.0.9-1 in layer 0 if the version were 3.0.9-1, not 3.0.8-1",
    ],
    [
      "another package",
      { id: "CVE-2021-2", package: "pkg:deb/debian/libssl1.1" },
      "it would match libssl3 3.0.9-1 in layer 0 if the package were pkg:deb/debian/libssl3, not pkg:deb/debian/libssl1.1",
    ],
    [
      "another layer",
      { layer: "base" },
      "it would match minimist 1.0.0 in layer 1 if the layer were application, not base",
    ],
    [
      "another layer's digest",
      { layer: `sha256:${"c".repeat(64)}` },
      `it would match minimist 1.0.0 in layer 1 if the layer were sha256:aa, not sha256:${"c".repeat(64)}`,
    ],
    [
      "another path",
      { id: "CVE-2021-1", path: "srv/**" },
      "it would match lodash 4.17.4 in layer 1 if the path were app/node_modules/lodash/package.json, not srv/**",
    ],
    [
      "a path of two",
      { path: "app/**" },
      "it would match minimist 1.0.0 in layer 1 if the path spoke of srv/node_modules/minimist/package.json, too, not of app/** alone",
    ],
    [
      "a path that a check finds beside another",
      { id: "SW-IM-015", path: "usr/share/doc/**" },
      "it would match SW-IM-015 in layer 1 if the path spoke of usr/share/man, too, not of usr/share/doc/** alone",
    ],
    [
      "version and layer",
      { id: "CVE-2021-2", package: "libssl3@1", layer: "application" },
      "it would match libssl3 3.0.9-1 in layer 0 if the version were 3.0.9-1, not 1 and the layer were base, not application",
    ],
    [
      "a package of a check",
      { id: "SW-IM-001", package: "apt" },
      "it would match SW-IM-001 in layer 0 if it named no package (what a check finds is of no package)",
    ],
    [
      "a slip in the id",
      { id: "CVE-2012-2", package: "libssl3" },
      "it would match libssl3 3.0.9-1 in layer 0 if the id were CVE-2021-2, not CVE-2012-2",
    ],
    [
      "what is undecided",
      { id: "CVE-2021-5" },
      "CVE-2021-5 is undecided for pkg:npm/lodash@4.17.4 (no version), which no exception settles",
    ],
    [
      "a flaw that is mended",
      { id: "CVE-1999-99999", package: "libssl3" },
      "libssl3 3.0.9-1 in layer 0 is not affected by CVE-1999-99999",
    ],
    ["nothing at all", { id: "CVE-1999-99999" }, "no finding and no check here has the id CVE-1999-99999"],
    [
      "no such package",
      { id: "CVE-1999-99999", package: "zlib" },
      "no package here is zlib, and nothing here has the id CVE-1999-99999",
    ],
  ];
  for (const [what, more, message] of rows)
    test(what, () => {
      const [state] = apply([exception(more)]).states;
      assert.deepEqual([state?.state, state?.message], ["unmatched", message]);
    });
});

describe("applyExceptions() of several", () => {
  test("lets the first take a finding, and names it to the second", () => {
    const { states, suppressed } = apply([exception({ owner: "a" }), exception({ owner: "b" }, 9)]);
    assert.deepEqual(
      states.map(({ state, message }) => [state, message]),
      [
        ["used", ""],
        ["shadowed", "e.yaml:2:5 (CVE-2021-3) takes all that it speaks of"],
      ],
    );
    assert.deepEqual(
      suppressed.map(({ suppression }) => suppression),
      [
        {
          kind: "exception",
          place: { file: "e.yaml", line: 2, column: 5 },
          justification: "risk_accepted",
          reason: "internal",
          owner: "a",
          expires: "2026-02-01",
        },
      ],
    );
  });

  test("an expired one, or one that is reopened, takes nothing from a later one", () => {
    const states = apply([
      exception({ expires: "2026-01-02" }),
      exception({ seen: { severity: "negligible" } }, 3),
      exception({}, 4),
    ]).states.map(({ state }) => state);
    assert.deepEqual(states, ["expired", "reopened", "used"]);
  });

  test("one is reopened for one of its findings and holds for the other", () => {
    const findings = [sampleFinding(lodash, "CVE-2021-7", "high"), sampleFinding(twice, "CVE-2021-7", "low")];
    const one = exception({ id: "CVE-2021-7", package: "pkg:npm/**", seen: { severity: "low" } });
    const {
      states,
      suppressed,
      findings: left,
    } = applyExceptions({ ...subject, findings }, [one], today, unlimited);
    assert.deepEqual(
      states.map(({ state, suppressed: count, message }) => [state, count, message]),
      [["reopened", 1, "its severity rose from low to high; 1 of the 2 that it speaks of"]],
    );
    assert.deepEqual([suppressed.length, left.length], [1, 1]);
  });

  test("a check whose list of paths is cut fits no path", () => {
    const paths = Array.from({ length: 20 }, (_, at) => `usr/bin/a${at}`);
    const checks = [{ ...(subject.checks[0] ?? assert.fail()), paths, entries: 21 }];
    const { states } = applyExceptions(
      { ...subject, checks },
      [exception({ id: "SW-IM-001", path: "usr/bin/*" })],
      today,
      unlimited,
    );
    assert.match(states[0]?.message ?? "", /named no path \(only the first 20 are known\)/u);
  });
});

describe("applyExceptions() always", () => {
  const ids = [
    "CVE-2021-1",
    "CVE-2021-2",
    "CVE-2021-3",
    "CVE-2021-7",
    "GHSA-aaaa-bbbb-cccc",
    "SW-IM-001",
    "CVE-2020-9",
    "*",
    "CVE-1",
  ];
  const some = fc.record({
    id: fc.constantFrom(...ids),
    package: fc.constantFrom("lodash", "pkg:npm/**", "pkg:deb/debian/*", "libssl3@1"),
    path: fc.constantFrom(undefined, undefined, "app/**", "**"),
    layer: fc.constantFrom(undefined, undefined, "base", "application"),
    scope: fc.constantFrom(undefined, { images: ["debian:*"] }, { images: ["alpine"] }),
    expires: fc.constantFrom(null, "2026-01-14", today, "2027-01-01"),
    created: fc.constantFrom(null, "2025-01-01", "2026-02-01"),
    seen: fc.constantFrom({}, { severity: "low" as const, kev: true }, { fixable: false, epss: 0.01 }),
  });
  const lists = fc
    .array(some, { maxLength: 8 })
    .map((list) => list.map((more, at) => exception(more, at + 1)));

  const bare = (finding: SuppressedFinding): object =>
    Object.fromEntries(Object.entries(finding).filter(([key]) => key !== "suppression"));
  const keyOf = (one: object) => JSON.stringify(one);

  test("findings left and suppressed are those that were there, each in its order", () => {
    fc.assert(
      fc.property(lists, (exceptions) => {
        const result = apply(exceptions, { longestDays: 400 });
        const together = [...result.findings, ...result.suppressed.map(bare)];
        assert.deepEqual(together.map(keyOf).sort(), subject.findings.map(keyOf).sort());
        const place = (finding: object) => subject.findings.findIndex((one) => keyOf(one) === keyOf(finding));
        for (const list of [result.findings, result.suppressed.map(bare)]) {
          const places = list.map(place);
          assert.deepEqual(
            places,
            [...places].sort((a, b) => a - b),
          );
        }
        assert.equal(result.checks.length + result.suppressedChecks.length, subject.checks.length);
        assert.deepEqual(
          result.states.map((state) => state.exception),
          exceptions,
        );
        const counted = result.states.reduce((sum, state) => sum + state.suppressed, 0);
        assert.equal(counted, result.suppressed.length + result.suppressedChecks.length);
      }),
    );
  });

  test("in another order they leave the same findings", () => {
    fc.assert(
      fc.property(
        lists.chain((list) =>
          fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
        ),
        ([exceptions, shuffled]) =>
          assert.deepEqual(apply(shuffled).findings.map(keyOf), apply(exceptions).findings.map(keyOf)),
      ),
    );
  });

  test("one exception more leaves no finding more", () => {
    fc.assert(
      fc.property(lists, some, fc.nat(8), (exceptions, more, at) => {
        const before = apply(exceptions).findings.map(keyOf);
        const longer = exceptions.toSpliced(at, 0, exception(more, 99));
        for (const finding of apply(longer).findings.map(keyOf)) assert.ok(before.includes(finding));
      }),
    );
  });

  test("what suppresses nothing has words for it, and what is used has none", () => {
    fc.assert(
      fc.property(lists, (exceptions) => {
        for (const { state, message, suppressed } of apply(exceptions).states) {
          assert.equal(state === "used", message === "");
          if (state === "used" || state === "over-broad") assert.ok(suppressed > 0);
        }
      }),
    );
  });

  test("thousands of exceptions and findings take no time", () => {
    const findings = Array.from({ length: 5000 }, (_, at) =>
      sampleFinding(lodash, `CVE-2020-${10_000 + at}`, "low"),
    );
    const many = Array.from({ length: 2000 }, (_, at) =>
      exception({ id: `CVE-2020-${14_000 + at}`, package: "lodash" }, at),
    );
    const started = performance.now();
    const { states } = applyExceptions({ ...subject, findings }, many, today, unlimited);
    assert.equal(states.filter(({ state }) => state === "used").length, 1000);
    assert.ok(performance.now() - started < 5000);
  });
});
