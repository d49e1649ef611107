import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { file, oneException } from "../../../tests/support/exception-rows.ts";
import { addExceptions, type NewException, removeExceptions } from "./edit.ts";
import { readExceptions } from "./read.ts";

const added: NewException = {
  id: "CVE-2026-9",
  package: "pkg:deb/debian/libssl3",
  justification: "no_fix_available",
  reason: "waits: for #12",
  owner: "team-b",
  created: "2026-01-15",
  expires: "2026-04-15",
  reopens: ["fix", "kev", "epss", "severity"],
  seen: { severity: "high", kev: false },
};
const block = (indent: string) =>
  [
    "- id: CVE-2026-9",
    "  package: pkg:deb/debian/libssl3",
    "  justification: no_fix_available",
    '  reason: "waits: for #12"',
    "  owner: team-b",
    "  created: 2026-01-15",
    "  expires: 2026-04-15",
    "  seen:",
    "    severity: high",
    "    kev: false",
  ]
    .map((line) => `${indent}${line}\n`)
    .join("");

const entry = (id: string, more = "") =>
  `  - id: ${id}${more}\n    justification: risk_accepted\n    reason: |\n      some\n      words\n    owner: a # who\n    created: 2026-01-01\n    expires: 2026-03-01 # soon\n`;
const three = `# top
exceptions: # ours
  # about A
${entry("A", " # a")}
  # about B
${entry("B")}    # inside B, at its end
${entry("C")}
# the end
`;

describe("addExceptions()", () => {
  const rows: readonly (readonly [what: string, before: string, after: string])[] = [
    [
      "makes a new file",
      "",
      `# Findings that may stand, for now and for a reason: docs/exceptions.md.\nexceptions:\n${block("  ")}`,
    ],
    ["fills a list of nothing", "exceptions:\n# end\n", `exceptions:\n${block("  ")}# end\n`],
    [
      "fills an empty list and keeps its comment",
      "exceptions: [] # none\n# end\n",
      `exceptions: # none\n${block("  ")}# end\n`,
    ],
    ["goes after comments alone", "# none yet", `# none yet\nexceptions:\n${block("  ")}`],
    ["goes after the last one", three, three.replace("\n# the end", `${block("  ")}\n# the end`)],
    [
      "keeps a list at the margin there",
      oneException.replaceAll(/^ {2}/gmu, ""),
      `${oneException.replaceAll(/^ {2}/gmu, "")}${block("")}`,
    ],
    [
      "keeps a deep list deep",
      oneException.replaceAll(/^ {2}/gmu, "      "),
      `${oneException.replaceAll(/^ {2}/gmu, "      ")}${block("      ")}`,
    ],
    ["ends the last line", oneException.trimEnd(), `${oneException}${block("  ")}`],
    [
      "keeps CRLF",
      oneException.replaceAll("\n", "\r\n"),
      `${oneException}${block("  ")}`.replaceAll("\n", "\r\n"),
    ],
  ];
  for (const [what, before, after] of rows)
    test(what, () => assert.equal(addExceptions(before, file, [added]), after));

  test("refuses a list in brackets", () => {
    const flow = `exceptions: [{id: a, justification: risk_accepted, reason: r, owner: o, created: 2026-01-01, expires: 2026-02-01}]\n`;
    assert.throws(() => addExceptions(flow, file, [added]), /the list is written as "\[…\]"/u);
    assert.throws(() => removeExceptions(flow, file, new Set([0])), /the list is written as "\[…\]"/u);
  });

  test("writes what is read back, whatever the words", () => {
    const word = fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 30 })
      .filter((text) => text.trim() === text);
    fc.assert(
      fc.property(word, word, fc.option(word, { nil: undefined }), (reason, owner, label) => {
        const scope = label === undefined ? undefined : { labels: { [label]: owner } };
        const made = { ...added, reason, owner, scope };
        const [found] = readExceptions(addExceptions("", file, [made]), file);
        assert.deepEqual([found?.reason, found?.owner, found?.scope?.labels], [reason, owner, scope?.labels]);
      }),
    );
  });
});

describe("removeExceptions()", () => {
  const idsAfter = (indexes: readonly number[]) =>
    readExceptions(removeExceptions(three, file, new Set(indexes)), file).map(({ id }) => id);

  test("takes out the lines of one, and no other byte", () => {
    assert.equal(removeExceptions(three, file, new Set([1])), three.replace(entry("B"), ""));
    assert.equal(
      removeExceptions(three, file, new Set([0, 2])),
      three.replace(entry("A", " # a"), "").replace(entry("C"), ""),
    );
    assert.equal(removeExceptions(three, file, new Set()), three);
  });

  test("leaves those that were not named", () => {
    assert.deepEqual(idsAfter([0]), ["B", "C"]);
    assert.deepEqual(idsAfter([0, 1, 2]), []);
  });

  test("finds a dash on a line of its own", () => {
    const apart = three.replace("  - id: B", "  - # of B\n    # two lines\n    id: B");
    assert.deepEqual(
      readExceptions(removeExceptions(apart, file, new Set([1])), file).map(({ id }) => id),
      ["A", "C"],
    );
    assert.ok(!removeExceptions(apart, file, new Set([1])).includes("of B"));
  });

  test("takes no anchor away from its alias", () => {
    const text = `${oneException}    scope: &prod { namespaces: [prod] }\n${oneException.replace("exceptions:\n", "")}    scope: *prod\n`;
    assert.throws(() => removeExceptions(text, file, new Set([0])), /expected an anchor before/u);
  });

  test("of what was just added gives the file as it was", () => {
    fc.assert(
      fc.property(
        fc.nat(3),
        fc.constantFrom(three, oneException, `${oneException}\n\n# end`),
        (count, text) => {
          const before = readExceptions(text, file).length;
          const more = addExceptions(
            text,
            file,
            Array.from({ length: count }, () => added),
          );
          const indexes = new Set(Array.from({ length: count }, (_, at) => before + at));
          assert.equal(removeExceptions(more, file, indexes), text);
        },
      ),
    );
  });
});
