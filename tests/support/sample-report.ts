import type { Finding } from "../../src/core/finding.ts";
import type { Package } from "../../src/core/package.ts";
import type { Report } from "../../src/core/report.ts";
import type { Severity } from "../../src/core/severity.ts";
import { defaultPolicy } from "../../src/policy/evaluate.ts";
import { reportSchemaVersion } from "../../src/reports/json.ts";

/** A package of a made report. */
export function samplePackage(
  name: string,
  version: string,
  layer: number,
  more: Partial<Package> = {},
): Package {
  return {
    type: "npm",
    name,
    version,
    licences: ["MIT"],
    purl: `pkg:npm/${encodeURIComponent(name)}@${encodeURIComponent(version)}`,
    layer,
    locations: [{ path: `app/node_modules/${name}/package.json`, layer }],
    ...more,
  };
}

/** A finding of a made report. */
export function sampleFinding(
  of: Package,
  id: string,
  severity: Severity,
  more: Partial<Finding> = {},
): Finding {
  return {
    id,
    aliases: [],
    package: of.purl,
    severity,
    severitySource: "osv",
    fix: { state: "fixed", versions: ["9.9.9"] },
    layer: of.layer,
    kev: false,
    summary: "words",
    evidence: [
      {
        advisory: id,
        source: "osv",
        key: `npm/${of.name}`,
        range: ">= 0, < 9.9.9",
        comparisons: [{ scheme: "semver", left: of.version, relation: "<", right: "9.9.9" }],
      },
    ],
    ...more,
  };
}

/** A package of npm with findings. */
export const lodash = samplePackage("lodash", "4.17.4", 1);
const evil = samplePackage("e\u001B[31mvil\u202E", "1.0.0\n2", 1);
const wide = samplePackage("左左左", "1.0.0", 1);
/** A package of Debian with findings. */
export const libssl = samplePackage("libssl3", "3.0.9-1", 0, {
  type: "deb",
  purl: "pkg:deb/debian/libssl3@3.0.9-1",
  arch: "amd64",
  source: { name: "openssl", version: "3.0.9-1" },
  distro: { id: "debian", version: "12", idLike: [], prettyName: "Debian" },
});

const accepted = {
  kind: "exception",
  place: { file: ".seaworthy/exceptions.yaml", line: 3, column: 5 },
  justification: "risk_accepted",
  reason: "only used at build time",
  owner: "team-a",
  expires: "2026-02-01",
} as const;

const supplier = {
  kind: "vex",
  source: "vex.json",
  document: "https://example.org/vex/1",
  author: "Example",
  status: "not_affected",
  justification: "vulnerable_code_not_present",
  statement: "compiled without it",
} as const;

