import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parse } from "yaml";
import { exceptionRows } from "../../../tests/support/exception-rows.ts";

const schema: unknown = JSON.parse(
  readFileSync(new URL("../../../schemas/exceptions.schema.json", import.meta.url), "utf8"),
);
// As editors check it: a day is one of the calendar (RFC 3339, full-date).
const date = (text: string) => {
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
};
const ajv = new Ajv2020({ strict: "log", allowUnionTypes: true, formats: { date } });
const validate = ajv.compile(typeof schema === "object" && schema !== null ? schema : false);

// read.test.ts has the reader say the same of the same rows.
describe("schemas/exceptions.schema.json agrees with the reader", () => {
  for (const [what, text] of exceptionRows.valid)
    test(`and takes ${what}`, () => assert.ok(validate(parse(text)), ajv.errorsText(validate.errors)));
  for (const [what, text] of exceptionRows.invalid)
    test(`and refuses ${what}`, () => assert.equal(validate(parse(text)), false));
});
