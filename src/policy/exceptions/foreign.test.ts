import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { SeaworthyError } from "../../core/errors.ts";
import { type ExceptionFile, readExceptionFile } from "./file.ts";

// What each tool does is in its source: aquasecurity/trivy pkg/result/ignore.go, anchore/grype grype/match/ignore.go,
// google/osv-scanner internal/config/config.go, snyk/policy lib/match.ts.

function brief({ exceptions, problems, notes }: ExceptionFile): readonly string[] {
  return [
    ...exceptions.map(({ place, id, package: pkg, path, expires, reason }) =>
      [`${place.line}:${place.column}`, id, pkg ?? "-", path ?? "-", expires ?? "-", reason].join(" | "),
    ),
    ...problems.map(({ place, message }) => `left out ${place.line}: ${message}`),
    ...notes.map(({ place, message }) => `note ${place.line}: ${message}`),
  ];
}

function fails(text: string, file: string, message: RegExp): void {
  assert.throws(
    () => readExceptionFile(text, file),
    (thrown) => thrown instanceof SeaworthyError && message.test(thrown.message),
  );
}

describe("readExceptionFile() of .trivyignore", () => {
  test("takes ids and ends; the day of exp: is the first on which it holds no more", () => {
    const text =
      "# why\n\nCVE-2018-14618\r\n  CVE-2019-14697 exp:2026-02-01\nAVD-DS-0002 exp:2026-02-01 # user\nCVE-1 for ever\n";
    assert.deepEqual(brief(readExceptionFile(text, "sub/.trivyignore")), [
      "3:1 | CVE-2018-14618 | - | - | - | ",
      "4:3 | CVE-2019-14697 | - | - | 2026-01-31 | ",
      "5:1 | AVD-DS-0002 | - | - | 2026-01-31 | user",
      "6:1 | CVE-1 | - | - | - | ",
      "note 3: CVE-2018-14618 never expires",
      'note 6: "for ever" after CVE-1 is not read, by Trivy neither',
      "note 6: CVE-1 never expires",
    ]);
  });

  test("refuses a day that is none", () => {
    fails(
      "CVE-1\nCVE-2 exp:2026-02-30\n",
      ".trivyignore",
      /line 2, column 7: expected a day as exp:YYYY-MM-DD, found "2026-02-30"/u,
    );
  });
});

describe("readExceptionFile() of .trivyignore.yaml", () => {
  test("takes paths and purls, each with each, and tells what has no counterpart", () => {
    const text = `vulnerabilities:
  - id: CVE-2022-40897
    paths:
      - "usr/local/lib/python3.9/site-packages/setuptools-58.1.0.dist-info/METADATA"
      - "/app/**"
    statement: Accept the risk
  - id: CVE-2023-2650
    purls: ["pkg:deb/debian/libssl1.1", "pkg:deb/debian/libssl3@3.0.9-1?arch=amd64"]
    expired_at: 2026-02-01
  - id: CVE-3
    paths: ["app/{a,b}/*"]
misconfigurations:
  - id: AVD-DS-0001
    paths: [docs/Dockerfile]
    purls: [pkg:npm/a]
secrets:
  - id: aws-access-key-id
licenses:
  - id: GPL-3.0
`;
    assert.deepEqual(brief(readExceptionFile(text, ".trivyignore.yaml")), [
      "2:5 | CVE-2022-40897 | - | usr/local/lib/python3.9/site-packages/setuptools-58.1.0.dist-info/METADATA | - | Accept the risk",
      "2:5 | CVE-2022-40897 | - | app/** | - | Accept the risk",
      "7:5 | CVE-2023-2650 | pkg:deb/debian/libssl1.1 | - | 2026-01-31 | ",
      "7:5 | CVE-2023-2650 | pkg:deb/debian/libssl3@3.0.9-1?arch=amd64 | - | 2026-01-31 | ",
      "13:5 | AVD-DS-0001 | - | docs/Dockerfile | - | ",
      "left out 10: CVE-3: a path with ?, [ ], { } or \\ cannot be said with * and **",
      "left out 17: aws-access-key-id: Trivy's ids of secrets have no counterpart here",
      "left out 19: GPL-3.0: Trivy's ids of licenses have no counterpart here",
      "note 2: CVE-2022-40897 never expires",
      "note 13: AVD-DS-0001 never expires",
    ]);
  });

  for (const [what, text, message] of [
    [
      "a day that is none",
      "vulnerabilities:\n  - id: a\n    expired_at: 2026-02-30\n",
      /line 3, column 17: expected a day or a moment/u,
    ],
    ["an unknown key", "vulnerabilities:\n  - id: a\n    path: b\n", /"path": the nearest is paths/u],
    ["an unknown kind", "vulnerability:\n  - id: a\n", /the nearest is vulnerabilities/u],
    ["no id", "vulnerabilities:\n  - paths: [a]\n", /expected the key id/u],
    [
      "a purl that is none",
      "vulnerabilities:\n  - id: a\n    purls: [libssl]\n",
      /purls \(number 1 is none\)/u,
    ],
  ] as const)
    test(`refuses ${what}`, () => fails(text, "a/.trivyignore.yaml", message));

  test("is known by its keys, too", () => {
    assert.equal(readExceptionFile("vulnerabilities: []\n", "x.yaml").tool, "trivy");
  });
});

