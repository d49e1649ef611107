import assert from "node:assert/strict";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { extractFrom, extractTree, foundFile, named } from "../../tests/support/extract.ts";
import { needs } from "../../tests/support/needs.ts";
import { scratch, tool } from "../../tests/support/scratch.ts";
import { makeZip } from "../../tests/support/zip.ts";
import { python } from "./python.ts";

const metadata = "Metadata-Version: 2.1\nName: Flask_Login\nVersion: 0.6.3\nLicense: MIT\n\nText\n";
const site = "usr/lib/python3.11/site-packages";

test("python reads a dist-info", () => {
  assert.deepEqual(extractFrom(python, `${site}/Flask_Login-0.6.3.dist-info/METADATA`, metadata), {
    packages: [{ type: "pypi", name: "Flask_Login", version: "0.6.3", licences: ["MIT"] }],
    owns: [
      {
        owner: "pypi Flask_Login@0.6.3",
        os: false,
        paths: [`${site}/Flask_Login-0.6.3.dist-info/`],
      },
    ],
  });
});

test("python reads an egg-info that is one file", () => {
  const found = extractFrom(python, "usr/lib/python3/dist-packages/Flask_Login-0.6.3.egg-info", metadata);
  assert.deepEqual(named([found]), ["Flask_Login@0.6.3"]);
  assert.deepEqual(found.owns?.[0]?.paths, ["usr/lib/python3/dist-packages/Flask_Login-0.6.3.egg-info"]);
});

test("python reads a zipped egg", () => {
  const egg = makeZip([{ name: "EGG-INFO/PKG-INFO", data: metadata }]);
  assert.deepEqual(named([extractFrom(python, `${site}/x-1-py3.egg`, egg)]), ["Flask_Login@0.6.3"]);
});

const places: readonly (readonly [path: string, wanted: boolean])[] = [
  [`${site}/a-1.dist-info/METADATA`, true],
  [`${site}/a-1.dist-info/RECORD`, true],
  [`${site}/a-1-py3.11.egg-info/PKG-INFO`, true],
  [`${site}/a-1-py3.11.egg-info/installed-files.txt`, true],
  [`${site}/a-1-py3.11.egg/EGG-INFO/PKG-INFO`, true],
  ["usr/lib/python2.7/dist-packages/a-1.egg-info", true],
  ["opt/venv/lib/python3.12/site-packages/a-1.dist-info/METADATA", true],
  ["var/task/a-1.dist-info/METADATA", true],
  ["a-1.dist-info/METADATA", true],
  ["app/src/a.egg-info/PKG-INFO", true],
  [`${site}/setuptools/_vendor/a-1.dist-info/METADATA`, false],
  [`${site}/tests/data/a-1.dist-info/METADATA`, false],
  [`${site}/~ip-23.0.dist-info/METADATA`, false],
  ["app/_vendor/a-1.dist-info/METADATA", false],
  ["usr/lib/python2.7/wsgiref.egg-info", false],
  ["usr/lib/python3.11/test/test_importlib/data/example-21.12-py3.6.egg", false],
  ["usr/lib/python3.11/a-1.egg-info", true],
  ["usr/lib/python2.7/argparse.egg-info", false],
  [`${site}/a-1.dist-info/top_level.txt`, false],
  [`${site}/a-1.dist-info/licenses/METADATA`, false],
  [`${site}/PKG-INFO`, false],
  ["srv/METADATA", false],
];

for (const [path, wanted] of places)
  test(`python ${wanted ? "wants" : "leaves"} ${path}`, () => {
    assert.equal(python.wants(foundFile(path, "")), wanted);
  });

const licences: readonly (readonly [what: string, fields: string, licences: readonly string[]])[] = [
  ["License-Expression first", "License: x\nLicense-Expression: MIT OR Apache-2.0\n", ["MIT OR Apache-2.0"]],
  ["License", "License: BSD-3-Clause\nClassifier: License :: OSI Approved\n", ["BSD-3-Clause"]],
  [
    "classifiers where License is a text",
    "License: Copyright\n  all rights\nClassifier: License :: OSI Approved :: MIT License\n",
    ["MIT License"],
  ],
  ["nothing for UNKNOWN", "License: UNKNOWN\n", []],
];

for (const [what, fields, wanted] of licences)
  test(`python tells the licence: ${what}`, () => {
    const found = extractFrom(python, "a.egg-info/PKG-INFO", `Name: a\nVersion: 1\n${fields}`);
    assert.deepEqual(found.packages?.[0]?.licences, wanted);
  });

