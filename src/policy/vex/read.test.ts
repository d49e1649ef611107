import assert from "node:assert/strict";
import { test } from "node:test";
import { assert as check, constantFrom, jsonValue, nat, property } from "fast-check";
import { SeaworthyError } from "../../core/errors.ts";
import type { VexStatement } from "../../core/vex.ts";
import { readVex } from "./read.ts";

const statement = {
  vulnerability: { name: "CVE-2099-1" },
  products: [{ "@id": "pkg:apk/wolfi/git@2.39.0-r1?arch=armv7" }],
  status: "not_affected",
  justification: "component_not_present",
};
const openvex = {
  "@context": "https://openvex.dev/ns/v0.2.0",
  "@id": "https://example.org/vex/1",
  author: "Example",
  timestamp: "2025-01-01T00:00:00Z",
  version: 1,
  statements: [statement],
};
const withStatement = (more: object): object => ({ ...openvex, statements: [{ ...statement, ...more }] });

function read(document: unknown): readonly VexStatement[] {
  return readVex(JSON.stringify(document), "vex.json").statements;
}

function only(document: unknown): VexStatement {
  const [first, ...more] = read(document);
  assert.ok(first !== undefined && more.length === 0);
  return first;
}

test("readVex() reads OpenVEX", () => {
  assert.deepEqual(only(openvex), {
    document: {
      source: "vex.json",
      format: "openvex",
      id: openvex["@id"],
      author: "Example",
      timestamp: openvex.timestamp,
    },
    vulnerability: "CVE-2099-1",
    aliases: [],
    products: [{ ids: ["pkg:apk/wolfi/git@2.39.0-r1?arch=armv7"], subcomponents: [] }],
    status: "not_affected",
    justification: "component_not_present",
    statement: "",
    timestamp: "2025-01-01T00:00:00Z",
  });
});

// What changed between 0.0.1 and 0.2.0, and every way to name a product.
const products: readonly (readonly [
  what: string,
  more: object,
  ids: readonly string[],
  parts: readonly string[],
])[] = [
  ["0.0.1: products as texts", { products: ["pkg:apk/wolfi/bash@1.0.0"] }, ["pkg:apk/wolfi/bash@1.0.0"], []],
  [
    "0.0.1: subcomponents beside",
    { products: ["pkg:oci/a"], subcomponents: ["pkg:apk/wolfi/bash"] },
    ["pkg:oci/a"],
    ["pkg:apk/wolfi/bash"],
  ],
  [
    "identifiers and hashes",
    {
      products: [
        {
          identifiers: { purl: "pkg:npm/a@1", cpe23: "cpe:2.3:a:a:a:1:*:*:*:*:*:*:*" },
          hashes: { "sha-256": "ab", md5: "cd" },
          subcomponents: [{ "@id": "pkg:npm/b" }, { identifiers: { purl: "pkg:npm/c" } }, "pkg:npm/d"],
        },
      ],
    },
    ["pkg:npm/a@1", "cpe:2.3:a:a:a:1:*:*:*:*:*:*:*", "sha256:ab", "md5:cd"],
    ["pkg:npm/b", "pkg:npm/c", "pkg:npm/d"],
  ],
  [
    "an id told twice",
    { products: [{ "@id": "pkg:npm/a", identifiers: { purl: "pkg:npm/a" } }] },
    ["pkg:npm/a"],
    [],
  ],
];
for (const [what, more, ids, subcomponents] of products)
  test(`readVex() reads products of OpenVEX by ${what}`, () => {
    assert.deepEqual(only(withStatement(more)).products, [{ ids, subcomponents }]);
  });

const flaws: readonly (readonly [vulnerability: unknown, ids: readonly string[]])[] = [
  ["CVE-2099-1", ["CVE-2099-1"]],
  [{ name: "CVE-2099-1", aliases: ["GHSA-a-b-1", "CVE-2099-1"] }, ["CVE-2099-1", "GHSA-a-b-1"]],
  [{ "@id": "https://pkg.go.dev/vuln/GO-2099-0001", name: "CVE-2099-1" }, ["CVE-2099-1", "GO-2099-0001"]],
  [{ "@id": "https://nvd.nist.gov/vuln/detail/CVE-2099-1" }, ["CVE-2099-1"]],
];
for (const [vulnerability, ids] of flaws)
  test(`readVex() reads the flaw ${JSON.stringify(vulnerability)}`, () => {
    const read = only(withStatement({ vulnerability }));
    assert.deepEqual([read.vulnerability, ...read.aliases], ids);
  });

