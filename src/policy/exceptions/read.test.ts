import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { exceptionRows, file, oneException } from "../../../tests/support/exception-rows.ts";
import { SeaworthyError } from "../../core/errors.ts";
import { readExceptions } from "./read.ts";

describe("readExceptions()", () => {
  for (const [what, text] of exceptionRows.valid)
    test(`takes ${what}`, () => {
      assert.ok(Array.isArray(readExceptions(text, file)));
    });

  for (const [what, text, message] of exceptionRows.invalid)
    test(`refuses ${what}`, () => {
      assert.throws(
        () => readExceptions(text, file),
        (thrown) => {
          assert.ok(thrown instanceof SeaworthyError);
          assert.equal(thrown.code, "exception-invalid");
          assert.ok(thrown.message.includes(message), thrown.message);
          return true;
        },
      );
    });

  test("reads all fields and the place", () => {
    const text = `# ours
exceptions:
  - id: CVE-2024-1
    package: pkg:deb/debian/libssl3
    path: /usr/lib/**
    layer: base
    scope:
      images: example.org/app:*
      repositories: [docker.io/library/debian]
      namespaces: [prod-*]
      labels: { team: a* }
    justification: no_fix_available
    reason: "waits: for 12.6"
    owner: team-a
    created: 2026-01-01
    expires: "2026-03-01"
    reopens: [fix, kev]
    seen: { severity: high, epss: 0.25, kev: false, fixable: false }
`;
    assert.deepEqual(readExceptions(text, file), [
      {
        id: "CVE-2024-1",
        package: "pkg:deb/debian/libssl3",
        path: "usr/lib/**",
        layer: "base",
        scope: {
          images: ["example.org/app:*"],
          repositories: ["docker.io/library/debian"],
          namespaces: ["prod-*"],
          labels: { team: "a*" },
        },
        justification: "no_fix_available",
        reason: "waits: for 12.6",
        owner: "team-a",
        created: "2026-01-01",
        expires: "2026-03-01",
        reopens: ["fix", "kev"],
        seen: { severity: "high", epss: 0.25, kev: false, fixable: false },
        place: { file, line: 3, column: 5 },
      },
    ]);
  });

  test("tells all that is wrong at once, and stops counting aloud at twenty", () => {
    const bad = `${oneException}    colour: red\n    expires: soon\n`.replace(/ {4}expires: 2.*\n/u, "");
    assert.throws(
      () => readExceptions(bad, file),
      /line 7, column 5: .*"colour".*; line 8, column 14: .*"soon"/u,
    );
    assert.throws(() => readExceptions(`exceptions:\n${"  - x\n".repeat(30)}`, file), /; and 10 more$/u);
  });

  test("follows an anchor", () => {
    const text = `${oneException}    scope: &prod { namespaces: [prod] }\n${oneException.replace("exceptions:\n", "")}    scope: *prod\n`;
    assert.deepEqual(
      readExceptions(text, file).map(({ scope }) => scope?.namespaces),
      [["prod"], ["prod"]],
    );
  });

  describe("of hostile text", () => {
    const bomb = `a: &a [x, x, x, x, x, x, x, x, x]\n${"bcdefghijk"
      .split("")
      .map((name, at) => `${name}: &${name} [${`*${"abcdefghijk"[at]}, `.repeat(9)}x]`)
      .join("\n")}\n`;
    const rows: readonly (readonly [what: string, text: string])[] = [
      ["a bomb of aliases", bomb],
      ["an alias of itself", "exceptions: &a [*a]\n"],
      ["lists in lists", `exceptions: ${"[".repeat(5000)}`],
      ["maps in maps", `${Array.from({ length: 300 }, (_, at) => `${" ".repeat(at)}a:`).join("\n")}\n`],
      ["a long file", `exceptions: []\n#${"x".repeat(2 ** 21)}`],
      ["a tag", "exceptions: !!js/function 'x'\n"],
      ["two documents", "exceptions: []\n---\nexceptions: []\n"],
    ];
    for (const [what, text] of rows)
      test(`${what} is refused in time`, () => {
        const started = performance.now();
        assert.throws(() => readExceptions(text, file), SeaworthyError);
        assert.ok(performance.now() - started < 3000);
      });
    test("__proto__ is a key that is not known", () => {
      assert.throws(() => readExceptions("__proto__: { a: 1 }\n", file), /"__proto__"/u);
    });
  });
});