test("python takes the files that RECORD and installed-files.txt name as the distribution's own", () => {
  const record = "a/__init__.py,,\n../../../bin/a,,\n/etc/a.conf,,\n../../../../../../x,,\n";
  assert.deepEqual(extractFrom(python, `${site}/a-1.dist-info/RECORD`, record), {
    owns: [{ owner: "pypi a@1", os: false, paths: [`${site}/a/__init__.py`, "usr/bin/a", "etc/a.conf"] }],
  });
  assert.deepEqual(
    extractFrom(python, `${site}/a-1-py3.egg-info/installed-files.txt`, "../a.py\nPKG-INFO\n"),
    {
      owns: [{ owner: "pypi a@1", os: false, paths: [`${site}/a.py`, `${site}/a-1-py3.egg-info/PKG-INFO`] }],
    },
  );
});

test("python refuses metadata without name or version, and eggs without metadata", () => {
  const path = `${site}/a-1.dist-info/METADATA`;
  for (const text of ["", "Name: a\n", "Version: 1\n", "\n\nName: a\nVersion: 1\n", "\0".repeat(1000)])
    assert.throws(() => extractFrom(python, path, text), { code: "malformed" }, text);
  assert.throws(() => extractFrom(python, `${site}/a.egg`, "PK"), { code: "malformed" });
  assert.throws(() => extractFrom(python, `${site}/a.egg`, makeZip([{ name: "x", data: "" }])), {
    code: "malformed",
    message: "read Python egg: EGG-INFO/PKG-INFO is not there",
  });
});

test("python finds what `pip freeze` lists, and nothing else", { skip: needs("python3") }, async () => {
  const dir = scratch("python");
  const wheels = join(dir, "wheels");
  mkdirSync(wheels);
  writeFileSync(join(wheels, "Plain_Name-1.0.post1-py3-none-any.whl"), wheel("Plain_Name", "1.0.post1"));
  writeFileSync(
    join(wheels, "dotted.name-2.0rc1-py3-none-any.whl"),
    wheel("dotted.name", "2.0rc1", [
      { name: "dotted/_vendor/hidden-9.9.dist-info/METADATA", data: "Name: hidden\nVersion: 9.9\n" },
      { name: "dotted/data, with comma.txt", data: "x" },
      { name: "dotted.name-2.0rc1.dist-info/entry_points.txt", data: "[console_scripts]\ndot = dotted:x\n" },
    ]),
  );
  const target = join(dir, "root/usr/lib/python3/site-packages");
  const offline = ["--no-index", "--find-links", wheels, "--disable-pip-version-check"];
  await tool("python3", [
    "-m",
    "pip",
    "install",
    "--quiet",
    ...offline,
    "--no-compile",
    "--target",
    target,
    "Plain-Name",
    "dotted.name",
  ]);
  const frozen = await tool("python3", ["-m", "pip", "freeze", "--all", "--path", target]);
  const wanted = frozen
    .trim()
    .split("\n")
    .map((line) => line.replace("==", "@"));
  assert.deepEqual(wanted.length, 2);
  const found = extractTree(python, join(dir, "root"));
  assert.deepEqual(named(found), [...wanted].sort());
  const own = new Set(found.flatMap(({ owns = [] }) => owns).flatMap(({ paths }) => paths));
  assert.ok(own.has("usr/lib/python3/site-packages/dotted/data, with comma.txt"));
  // Where pip's --target puts scripts, whatever RECORD says.
  assert.ok(existsSync(join(target, "bin/dot")));
  assert.ok(own.has("usr/lib/python3/site-packages/bin/dot"));
});

function wheel(
  name: string,
  version: string,
  more: readonly { readonly name: string; readonly data: string }[] = [],
): Uint8Array {
  const info = `${name}-${version}.dist-info`;
  const files = [
    { name: `${name.toLowerCase().replace(".", "_")}.py`, data: "" },
    ...more,
    { name: `${info}/METADATA`, data: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n` },
    {
      name: `${info}/WHEEL`,
      data: "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    },
  ];
  const rows = [...files.map((file) => `"${file.name}",,`), `${info}/RECORD,,`];
  return makeZip([...files, { name: `${info}/RECORD`, data: `${rows.join("\n")}\n` }]);
}