describe("readExceptionFile() of .grype.yaml", () => {
  test("takes half a character, which an escape can write, for the sign of none", () => {
    const text = 'ignore:\n  - package: { name: "a\\uD800", type: npm, version: "\\uD800" }\n';
    assert.equal(
      readExceptionFile(text, ".grype.yaml").exceptions[0]?.package,
      "pkg:npm/a%EF%BF%BD@%EF%BF%BD",
    );
  });
  test("takes what it can say, and widens nothing", () => {
    const text = `check-for-app-update: false
only-fixed: true
exclude: []
ignore:
  - vulnerability: CVE-2008-4318
    reason: not ours
    include-aliases: true
    package: { name: libcurl, version: 1.5.1, type: npm, location: "/usr/local/lib/node_modules/**" }
  - package: { type: gem }
  - package: { name: "linux(-.*)?-headers-.*", type: deb }
  - package: { name: linux-headers-.*, type: deb }
  - vulnerability: CVE-1
    fix-state: not-fixed
  - vulnerability: CVE-2
    vex-status: not_affected
  - vulnerability: CVE-3
    match-type: exact-indirect-match
  - vulnerability: CVE-4
    namespace: debian:distro:debian:12
  - vulnerability: CVE-5
    package: { upstream-name: linux }
  - vulnerability: CVE-6
    package: { location: "/a/[bc]/*" }
  - vulnerability: CVE-7
    package: { name: log4j-core, type: java-archive, language: java }
  - vulnerability: CVE-8
    package: { type: npm, language: python }
  - vulnerability: CVE-9
    package: { name: "@babel/core", language: javascript }
  - vulnerability: CVE-10
    package: { name: bash, version: 5.2-1+b1 }
  - vulnerability: CVE-11
    package: { version: "1:2" }
  - reason: nothing
  - vulnerability: CVE-12
    fix-state: ""
    package: { name: "", version: "", type: "" }
`;
    assert.deepEqual(brief(readExceptionFile(text, ".grype.yaml")), [
      "5:5 | CVE-2008-4318 | pkg:npm/libcurl@1.5.1 | usr/local/lib/node_modules/** | - | not ours",
      "11:5 | * | pkg:deb/linux-headers-** | - | - | ",
      "24:5 | CVE-7 | pkg:maven/**/log4j-core | - | - | ",
      "28:5 | CVE-9 | pkg:npm/%40babel/core | - | - | ",
      "30:5 | CVE-10 | bash@5.2-1+b1 | - | - | ",
      "32:5 | CVE-11 | pkg:*/**@1%3A2 | - | - | ",
      "35:5 | CVE-12 | - | - | - | ",
      "left out 9: the package's type or language is none that is read here",
      "left out 10: the name linux(-.*)?-headers-.* is a regular expression: write out the packages",
      "left out 12: fix-state has no counterpart here",
      "left out 14: vex-status has no counterpart here",
      "left out 16: match-type has no counterpart here",
      "left out 18: namespace has no counterpart here",
      "left out 20: upstream-name has no counterpart here",
      "left out 22: the location /a/[bc]/* cannot be said with * and **",
      "left out 26: the package's type or language is none that is read here",
      "left out 34: the rule has no condition",
      "note 2: only-fixed is no exception, and is not read",
      "note 5: CVE-2008-4318 never expires",
      "note 11: * never expires",
      "note 24: CVE-7 never expires",
      "note 28: CVE-9 never expires",
      "note 30: CVE-10 never expires",
      "note 32: CVE-11 never expires",
      "note 35: CVE-12 never expires",
    ]);
  });

  test("refuses an unknown key", () => {
    fails(
      "ignore:\n  - vulnerabilty: CVE-1\n",
      "grype.yaml",
      /line 2, column 5: .*the nearest is vulnerability/u,
    );
    fails("ignore: CVE-1\n", "grype.yaml", /expected a list of rules/u);
  });
});

