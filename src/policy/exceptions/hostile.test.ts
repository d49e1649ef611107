import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { oneException } from "../../../tests/support/exception-rows.ts";
import { fullReport } from "../../../tests/support/sample-report.ts";
import { SeaworthyError } from "../../core/errors.ts";
import { applyExceptions } from "./apply.ts";
import { readExceptionFile } from "./file.ts";
import { subjectOf } from "./review.ts";

const samples: Readonly<Record<string, string>> = {
  "exceptions.yaml": `${oneException}    package: pkg:npm/lodash@4\n    path: app/**\n    scope: { images: [a], labels: { b: c } }\n    seen: { epss: 0.1, kev: true }\n`,
  ".trivyignore": "CVE-1 exp:2026-01-01 # a\n# b\nCVE-2\n",
  ".trivyignore.yaml":
    "vulnerabilities:\n  - id: CVE-1\n    paths: [a/**]\n    purls: [pkg:npm/a@1]\n    expired_at: 2026-01-01\nsecrets:\n  - id: b\n",
  ".grype.yaml":
    "ignore:\n  - vulnerability: CVE-1\n    package: { name: a.*, version: '1', type: npm, location: /a/** }\n",
  "osv-scanner.toml":
    '[[IgnoredVulns]]\nid = "a"\nignoreUntil = 2026-01-01\n[[PackageOverrides]]\nname = "b"\necosystem = "npm"\nignore = true\n',
  ".snyk": "ignore:\n  CVE-1:\n    - '*':\n        reason: a\n        expires: 2026-01-01T00:00:00.000Z\n",
  "harbor.json": '{"expires_at":1769904000,"items":[{"cve_id":"CVE-1"}]}',
};
const pieces = [
  "*",
  "**/",
  "&a ",
  "*a",
  "!!",
  "{",
  "[",
  "'",
  '"',
  "\n",
  ": ",
  "- ",
  "\u0000",
  "\uD800",
  "__proto__",
  "pkg:",
  "%zz",
  "9".repeat(400),
  "<<: ",
  "?",
  "|",
  "2026-02-30",
  "@",
];

describe("readExceptionFile() of a damaged file", () => {
  for (const [file, text] of Object.entries(samples))
    test(`${file} reads it or says what is wrong, and what was read can be applied`, () => {
      const edits = fc.array(fc.tuple(fc.nat(text.length), fc.nat(12), fc.constantFrom("", ...pieces)), {
        maxLength: 4,
      });
      fc.assert(
        fc.property(edits, (list) => {
          const damaged = list.reduce(
            (now, [at, gone, piece]) => now.slice(0, at) + piece + now.slice(at + gone),
            text,
          );
          try {
            const { exceptions } = readExceptionFile(damaged, file);
            const { states } = applyExceptions(subjectOf(fullReport), exceptions, "2026-01-15", {
              longestDays: null,
            });
            assert.equal(states.length, exceptions.length);
          } catch (thrown) {
            assert.ok(thrown instanceof SeaworthyError, String(thrown));
            assert.ok(["exception-invalid", "malformed"].includes(thrown.code), thrown.message);
          }
        }),
        { numRuns: 400 },
      );
    });

  test("empty files hold nothing", () => {
    for (const file of Object.keys(samples).filter((name) => !name.endsWith(".json")))
      assert.deepEqual(readExceptionFile("", file).exceptions, []);
  });
});
