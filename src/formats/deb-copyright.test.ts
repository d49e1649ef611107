import assert from "node:assert/strict";
import { test } from "node:test";
import { codeOf } from "../core/errors.ts";
import { maxCopyrightSize, readCopyright } from "./deb-copyright.ts";
import { accessBytes } from "./random-access.ts";

const format = "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n";

function read(text: string): readonly string[] {
  return readCopyright(accessBytes(Buffer.from(text)));
}

function filesOf(...licences: readonly string[]): string {
  return format + licences.map((licence) => `\nFiles: *\nCopyright: me\nLicense: ${licence}\n`).join("");
}

const rows: readonly (readonly [what: string, text: string, licences: readonly string[]])[] = [
  ["names of Files paragraphs, once, sorted", filesOf("MIT", "GPL-2+", "MIT"), ["GPL-2+", "MIT"]],
  ["names joined by or", filesOf("GPL-1+ or Artistic"), ["Artistic", "GPL-1+"]],
  ["names joined by and", filesOf("Expat and BSD-3-clause"), ["BSD-3-clause", "Expat"]],
  [
    "names with commas",
    filesOf("GPL-2+ or Artistic-2.0, and BSD-3-clause"),
    ["Artistic-2.0", "BSD-3-clause", "GPL-2+"],
  ],
  ["joints in capitals and and/or", filesOf("A OR B", "C and/or D"), ["A", "B", "C", "D"]],
  [
    "names that begin or end like a joint",
    filesOf("orange", "Pand or android"),
    ["Pand", "android", "orange"],
  ],
  [
    "an exception as part of the name",
    filesOf("GPL-2+ with  OpenSSL exception or MIT"),
    ["GPL-2+ with OpenSSL exception", "MIT"],
  ],
  ["only the first line of the field", filesOf("MIT\n or GPL-2\n .\n License: no"), ["MIT"]],
  ["no text for a name", filesOf("\n Permission is granted …"), []],
  ["the last paragraph without end of line", `${format}\nFiles: *\nLicense: MIT`, ["MIT"]],
  ["names of fields in any case, CRLF", `${format}\r\nfiles: *\r\nLICENSE: MIT\r\n`, ["MIT"]],
  ["License before Files", `${format}\nLicense: MIT\nFiles: *\n`, ["MIT"]],
  ["no stand-alone paragraphs", `${filesOf("MIT")}\nLicense: Zlib\n text\n`, ["MIT"]],
  ["the older name of the format", filesOf("MIT").replace("Format:", "Format-Specification:"), ["MIT"]],
  ["several paragraphs after empty lines at the top", `\n\n${filesOf("MIT")}`, ["MIT"]],
  [
    "the header where no Files paragraph has one",
    `${format}License: MIT\n\nFiles: *\nCopyright: me\n`,
    ["MIT"],
  ],
  ["Files paragraphs before the header", `${format}License: GPL-2\n\nFiles: *\nLicense: MIT\n`, ["MIT"]],
  [
    "a reference where no field names one",
    `${format}\nFiles: *\n\n see /usr/share/common-licenses/GPL-2\n`,
    ["GPL-2"],
  ],
  [
    "no reference beside fields",
    `${filesOf("MIT")}\nLicense: X\n /usr/share/common-licenses/GPL-2\n`,
    ["MIT"],
  ],
  [
    "references of free text, without what follows them",
    "see `/usr/share/common-licenses/LGPL-2.1'.\nor /usr/share/common-licenses/GPL-3. And\n/usr/share/common-licenses/GPL\n",
    ["GPL", "GPL-3", "LGPL-2.1"],
  ],
  ["the directory alone", "in /usr/share/common-licenses/ .\n", []],
  ["no fields of free text", "I wrote this.\n\nFiles: *\nLicense: MIT\n", []],
  ["nothing", "", []],
];

for (const [what, text, licences] of rows)
  test(`readCopyright() reads ${what}`, () => {
    assert.deepEqual(read(text), licences);
  });

const hostile: readonly (readonly [what: string, text: string])[] = [
  ["many fields", filesOf(...Array.from({ length: 15_000 }, (_, index) => `L${index}`))],
  ["a long expression", filesOf(Array.from({ length: 9_000 }, (_, index) => `L${index}`).join(" or "))],
  ["joints only", filesOf("and ".repeat(15_000))],
  ["blanks only", filesOf(`a${" ".repeat(60_000)}b`)],
  ["many references", "/common-licenses/x\n".repeat(50_000)],
  ["long references", `/usr/share/common-licenses/${"G-".repeat(30_000)}\n`.repeat(15)],
  ["names of members of objects", filesOf("__proto__", "constructor")],
  ["NUL bytes", "\0".repeat(60_000)],
  ["UTF-8 cut short", `${filesOf("MIT")}\u00e4`.slice(0, -1)],
];

for (const [what, text] of hostile)
  test(`readCopyright() is bounded for ${what}`, () => {
    const licences = read(text);
    assert.ok(licences.length <= 200);
    for (const licence of licences) assert.ok(licence.length <= 100);
  });

test("readCopyright() answers for a file cut at every offset", () => {
  const text = filesOf("GPL-2+ or MIT", "Zlib");
  const known = new Set(["GPL-2+", "MIT", "Zlib"]);
  for (let end = 0; end <= text.length; end += 1)
    for (const name of read(text.slice(0, end)))
      assert.ok(
        [...known, "GPL-2+ o"].some((whole) => whole.startsWith(name)),
        name,
      );
});

test("readCopyright() refuses a file or a line that is too long", () => {
  const limit = (thrown: unknown): boolean => codeOf(thrown) === "limit-exceeded";
  assert.throws(() => read("x\n".repeat(maxCopyrightSize)), limit);
  assert.throws(() => read("x".repeat(maxCopyrightSize)), limit);
});