test("readVex() hands an OpenVEX document's date down, and tells what it leaves out", () => {
  const { author: _, ...unnamed } = openvex;
  const reading = readVex(JSON.stringify({ ...unnamed, "@context": "https://openvex.dev/ns" }), "vex.json");
  assert.equal(reading.statements[0]?.timestamp, openvex.timestamp);
  assert.deepEqual(reading.notes, ["vex.json tells no author, which OpenVEX asks for"]);
  assert.equal(
    only(withStatement({ timestamp: "2026-01-01T00:00:00+02:00" })).timestamp,
    "2026-01-01T00:00:00+02:00",
  );
});

test("readVex() reads an attestation, whose subject stands for products that are left out", () => {
  const wrapped = {
    _type: "https://in-toto.io/Statement/v1",
    predicateType: "https://openvex.dev/ns/v0.2.0",
    subject: [{ name: "docker.io/library/nginx", digest: { sha256: "ab".repeat(32) } }],
    predicate: withStatement({ products: undefined }),
  };
  const names = [{ ids: ["docker.io/library/nginx", `sha256:${"ab".repeat(32)}`], subcomponents: [] }];
  assert.deepEqual(only(wrapped).products, names);
  assert.deepEqual(only({ ...wrapped, predicate: openvex }).products[0]?.ids, [
    "pkg:apk/wolfi/git@2.39.0-r1?arch=armv7",
  ]);
  const payload = Buffer.from(JSON.stringify(wrapped)).toString("base64");
  const envelope = { payloadType: "application/vnd.in-toto+json", payload, signatures: [] };
  const reading = readVex(JSON.stringify(envelope), "att.json");
  assert.deepEqual(reading.statements[0]?.products, names);
  assert.equal(reading.statements[0]?.document.source, "att.json");
  assert.deepEqual(reading.notes, ["the signature of att.json was not checked"]);
});

const csaf = {
  document: {
    category: "csaf_vex",
    csaf_version: "2.0",
    title: "t",
    publisher: { name: "Example", category: "vendor", namespace: "https://example.org" },
    tracking: { id: "EX-1", current_release_date: "2025-01-01T00:00:00Z" },
  },
  product_tree: {
    branches: [
      {
        category: "vendor",
        name: "Red Hat",
        branches: [
          {
            category: "product_name",
            name: "Red Hat Enterprise Linux 9",
            product: {
              name: "Red Hat Enterprise Linux 9",
              product_id: "rhel-9",
              product_identification_helper: { cpe: "cpe:/o:redhat:enterprise_linux:9" },
            },
          },
          {
            category: "product_version",
            name: "curl",
            product: {
              name: "curl",
              product_id: "curl",
              product_identification_helper: { purl: "pkg:rpm/redhat/curl?arch=src" },
            },
          },
          {
            category: "product_version_range",
            name: "vers:npm/<2.0",
            product: {
              name: "a",
              product_id: "range",
              product_identification_helper: { purl: "pkg:npm/%40a/b" },
            },
          },
          { category: "product_version", name: "kernel", product: { name: "kernel", product_id: "kernel" } },
          {
            category: "product_version",
            name: "image",
            product: {
              name: "image",
              product_id: "image",
              product_identification_helper: { purl: "pkg:oci/app@sha256:ab" },
            },
          },
        ],
      },
    ],
    product_groups: [{ group_id: "all", product_ids: ["rhel-9:curl", "range"] }],
    relationships: [
      relation("curl", "rhel-9", "rhel-9:curl"),
      relation("kernel", "rhel-9", "rhel-9:kernel"),
      relation("image", "rhel-9", "rhel-9:image"),
    ],
  },
  vulnerabilities: [
    {
      cve: "CVE-2099-1",
      ids: [
        { system_name: "GitHub", text: "GHSA-a-b-c" },
        { system_name: "Red Hat Bugzilla ID", text: "2241933" },
      ],
      product_status: {
        known_not_affected: ["rhel-9:curl", "rhel-9:kernel"],
        first_fixed: ["range"],
        known_affected: ["rhel-9:image"],
        recommended: ["range"],
      },
      flags: [{ label: "vulnerable_code_not_present", group_ids: ["all"] }],
      threats: [{ category: "impact", details: "it is not built in", product_ids: ["rhel-9:curl"] }],
      remediations: [{ category: "no_fix_planned", details: "Will not fix" }],
    },
  ],
};
function relation(part: string, whole: string, id: string): object {
  return {
    category: "default_component_of",
    full_product_name: { name: `${part} of ${whole}`, product_id: id },
    product_reference: part,
    relates_to_product_reference: whole,
  };
}