const layer = { digest: "sha256:aa", diffId: "sha256:bb", fromBase: null };
/** A report in which every list has something. */
export const fullReport: Report = {
  schemaVersion: reportSchemaVersion,
  image: {
    reference: "example.org/app:1",
    digest: `sha256:${"ab".repeat(32)}`,
    platform: { os: "linux", architecture: "arm", variant: "v7" },
    os: { id: "debian", version: "12", name: "Debian GNU/Linux 12 (bookworm)" },
    labels: { "org.opencontainers.image.title": "app", team: "api" },
    layers: [
      { ...layer, index: 0, createdBy: "/bin/sh -c #(nop) ADD file:1 in / ", fromBase: true },
      {
        ...layer,
        index: 1,
        createdBy: "RUN /bin/sh -c npm ci # buildkit",
        fromBase: false,
        dockerfile: { file: "Dockerfile", line: 7, stage: "app" },
      },
    ],
  },
  packages: [libssl, evil, lodash, wide],
  hiddenPackages: [{ ...samplePackage("old", "1.0.0", 0), removedIn: 1 }],
  findings: [
    sampleFinding(lodash, "CVE-2021-1", "critical", { kev: true, aliases: ["GHSA-1"] }),
    sampleFinding(evil, "CVE-2021-2", "high"),
    sampleFinding(wide, "CVE-2021-3", "medium"),
    sampleFinding(libssl, "CVE-2021-4", "low", { fix: { state: "wont-fix", versions: [] } }),
  ],
  suppressed: [
    { ...sampleFinding(lodash, "CVE-2020-8", "high", { epss: 0.25, since: "known" }), suppression: accepted },
    { ...sampleFinding(libssl, "CVE-2020-9", "critical"), suppression: supplier },
  ],
  upgrades: [{ package: lodash.purl, layer: 1, version: "4.17.21", mends: 1, fixable: 1 }],
  checks: [
    {
      id: "SW-IM-001",
      aliases: [],
      title: "OS package manager in the image",
      severity: "medium",
      why: "",
      remedy: "Use a smaller base image.",
      message: "a package manager can be run: apt",
      layer: 0,
      paths: ["usr/bin/apt"],
      entries: 2,
      bytes: 10,
      owners: ["deb apt"],
      findings: 12,
    },
    {
      id: "SW-IM-015",
      aliases: ["CIS-DI-0003"],
      title: "Documentation in the image",
      severity: "negligible",
      why: "",
      remedy: "Leave it out.",
      message: "documentation is in the image",
      layer: 1,
      paths: ["usr/share/doc", "usr/share/man"],
      entries: 1234,
      bytes: 12_345_678,
      owners: [],
      findings: 0,
    },
  ],
  suppressedChecks: [
    {
      id: "SW-IM-020",
      aliases: [],
      title: "No user is set",
      severity: "high",
      why: "",
      remedy: "Set one.",
      message: "the user is root",
      findings: 0,
      suppression: { ...accepted, place: { ...accepted.place, line: 9 } },
    },
  ],
  exceptions: [
    {
      exception: {
        id: "CVE-2020-8",
        package: "pkg:npm/lodash",
        scope: { labels: { team: "a*" } },
        justification: "risk_accepted",
        reason: "only used at build time",
        owner: "team-a",
        created: "2025-12-01",
        expires: "2026-02-01",
        reopens: ["fix", "kev"],
        seen: { severity: "high" },
        place: accepted.place,
      },
      state: "used",
      suppressed: 1,
      message: "",
    },
    {
      exception: {
        id: "SW-IM-020",
        justification: "risk_accepted",
        reason: "only used at build time",
        owner: "team-a",
        created: "2025-12-01",
        expires: "2026-02-01",
        reopens: [],
        seen: {},
        place: { ...accepted.place, line: 9 },
      },
      state: "used",
      suppressed: 1,
      message: "",
    },
  ],
  vex: [
    {
      statement: {
        document: {
          source: "vex.json",
          format: "openvex",
          id: "https://example.org/vex/1",
          author: "Example",
          timestamp: "2025-11-01T00:00:00Z",
        },
        vulnerability: "CVE-2020-9",
        aliases: ["GHSA-9"],
        products: [{ ids: ["pkg:deb/debian/libssl3"], subcomponents: [] }],
        status: "not_affected",
        justification: "vulnerable_code_not_present",
        statement: "compiled without it",
        timestamp: "2025-11-01T00:00:00Z",
      },
      state: "matched",
      suppressed: 1,
      message: "",
    },
  ],
  baseline: {
    reference: "example.org/app:0",
    digest: `sha256:${"cd".repeat(32)}`,
    changed: 3,
    newAdvisories: 1,
    known: 0,
    mended: 2,
    packages: [lodash.purl, wide.purl].toSorted(),
  },
  trust: {
    subjects: [`sha256:${"ab".repeat(32)}`],
    items: [
      {
        kind: "signature",
        state: "verified",
        subject: `sha256:${"ab".repeat(32)}`,
        source: `tag sha256-${"ab".repeat(32)}.sig`,
        predicateType: undefined,
        payloadDigest: `sha256:${"12".repeat(32)}`,
        dockerReference: "example.org/app",
        signer: { kind: "key", fingerprint: `sha256:${"34".repeat(32)}`, name: "ci.pub" },
        reason: undefined,
      },
      {
        kind: "attestation",
        state: "invalid",
        subject: `sha256:${"ab".repeat(32)}`,
        source: `referrer sha256:${"56".repeat(32)}`,
        predicateType: "https://cyclonedx.org/bom",
        payloadDigest: `sha256:${"78".repeat(32)}`,
        dockerReference: undefined,
        signer: undefined,
        reason: { code: "signature-wrong", message: "not made by\u001B[31m the given key" },
      },
    ],
    incomplete: ["one page of the list could not be read"],
  },
  currency: {
    today: "2026-01-01",
    os: { id: "debian", release: "12", endOfLife: "2026-02-11", days: 41, ended: false },
    runtimes: [
      {
        name: "node",
        version: "18.1.0",
        supportedBy: "upstream",
        release: "18",
        endOfLife: "2025-04-30",
        days: -246,
        ended: true,
        newest: "18.20.8",
        newestSince: "2025-03-27",
        behind: true,
        packages: ["pkg:generic/node@18.1.0"],
        paths: ["usr/local/bin/node"],
        layer: 1,
      },
    ],
    packages: [
      {
        purl: libssl.purl,
        layer: 0,
        newest: "3.0.15-1",
        versionsBehind: 2,
        daysBehind: null,
        newestSince: "2024-12-01",
      },
    ],
    base: {
      reference: "docker.io/library/debian:12",
      namedBy: "annotation",
      digest: `sha256:${"cd".repeat(32)}`,
      behind: true,
      layers: 1,
      sharedLayers: 0,
    },
    created: "2025-12-01",
    ageDays: 31,
  },
  undecided: [
    { id: "CVE-2021-5", aliases: [], package: wide.purl, layer: 1, reason: "no version", evidence: [] },
  ],
  coverage: {
    plugins: [
      {
        plugin: "npm",
        status: "partial",
        files: 2,
        packages: 1,
        errors: [{ code: "malformed", message: "no JSON", path: "a/package.json", layer: 1 }],
      },
    ],
    files: 10,
    bytes: 100,
    gaps: [
      { code: "file-unreadable", message: "no JSON", path: "a/package.json", layer: 1 },
      { code: "landmark-database", message: "few advisories" },
    ],
    skipped: [{ code: "owned-by-os-package", message: "the OS decides", packages: ["pkg:pypi/x@1"] }],
    unownedExecutables: [{ path: "opt/tool", layer: 1 }],
    notes: ["Dockerfile does not fit"],
    database: {
      kind: "landmark",
      schema: 1,
      built: "2025-01-01T00:00:00Z",
      digest: `sha256:${"cc".repeat(32)}`,
      sources: [{ name: "landmark", url: "", newest: "", fetched: "", advisories: 250, covers: ["npm"] }],
    },
  },
  policy: {
    failOn: "unknown",
    onlyFixed: false,
    unownedExecutables: "list",
    checks: { "SW-IM-001": { severity: "high" } },
    rules: [
      {
        id: "exploited",
        action: "fail",
        scope: { repositories: ["example.org/**"] },
        target: { about: "finding", where: { kev: true } },
      },
      { id: "age", action: "warn", target: { about: "image", where: { olderThanDays: 90 } } },
    ],
    unknown: { "os-end-of-life": "fail" },
    exceptions: { longestDays: 90, stale: "warn" },
    baseline: { newAdvisories: "pass", graceDays: { critical: 7 } },
    signatures: { absent: "unknown", demand: ["signature", "https://cyclonedx.org/bom"] },
  },
  verdict: {
    decision: "fail",
    reasons: [
      {
        code: "finding-refused",
        message: "1 critical finding",
        rule: "fail-on",
        findings: ["CVE-2021-1 npm/lodash app/node_modules/lodash/package.json"],
      },
    ],
    warnings: [{ code: "rule-violated", message: "made 100 days ago", rule: "age", findings: [] }],
    toPass: [{ kind: "upgrade", package: lodash.purl, layer: 1, version: "4.17.21", findings: 1 }],
  },
};

/** A report in which no list has anything. */
export const emptyReport: Report = {
  ...fullReport,
  image: { ...fullReport.image, digest: null, os: null, layers: [] },
  packages: [],
  hiddenPackages: [],
  findings: [],
  suppressed: [],
  suppressedChecks: [],
  exceptions: [],
  vex: [],
  baseline: null,
  trust: null,
  upgrades: [],
  checks: [],
  currency: {
    today: "2026-01-01",
    os: null,
    runtimes: [],
    packages: null,
    base: null,
    created: null,
    ageDays: null,
  },
  undecided: [],
  coverage: { ...fullReport.coverage, plugins: [], gaps: [], skipped: [], unownedExecutables: [], notes: [] },
  policy: { ...defaultPolicy, onlyFixed: true, unownedExecutables: "unknown" },
  verdict: { decision: "pass", reasons: [], warnings: [], toPass: [] },
};
