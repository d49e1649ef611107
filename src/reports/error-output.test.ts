import assert from "node:assert/strict";
import { test } from "node:test";
import { fullReport } from "../../tests/support/sample-report.ts";
import { errorOutput } from "./error-output.ts";
import { type FormatOptions, formatNames, scanFormats } from "./formats.ts";

const failure = { code: "image-not-found", message: "no <image>\n", hint: null };
const options: FormatOptions = {
  table: { colour: false, width: 100, all: true },
  version: "1.2.3",
  template: { name: "t.txt", text: "{{verdict.decision}}" },
  sources: new Map(),
};

test("errorOutput() is an object where the format is JSON, and says the error in every form that it has", async () => {
  for (const format of formatNames(scanFormats)) {
    const report = (await scanFormats[format]())(fullReport, options);
    const text = typeof report === "string" ? report : [...report].join("");
    const output = errorOutput(format, failure);
    if (text.startsWith("{") || text.startsWith("["))
      assert.deepEqual(JSON.parse(output ?? "null"), { error: failure }, format);
    else if (output !== undefined) assert.match(output, /image-not-found[^]*no (<|&lt;)image/u, format);
  }
});