test("readVex() reads CSAF: a statement for each status and reason, components in their products", () => {
  const reading = readVex(JSON.stringify(csaf), "csaf.json");
  const rows = reading.statements.map(({ status, justification, statement: words, products: named }) => [
    status,
    justification,
    words,
    named,
  ]);
  const system = ["cpe:/o:redhat:enterprise_linux:9"];
  assert.deepEqual(rows, [
    [
      "not_affected",
      "vulnerable_code_not_present",
      "it is not built in",
      [{ ids: system, subcomponents: ["pkg:rpm/redhat/curl?arch=src"] }],
    ],
    ["not_affected", null, "", [{ ids: system, subcomponents: ["kernel"] }]],
    ["fixed", null, "", [{ ids: ["pkg:npm/%40a/b?vers=vers%3Anpm%2F%3C2.0"], subcomponents: [] }]],
    [
      "affected",
      null,
      "no_fix_planned: Will not fix",
      [{ ids: ["pkg:oci/app@sha256:ab"], subcomponents: [] }],
    ],
  ]);
  assert.deepEqual(
    [reading.statements[0]?.vulnerability, reading.statements[0]?.aliases],
    ["CVE-2099-1", ["GHSA-a-b-c"]],
  );
  assert.deepEqual(reading.notes, [
    'csaf.json: the product status "recommended" says nothing of being affected',
  ]);
});

const cyclonedx = {
  bomFormat: "CycloneDX",
  specVersion: "1.6",
  serialNumber: "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79",
  version: 2,
  metadata: { timestamp: "2025-01-01T00:00:00Z", authors: [{ name: "Example" }] },
  components: [
    {
      type: "library",
      "bom-ref": "a 1",
      name: "a",
      version: "1.0",
      purl: "pkg:npm/%40s/a@1.0",
      components: [{ type: "library", "bom-ref": "inner", name: "b", purl: "pkg:npm/b@2" }],
    },
  ],
  vulnerabilities: [
    {
      id: "CVE-2099-1",
      references: [{ id: "GHSA-a-b-c" }],
      analysis: {
        state: "not_affected",
        justification: "code_not_reachable",
        detail: "no call",
        response: ["will_not_fix"],
      },
      affects: [{ ref: "a 1" }],
    },
  ],
};
const affecting = (affects: readonly object[], analysis: object = { state: "exploitable" }): object => ({
  ...cyclonedx,
  vulnerabilities: [{ id: "CVE-2099-1", analysis, affects }],
});
const listed = (document: unknown): readonly string[] =>
  read(document).flatMap(({ status, products: named }) =>
    named.map(({ ids, subcomponents }) => [status, ...ids, ...subcomponents].join(" ")),
  );

test("readVex() reads CycloneDX", () => {
  const { document, ...rest } = only(cyclonedx);
  assert.deepEqual(document, {
    source: "vex.json",
    format: "cyclonedx",
    id: cyclonedx.serialNumber,
    author: "Example",
    timestamp: "2025-01-01T00:00:00Z",
  });
  assert.deepEqual(rest, {
    vulnerability: "CVE-2099-1",
    aliases: ["GHSA-a-b-c"],
    products: [{ ids: ["pkg:npm/%40s/a@1.0"], subcomponents: [] }],
    status: "not_affected",
    justification: "code_not_reachable",
    statement: "no call; will not fix",
    timestamp: "2025-01-01T00:00:00Z",
  });
});

