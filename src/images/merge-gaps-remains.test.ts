import assert from "node:assert/strict";
import { test } from "node:test";
import { assembled } from "../../tests/support/assembled.ts";
import { dpkgRoot, npmPackage, osRelease } from "../../tests/support/distro-files.ts";
import { file, gone, opaque } from "../../tests/support/image.ts";
import type { TarItem } from "../formats/tar-write.ts";

const at = "app/node_modules";
const lodash = [npmPackage("lodash", "4.17.4"), file(`${at}/lodash/lodash.js`, "x")];
const scoped = [npmPackage("@s/a", "1.0.0"), file(`${at}/@s/a/lib/a.cjs`, "x")];
const other = npmPackage("left-pad", "1.3.0");
const lock = file(
  `${at}/.package-lock.json`,
  JSON.stringify({ packages: { "node_modules/lodash": { version: "4.17.4" } } }),
);

const site = "usr/lib/python3.12/site-packages";
const info = `${site}/six-1.15.0.dist-info`;
const metadata = file(`${info}/METADATA`, "Name: six\nVersion: 1.15.0\n");
const record = file(
  `${info}/RECORD`,
  "six.py,,\nsix-1.15.0.dist-info/METADATA,,\n__pycache__/six.cpython-312.pyc,,\n",
);
const installer = file(`${info}/INSTALLER`, "pip");
const six = [metadata, record, installer, file(`${site}/six.py`, "x")];
const newer = [
  file(`${site}/six-1.17.0.dist-info/METADATA`, "Name: six\nVersion: 1.17.0\n"),
  file(`${site}/six-1.17.0.dist-info/RECORD`, "six.py,,\n"),
];
const pip = [file(`${site}/pip-24.0.dist-info/METADATA`, "Name: pip\nVersion: 24.0\n")];
const egg = [
  file(`${site}/y.egg-info/PKG-INFO`, "Name: y\nVersion: 1\n"),
  file(`${site}/y.egg-info/installed-files.txt`, "../y/__init__.py\n"),
  file(`${site}/y/__init__.py`, ""),
];