describe("readExceptionFile() of osv-scanner.toml", () => {
  test("takes ids and packages of languages", () => {
    const text = `# comment
GoVersionOverride = "1.21"
[[IgnoredVulns]]
id = "GO-2022-0968"
ignoreUntil = 2026-02-01
reason = "no ssh"

[[IgnoredVulns]]
id = "GO-2022-1059"
ignoreUntil = 2026-02-01T23:59:59Z

[[PackageOverrides]]
name = "lib"
version = "1.0.0"
ecosystem = "Go"
ignore = true
effectiveUntil = 2026-11-09
reason = "abc"
[[PackageOverrides]]
name = "org.a:b"
ecosystem = "Maven"
vulnerability.ignore = true
[[PackageOverrides]]
ecosystem = "npm"
ignore = true
[[PackageOverrides]]
name = "openssl"
ecosystem = "Debian:12"
ignore = true
[[PackageOverrides]]
name = "a"
group = "dev"
ignore = true
[[PackageOverrides]]
name = "a.*"
nameIsRegex = true
ignore = true
[[PackageOverrides]]
name = "b"
license.override = ["MIT"]
[[PackageOverrides]]
name = "c"
version = "2"
ignore = true
`;
    assert.deepEqual(brief(readExceptionFile(text, "dir/osv-scanner.toml")), [
      "3:1 | GO-2022-0968 | - | - | 2026-01-31 | no ssh",
      "8:1 | GO-2022-1059 | - | - | 2026-02-01 | ",
      "12:1 | * | pkg:golang/lib@1.0.0 | - | 2026-11-08 | abc",
      "19:1 | * | pkg:maven/org.a/b | - | - | ",
      "23:1 | * | pkg:npm/** | - | - | ",
      "41:1 | * | c@2 | - | - | ",
      "left out 26: PackageOverrides openssl: the ecosystem Debian:12 is by source packages, or not read here",
      "left out 30: PackageOverrides a: the group dev has no counterpart here",
      "left out 34: PackageOverrides a.*: the name is a regular expression: write out the packages",
      "left out 38: PackageOverrides b: it changes licences alone, which no exception does",
      "note 1: GoVersionOverride is no exception, and is not read",
      "note 19: * never expires",
      "note 23: * never expires",
      "note 41: * never expires",
    ]);
  });

  for (const [what, text, message] of [
    [
      "a day that is none",
      "[[IgnoredVulns]]\nid = 'a'\nignoreUntil = 2026-13-01\n",
      /line 3, column \d+: expected valid TOML/u,
    ],
    [
      "a day in quotes",
      "[[IgnoredVulns]]\nid = 'a'\nignoreUntil = '2026-01-01'\n",
      /line 1, column 1: expected a day or a moment without quotes for ignoreUntil/u,
    ],
    ["a time", "[[IgnoredVulns]]\nid = 'a'\nignoreUntil = 10:00:00\n", /expected a day or a moment/u],
    ["no id", "\n[[IgnoredVulns]]\nreason = 'a'\n", /line 2, column 1: expected the key id/u],
    ["a number for an id", "[[IgnoredVulns]]\nid = 1\n", /expected a text for id/u],
    ["a text for the list", "IgnoredVulns = 'a'\n", /expected tables \[\[IgnoredVulns\]\]/u],
    ["lists in lists", `a = ${"[".repeat(20_000)}`, /expected valid TOML/u],
  ] as const)
    test(`refuses ${what}`, () => fails(text, "osv-scanner.toml", message));
});