test("readVex() reads CycloneDX of XML as that of JSON", () => {
  const xml = `<?xml version="1.0"?>
<bom xmlns="http://cyclonedx.org/schema/bom/1.6" serialNumber="${cyclonedx.serialNumber}" version="2">
  <metadata><timestamp>2025-01-01T00:00:00Z</timestamp><authors><author><name>Example</name></author></authors></metadata>
  <components>
    <component type="library" bom-ref="a 1"><name>a</name><version>1.0</version><purl>pkg:npm/%40s/a@1.0</purl>
      <components><component type="library" bom-ref="inner"><name>b</name><purl>pkg:npm/b@2</purl></component></components>
    </component>
  </components>
  <vulnerabilities>
    <vulnerability bom-ref="v">
      <id>CVE-2099-1</id>
      <references><reference><id>GHSA-a-b-c</id></reference></references>
      <analysis>
        <state>not_affected</state><justification>code_not_reachable</justification>
        <responses><response>will_not_fix</response></responses><detail><![CDATA[no call]]></detail>
      </analysis>
      <affects>
        <target><ref>a 1</ref></target>
        <target><ref>inner</ref><versions><version><range>vers:npm/&lt;3</range></version><version><version>4</version><status>unaffected</status></version></versions></target>
      </affects>
    </vulnerability>
  </vulnerabilities>
</bom>`;
  const json = {
    ...cyclonedx,
    vulnerabilities: cyclonedx.vulnerabilities.map((flaw) => ({
      ...flaw,
      affects: [
        { ref: "a 1" },
        { ref: "inner", versions: [{ range: "vers:npm/<3" }, { version: "4", status: "unaffected" }] },
      ],
    })),
  };
  assert.deepEqual(readVex(xml, "vex.json").statements, read(json));
  assert.equal(read(json).length, 2);
});

const own = "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/2";
const elsewhere = "urn:cdx:00000000-395b-41f5-a30f-a58921a69b79/1";
const refs: readonly (readonly [what: string, document: unknown, told: readonly string[]])[] = [
  ["a component inside of a component", affecting([{ ref: "inner" }]), ["affected pkg:npm/b@2"]],
  [
    "a link into itself, encoded (aquasecurity/trivy#6023)",
    affecting([{ ref: `${own}#a%201` }]),
    ["affected pkg:npm/%40s/a@1.0"],
  ],
  [
    "a link elsewhere that ends in a purl",
    affecting([{ ref: `${elsewhere}#pkg:npm/%40s/a@1.0` }]),
    ["affected pkg:npm/@s/a@1.0"],
  ],
  ["a link elsewhere", affecting([{ ref: `${elsewhere}#x` }]), [`affected ${elsewhere}#x`]],
  ["a purl that no component has", affecting([{ ref: "pkg:npm/z@1" }]), ["affected pkg:npm/z@1"]],
  [
    "versions, some of them not affected",
    affecting([
      {
        ref: "a 1",
        versions: [
          { version: "1.0" },
          { range: "vers:npm/<3", status: "affected" },
          { version: "3.0", status: "unaffected" },
          { version: "4", status: "unknown" },
        ],
      },
    ]),
    [
      "affected pkg:npm/%40s/a@1.0",
      "affected pkg:npm/%40s/a?vers=vers%3Anpm%2F%3C3",
      "not_affected pkg:npm/%40s/a@3.0",
      "under_investigation pkg:npm/%40s/a@4",
    ],
  ],
  [
    "an inventory of an image",
    {
      ...affecting([{ ref: "inner" }]),
      metadata: {
        component: { type: "container", "bom-ref": "root", name: "app", purl: "pkg:oci/app@sha256:ab" },
      },
    },
    ["affected pkg:oci/app@sha256:ab pkg:npm/b@2"],
  ],
  [
    "what was mended",
    affecting([{ ref: "inner" }], { state: "resolved_with_pedigree" }),
    ["fixed pkg:npm/b@2"],
  ],
  [
    "what is no flaw at all",
    affecting([{ ref: "inner" }], { state: "false_positive" }),
    ["not_affected pkg:npm/b@2"],
  ],
];
for (const [what, document, wanted] of refs)
  test(`readVex() reads CycloneDX with ${what}`, () => assert.deepEqual(listed(document), wanted));