const rows: readonly (readonly [what: string, gap: string | undefined, ...(readonly TarItem[])[]])[] = [
  ["an npm package with its manifest", undefined, lodash],
  [
    "an npm package without its manifest",
    `1 ${at}/lodash/package.json`,
    [...lodash, other],
    [gone(`${at}/lodash/package.json`)],
  ],
  ["a scoped one", `1 ${at}/@s/a/package.json`, [...scoped, other], [gone(`${at}/@s/a/package.json`)]],
  ["an npm package removed as a whole", undefined, [...lodash, other], [gone(`${at}/lodash`)]],
  ["an npm package hidden by an opaque directory", undefined, [...lodash, other], [opaque(`${at}/lodash`)]],
  [
    "an npm package removed file by file",
    undefined,
    [...lodash, other],
    [gone(`${at}/lodash/package.json`), gone(`${at}/lodash/lodash.js`)],
  ],
  [
    "an npm package of which a licence and a package below stay",
    undefined,
    [
      ...lodash,
      file(`${at}/lodash/LICENSE`, "x"),
      npmPackage("b", "1.0.0", `${at}/lodash`),
      file(`${at}/lodash/node_modules/b/b.js`, "x"),
    ],
    [gone(`${at}/lodash/package.json`), gone(`${at}/lodash/lodash.js`)],
  ],
  ["an npm package of another version", undefined, lodash, [npmPackage("lodash", "4.17.21")]],
  [
    "an npm package that became a link",
    undefined,
    [...lodash, file("src/lodash/index.js", "x"), other],
    [gone(`${at}/lodash`), { kind: "symlink", path: `${at}/lodash`, target: "../../src/lodash" }],
  ],
  [
    "a directory that a later layer made anew",
    undefined,
    [...lodash, other],
    [gone(`${at}/lodash`), file(`${at}/lodash/own.js`, "x")],
  ],
  [
    "one that npm's list names, and that never had its manifest",
    `0 ${at}/lodash/package.json`,
    [...lodash.slice(1), lock, other],
  ],
  ["one that npm's list names, with its manifest", undefined, [...lodash, lock, other]],
  ["one that npm's list names and that is not there", undefined, [lock, other]],

  ["a Python distribution", undefined, six],
  ["one without METADATA", `1 ${info}/METADATA`, [...six, other], [gone(`${info}/METADATA`)]],
  ["one without any metadata", `1 ${info}/METADATA`, [...six, other], [gone(info)]],
  ["one that never had METADATA", `0 ${info}/METADATA`, [...six.slice(1), other]],
  [
    "one without METADATA and RECORD",
    `1 ${info}/METADATA`,
    [metadata, installer, file(`${site}/six/a.py`, ""), other],
    [gone(`${info}/METADATA`)],
  ],
  ["one that was uninstalled", undefined, [...six, other], [gone(info), gone(`${site}/six.py`)]],
  [
    "one that was uninstalled but for its compiled files and its installer's mark",
    undefined,
    [...six, file(`${site}/__pycache__/six.cpython-312.pyc`, ""), other],
    [gone(`${info}/METADATA`), gone(`${info}/RECORD`), gone(`${site}/six.py`)],
  ],
  ["one that was upgraded, a file left as it was", undefined, six, [gone(info), ...newer]],
  ["one that was upgraded, its old RECORD left", undefined, [...newer, record, file(`${site}/six.py`, "x")]],
  [
    "one with neither METADATA nor RECORD, beside another",
    `0 ${info}/METADATA`,
    [...pip, installer, file(`${site}/six/__init__.py`, "")],
  ],
  [
    "one whose METADATA is a directory",
    `0 ${info}/METADATA`,
    [...six.slice(1), file(`${info}/METADATA/x`, ""), other],
  ],
  ["an installer's mark without code", undefined, [...pip, installer]],
  ["an empty directory", undefined, [...pip, { kind: "directory", path: info }, file(`${site}/six.py`, "")]],
  [
    "what a broken upgrade of pip leaves",
    undefined,
    [...pip, file(`${site}/~ix-1.0.dist-info/INSTALLER`, "pip"), file(`${site}/~ix.py`, "")],
  ],
  ["one whose code went away", undefined, [record, other]],
  [
    "one whose METADATA is a link",
    undefined,
    [
      record,
      file(`${site}/six.py`, ""),
      file("m/x-1.dist-info/METADATA", "Name: six\nVersion: 1\n"),
      { kind: "symlink", path: `${info}/METADATA`, target: "/m/x-1.dist-info/METADATA" },
    ],
  ],
  [
    "an egg-info without PKG-INFO",
    `1 ${site}/y.egg-info/PKG-INFO`,
    [...egg, other],
    [gone(`${site}/y.egg-info/PKG-INFO`)],
  ],
  ["an egg-info that never had PKG-INFO", `0 ${site}/y.egg-info/PKG-INFO`, [...egg.slice(1), other]],
  [
    "one whose code an OS package owns",
    undefined,
    [
      osRelease("debian", "12"),
      ...dpkgRoot({ name: "python3-six", version: "1", files: [`${site}/six.py`] }),
      ...six.slice(0, 3),
    ],
    [gone(`${info}/METADATA`)],
  ],
];
for (const [what, gap, ...layers] of rows)
  test(`remainsGaps() says ${gap === undefined ? "nothing" : "what is missing"} of ${what}`, () => {
    const { gaps } = assembled(...layers);
    const told = gaps.map(({ code, layer, path }) => `${code} ${layer} ${path}`);
    assert.deepEqual(told, gap === undefined ? [] : [`file-unreadable ${gap}`]);
  });

test("remainsGaps() names package and code", () => {
  const [npm] = assembled([...lodash, other], [gone(`${at}/lodash/package.json`)]).gaps;
  assert.equal(
    npm?.message,
    `read "${at}/lodash/package.json": it is gone since layer 1, while code of npm lodash@4.17.4 is there ("${at}/lodash/lodash.js")`,
  );
  const [python] = assembled([...six.slice(1), other]).gaps;
  assert.equal(
    python?.message,
    `read "${info}/METADATA": it is not there, while code of pypi six@1.15.0 is ("${site}/six.py")`,
  );
});