describe("readExceptionFile() of .snyk", () => {
  test("takes rules for all paths, and tells what Snyk alone knows", () => {
    const text = `# Snyk (https://snyk.io) policy file
version: v1.25.0
ignore:
  CVE-2021-1:
    - '*':
        reason: None given
        reasonType: not-vulnerable
        expires: 2026-02-01T10:00:00.000Z
        created: 2025-12-31T23:00:00.000Z
  SNYK-JS-LODASH-567746:
    - '*':
        disregardIfFixable: true
    - jsonp > debug@2.6.9 > ms:
        expires: '2019-04-19T17:53:14.464Z'
patch: {}
exclude:
  global: [a]
`;
    const file = readExceptionFile(text, ".snyk");
    assert.deepEqual(brief(file), [
      "5:7 | CVE-2021-1 | - | - | 2026-01-31 | None given",
      "11:7 | SNYK-JS-LODASH-567746 | - | - | - | ",
      'left out 13: SNYK-JS-LODASH-567746: the path of dependencies "jsonp > debug@2.6.9 > ms" is not known in an image; name the package (ms)',
      "note 10: SNYK-JS-LODASH-567746 is Snyk's own id: it fits only where an advisory has it for an alias; name the CVE or GHSA",
      "note 11: SNYK-JS-LODASH-567746 never expires",
      "note 16: exclude is no exception, and is not read",
    ]);
    assert.deepEqual(
      file.exceptions.map(({ justification, created, reopens, seen }) => ({
        justification,
        created,
        reopens,
        seen,
      })),
      [
        { justification: "false_positive", created: "2025-12-31", reopens: [], seen: {} },
        { justification: "risk_accepted", created: null, reopens: ["fix"], seen: { fixable: false } },
      ],
    );
  });

  // snyk/policy PR#203: such a day meant ignored for ever.
  test("refuses a day that is none", () => {
    fails(
      "ignore:\n  a:\n    - '*':\n        expires: 2026-31-01\n",
      ".snyk",
      /line 4, column 18: expected a day or a moment \(RFC 3339\) for expires, found "2026-31-01"/u,
    );
    fails("ignore:\n  a: [b]\n", ".snyk", /expected a path with its rule/u);
  });
});

describe("readExceptionFile() of a list of Harbor", () => {
  test("takes the system's and a project's", () => {
    const list = {
      id: 1,
      project_id: 0,
      expires_at: 1_769_904_000,
      items: [{ cve_id: "CVE-1" }, { cve_id: "CVE-2" }],
    };
    const rows = (at: readonly string[]) =>
      at.map((place, index) => `${place} | CVE-${index + 1} | - | - | 2026-01-31 | `);
    const text = JSON.stringify(list, null, 1);
    assert.deepEqual(brief(readExceptionFile(text, "allow.json")), rows(["6:3", "9:3"]));
    const project = JSON.stringify({ name: "p", cve_allowlist: list });
    assert.deepEqual(brief(readExceptionFile(project, "p.json")), rows(["1:85", "1:104"]));
  });
  test("refuses another end, and items that are none", () => {
    fails(
      '{"expires_at":"soon","items":[]}',
      "a.json",
      /line 1, column 15: expected seconds since 1970, found "soon"/u,
    );
    fails(
      '{"items":[\n{"cve":"a"}]}',
      "a.json",
      /line 2, column 1: expected a text for cve_id, found nothing/u,
    );
    fails('{"items":[\n{"cve_id":7}]}', "a.json", /line 2, column 11: expected a text for cve_id, found 7/u);
    fails(
      '{"cve_allowlist":{"expires_at":null}}',
      "a.json",
      /line 1, column 18: expected a list for items, found nothing/u,
    );
    fails("[]", "a.json", /line 1, column 1: expected an allowlist of Harbor, found \[\]/u);
    fails("[", "a.json", /line 1, column 2: expected JSON/u);
  });
});

test("readExceptionFile() knows a file without a telling name by its keys", () => {
  const rows = [
    ["exceptions: []\n", "seaworthy"],
    ["# nothing\n", "seaworthy"],
    ["ignore: []\n", "grype"],
    ["ignore: {}\n", "snyk"],
    ["secrets: []\n", "trivy"],
  ] as const;
  for (const [text, tool] of rows) assert.equal(readExceptionFile(text, "some.yaml").tool, tool);
});