test("readVex() tells how many vulnerabilities of a CycloneDX document say nothing", () => {
  const document = { ...cyclonedx, vulnerabilities: [...cyclonedx.vulnerabilities, { id: "CVE-2099-2" }] };
  assert.deepEqual(readVex(JSON.stringify(document), "b.json").notes, [
    "b.json: 1 of its 2 vulnerabilities have no id, no analysis or nothing that they affect",
  ]);
});

const refused: readonly (readonly [what: string, text: string, told: string])[] = [
  ["an empty file", "", "line 1, column 1: expected JSON"],
  ["broken JSON", '{\n  "a": 1,\n}', "line 3, column 1: expected JSON"],
  ["broken XML", "<bom>\n<a></b></bom>", "line 2, column 8: expected well-formed XML"],
  ["XML of something else", "<html/>", "expected <bom>, found <html>"],
  [
    "another state in XML",
    "<bom>\n<vulnerabilities>\n<vulnerability><id>CVE-2099-1</id><analysis><state>fine</state></analysis></vulnerability></vulnerabilities></bom>",
    "line 3, column 16: vulnerabilities[0].analysis.state: expected one of resolved",
  ],
  ["XML that nests too deep", `<bom>${"<a>".repeat(300)}`, "more elements than are read"],
  ["another document", '{"a": 1}', 'line 1, column 1: expected OpenVEX ("@context"'],
  ["a list", "[]", "line 1, column 1: expected OpenVEX"],
  [
    "no statements",
    pretty({ ...openvex, statements: undefined }),
    "line 1, column 1: statements: expected a list, found nothing",
  ],
  [
    "another status",
    pretty(withStatement({ status: "wontfix" })),
    'line 17, column 17: statements[0].status: expected one of not_affected, affected, fixed, under_investigation, found "wontfix"',
  ],
  [
    "another justification",
    pretty(withStatement({ justification: "because" })),
    "line 18, column 24: statements[0].justification: expected one of component_not_present",
  ],
  [
    "no reason",
    pretty(withStatement({ justification: undefined })),
    "statements[0].justification: expected a justification or an impact_statement, found nothing",
  ],
  [
    "no product",
    pretty(withStatement({ products: [] })),
    "statements[0].products: expected at least one product, found an empty list",
  ],
  [
    "a product without name",
    pretty(withStatement({ products: [{ subcomponents: ["pkg:npm/a"] }] })),
    "statements[0].products[0]: expected an @id, an identifier or a hash, found an object",
  ],
  [
    "a product that is a number",
    pretty(withStatement({ products: [7] })),
    "statements[0].products[0]: expected a text or an object, found 7",
  ],
  [
    "a name that is a number",
    pretty(withStatement({ products: [{ "@id": 7 }] })),
    "statements[0].products[0].@id: expected a text, found 7",
  ],
  [
    "no flaw",
    pretty(withStatement({ vulnerability: {} })),
    "statements[0].vulnerability.name: expected the id of a flaw, found nothing",
  ],
  [
    "no date",
    pretty(withStatement({ timestamp: "yesterday" })),
    'statements[0].timestamp: expected a date and time by RFC 3339, found "yesterday"',
  ],
  [
    "an unknown product of CSAF",
    pretty({ ...csaf, product_tree: {} }),
    'vulnerabilities[0].product_status.known_not_affected[0]: expected a product_id of the product_tree, found "rhel-9:curl"',
  ],
  [
    "another state of CycloneDX",
    pretty(affecting([{ ref: "inner" }], { state: "fine" })),
    "vulnerabilities[0].analysis.state: expected one of resolved, resolved_with_pedigree",
  ],
  [
    "an attestation of something else",
    pretty({ predicateType: "https://slsa.dev/provenance/v1", predicate: { a: 1 } }),
    "line 3, column 16: expected OpenVEX",
  ],
];
function pretty(value: unknown): string {
  return JSON.stringify(value, undefined, 2);
}
for (const [what, text, wanted] of refused)
  test(`readVex() refuses ${what}`, () => {
    assert.throws(
      () => readVex(text, "vex.json"),
      (thrown) => {
        assert.ok(thrown instanceof SeaworthyError);
        assert.equal(thrown.code, what.includes("nests too deep") ? "limit-exceeded" : "vex-invalid");
        assert.ok(thrown.message.includes(wanted), thrown.message);
        return true;
      },
    );
  });

