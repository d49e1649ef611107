import assert from "node:assert/strict";
import { test } from "node:test";
import { extractFrom, named } from "../../tests/support/extract.ts";
import { garbage, mutations } from "../../tests/support/hostile.ts";
import { SeaworthyError } from "../core/errors.ts";
import type { Extraction } from "../core/plugin.ts";
import { apk } from "./apk.ts";

const path = "lib/apk/db/installed";

// As apk writes it (https://wiki.alpinelinux.org/wiki/Apk_spec#Installed_Database_V2).
const musl = `C:Q1abcdefghijklmnopqrstuvwxyz01=
P:libcrypto3
V:3.1.4-r5
A:x86_64
S:1705412
I:4632576
T:Crypto library from openssl
U:https://www.openssl.org/
L:Apache-2.0
o:openssl
m:Ariadne Conill <ariadne@example.org>
t:1706198529
c:b784a22cad0c452586b438cb7a597d846fc09ff4
D:so:libc.musl-x86_64.so.1
p:so:libcrypto.so.3=3
r:libressl
F:etc
F:etc/ssl
R:openssl.cnf
Z:Q1wGuxVEOK9iGLj1i8D3BSBnT7MJA=
F:lib
R:libcrypto.so.3
a:0:0:755
Z:Q1Abc=
M:0:0:700
F:
R:top

`;
const virtual = "P:.build-deps\nV:20240101.000000\nA:noarch\nS:0\nI:0\n\n";

test("apk reads packages and their files", () => {
  assert.deepEqual(extractFrom(apk, path, musl + virtual), {
    packages: [
      {
        type: "apk",
        name: "libcrypto3",
        version: "3.1.4-r5",
        arch: "x86_64",
        source: { name: "openssl", version: "3.1.4-r5" },
        licences: ["Apache-2.0"],
        vendor: "Ariadne Conill <ariadne@example.org>",
        built: "2024-01-25",
      },
      {
        type: "apk",
        name: ".build-deps",
        version: "20240101.000000",
        arch: "noarch",
        source: { name: ".build-deps", version: "20240101.000000" },
        licences: [],
        vendor: undefined,
        built: undefined,
      },
    ],
    owns: [
      { owner: "apk libcrypto3", os: true, paths: ["etc/ssl/openssl.cnf", "lib/libcrypto.so.3", "top"] },
    ],
    problems: [],
  });
});

test("apk reads the database below usr/ and one whose last package nothing ends", () => {
  assert.deepEqual(named([extractFrom(apk, "usr/lib/apk/db/installed", musl.trimEnd().concat("\n"))]), [
    "libcrypto3@3.1.4-r5",
  ]);
  assert.deepEqual(extractFrom(apk, path, ""), { packages: [], owns: [], problems: [] });
});

const damages: readonly (readonly [what: string, bad: string, code: string, message: RegExp])[] = [
  ["no version", "P:x\nA:x86_64\n\n", "malformed", /package "x" at line 7: no version/],
  ["no name", "V:1\n\n", "malformed", /package at line 7: no name/],
  ["a line that is no field", "P:x\nV:1\noops\n\n", "malformed", /package "x" at line 7: line 9 is not/],
  ["zeros", `${"\0".repeat(50)}\n\n`, "malformed", /line 7 is not/],
];

for (const [what, bad, code, message] of damages)
  test(`apk tells a package with ${what} and reads the others`, () => {
    const extraction = extractFrom(apk, path, virtual + bad + musl);
    assert.deepEqual(named([extraction]), [".build-deps@20240101.000000", "libcrypto3@3.1.4-r5"]);
    assert.equal(extraction.problems?.length, 1);
    assert.equal(extraction.problems?.[0]?.code, code);
    assert.match(extraction.problems?.[0]?.message ?? "", message);
    assert.throws(() => extractFrom(apk, path, bad), { code });
  });

test("apk never loses a package of a cut file without a sign", () => {
  const text = Buffer.from(virtual + musl);
  for (let length = 1; length < text.length; length += 1) {
    const found = attempt(text.subarray(0, length));
    if (text[length - 1] !== 10) assert.notEqual(found?.problems?.length ?? 1, 0, `cut at ${length}`);
  }
  for (const bytes of mutations(text, 1000)) attempt(bytes);
  for (const bytes of garbage.filter((each) => each.some((byte) => byte !== 10)))
    assert.equal(attempt(bytes), undefined);
});

function attempt(bytes: Uint8Array): Extraction | undefined {
  try {
    return extractFrom(apk, path, bytes);
  } catch (thrown) {
    assert.ok(thrown instanceof SeaworthyError);
    return undefined;
  }
}

test("apk bounds paths that are short in the file and long when written out", () => {
  const text = `P:x\nV:1\nF:${"d".repeat(4000)}\n${"R:a\n".repeat(50_000)}\n${virtual}`;
  const { packages, problems } = extractFrom(apk, path, text);
  assert.equal(packages?.length, 2);
  assert.equal(problems?.[0]?.code, "limit-exceeded");
});
