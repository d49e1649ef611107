import assert from "node:assert/strict";
import { Ajv } from "ajv";
import { validateXML } from "xmllint-wasm";
import { formatNames, scanFormats } from "../../src/reports/formats.ts";
import { readReport } from "../../src/reports/read-json.ts";
import { githubErrors } from "./github-rules.ts";
import { gitlabSchema } from "./gitlab-schema.ts";
import { onPath } from "./needs.ts";
import { junitSchema, sarifErrors } from "./official-schemas.ts";
import { openvexErrors } from "./openvex-schema.ts";
import { sbomFaults } from "./valid-sboms.ts";

/** The report as each format writes it, by the name of the format. */
export type Written = Readonly<Record<keyof typeof scanFormats, string>>;

const options = {
  table: { colour: false, width: 100, all: true },
  version: "0.0.0",
  template: { name: "t.txt", text: "{{verdict.decision}}" },
  sources: new Map<string, string>(),
};

const gitlab = new Ajv({ strict: false, allErrors: true }).compile(gitlabSchema);

/** Writes a saved report in every format and checks each by what its maker asks for. @throws AssertionError. */
export async function checkFormats(json: string): Promise<Written> {
  const report = readReport(json, "saved");
  const texts = new Map<string, string>();
  for (const name of formatNames(scanFormats)) {
    // Nobody could find again what has no digest.
    if (name === "verdict" && report.image.digest === null) continue;
    const text = (await scanFormats[name]())(report, options);
    texts.set(name, typeof text === "string" ? text : [...text].join(""));
  }
  const of = (name: keyof typeof scanFormats): string => texts.get(name) ?? "";
  assert.equal(of("json"), json);
  for (const sarif of [of("sarif"), of("sarif-github")]) {
    assert.deepEqual(sarifErrors(JSON.parse(sarif)), []);
    assert.deepEqual(githubErrors(sarif), []);
  }
  assert.ok(gitlab(JSON.parse(of("gitlab"))), JSON.stringify(gitlab.errors));
  assert.deepEqual(openvexErrors(JSON.parse(of("openvex"))), []);
  assert.ok(of("markdown").length <= 65_536);
  assert.deepEqual(await junitErrors(of("junit")), []);
  // oxlint-disable-next-line typescript/consistent-type-assertions -- every name of the registry was written above
  const written = Object.fromEntries(texts) as Written;
  assert.equal(await sbomFaults(written), "");
  return written;
}

/** What is wrong with JUnit's XML by Jenkins's schema; nothing where there is no `pip` to fetch that with. */
export async function junitErrors(xml: string): Promise<readonly string[]> {
  if (!onPath("pip")) return [];
  const schema = [{ fileName: "junit-10.xsd", contents: await junitSchema() }];
  const { errors } = await validateXML({ xml: [{ fileName: "r.xml", contents: xml }], schema });
  return errors.map(({ message }) => message);
}