const hostile: readonly (readonly [what: string, text: string])[] = [
  [
    "nested a million deep",
    `{"document":{"csaf_version":"2.0"},"product_tree":${'{"branches":['.repeat(100_000)}${"]}".repeat(100_000)}}`,
  ],
  [
    "branches that nest too deep",
    JSON.stringify({ ...csaf, product_tree: {} }).replace(
      '"product_tree":{}',
      `"product_tree":{"branches":[${'{"category":"a","name":"a","branches":['.repeat(50_000)}${"]}".repeat(50_000)}]}`,
    ),
  ],
  ["an envelope in an envelope in an envelope …", wrapped(8)],
  [
    "keys of every object",
    JSON.stringify({
      ...csaf,
      vulnerabilities: [
        { cve: "CVE-1", product_status: { constructor: ["x"], __proto__: ["x"], toString: ["y"] } },
      ],
    }),
  ],
  ["no text", "\u0000\uFFFD"],
];
function wrapped(times: number): string {
  let text = JSON.stringify(openvex);
  for (let at = 0; at < times; at += 1)
    text = JSON.stringify({ payloadType: "application/json", payload: Buffer.from(text).toString("base64") });
  return text;
}
for (const [what, text] of hostile)
  test(`readVex() comes through ${what}`, () => {
    try {
      assert.deepEqual(readVex(text, "vex.json").statements, []);
    } catch (thrown) {
      assert.ok(thrown instanceof SeaworthyError, String(thrown));
      assert.ok(["vex-invalid", "limit-exceeded"].includes(thrown.code), thrown.message);
    }
  });

test("readVex() reads what is altered in any place, or says what is wrong with it", () => {
  const documents = [
    openvex,
    csaf,
    cyclonedx,
    withStatement({ products: ["pkg:npm/a"], subcomponents: ["pkg:npm/b"] }),
  ];
  check(
    property(constantFrom(...documents), nat(), jsonValue(), (document, at, value) => {
      const text = JSON.stringify(altered(document, at, value));
      try {
        readVex(text, "vex.json");
      } catch (thrown) {
        assert.ok(thrown instanceof SeaworthyError, String(thrown));
        assert.match(thrown.message, /^read VEX "vex\.json": line 1, column \d+: .*expected .*, found /s);
      }
    }),
    { numRuns: 2000 },
  );
});

// The document with one of its values, counted through, in place of another.
function altered(document: unknown, at: number, value: unknown): unknown {
  let count = 0;
  JSON.stringify(document, (_key, each: unknown) => {
    count += 1;
    return each;
  });
  const chosen = at % count;
  let place = -1;
  return JSON.parse(JSON.stringify(document), function (this: unknown, _key, each: unknown) {
    place += 1;
    return place === chosen ? value : each;
  });
}

test("readVex() takes half a character in a version for the sign of none", () => {
  const versions = [{ version: "\uD800" }, { range: "vers:npm/<\uD800" }];
  const document = {
    bomFormat: "CycloneDX",
    specVersion: "1.5",
    version: 1,
    components: [{ type: "library", "bom-ref": "a", name: "a", purl: "pkg:npm/a" }],
    vulnerabilities: [
      { id: "CVE-2099-1", analysis: { state: "not_affected" }, affects: [{ ref: "a", versions }] },
    ],
  };
  assert.match(JSON.stringify(read(document)), /pkg:npm\/a@%EF%BF%BD/u);
});
