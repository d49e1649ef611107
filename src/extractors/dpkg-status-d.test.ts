import assert from "node:assert/strict";
import { test } from "node:test";
import { extractFrom, foundFile, named } from "../../tests/support/extract.ts";
import { garbage } from "../../tests/support/hostile.ts";
import { SeaworthyError } from "../core/errors.ts";
import { dpkgStatusD } from "./dpkg-status-d.ts";

const directory = "var/lib/dpkg/status.d";

test("dpkgStatusD reads the control file of a package", () => {
  const text =
    "Package: tzdata\nVersion: 2024a-0+deb12u1\nArchitecture: all\nMaintainer: x\nDescription: t\n more\n";
  assert.deepEqual(extractFrom(dpkgStatusD, `${directory}/tzdata`, text), {
    packages: [
      {
        type: "deb",
        name: "tzdata",
        version: "2024a-0+deb12u1",
        arch: "all",
        source: { name: "tzdata", version: "2024a-0+deb12u1" },
        licences: [],
        vendor: "x",
      },
    ],
    problems: [],
  });
});

test("dpkgStatusD reads the files of a package", () => {
  const sum = "d41d8cd98f00b204e9800998ecf8427e";
  const text = `${sum}  usr/share/zoneinfo/Africa/A b\n${sum} *./usr/bin/x\n`;
  assert.deepEqual(extractFrom(dpkgStatusD, `${directory}/tzdata.md5sums`, text), {
    owns: [{ owner: "deb tzdata", os: true, paths: ["usr/share/zoneinfo/Africa/A b", "usr/bin/x"] }],
    problems: [],
  });
  assert.deepEqual(extractFrom(dpkgStatusD, `${directory}/tzdata.md5sums`, "").owns, []);
  assert.throws(() => extractFrom(dpkgStatusD, `${directory}/tzdata.md5sums`, "usr/bin/x\n"), {
    code: "malformed",
  });
});

test("dpkgStatusD tells what it cannot read", () => {
  const text = "Package: a\nVersion: 1\n\nPackage: b\n\nPackage: c\nVersion: 2";
  const extraction = extractFrom(dpkgStatusD, `${directory}/a`, text);
  assert.deepEqual(named([extraction]), ["a@1"]);
  assert.deepEqual(
    extraction.problems?.map(({ code }) => code),
    ["malformed", "truncated"],
  );
  for (const bytes of garbage.filter((each) => each.some((byte) => byte !== 10)))
    assert.throws(() => extractFrom(dpkgStatusD, `${directory}/a`, bytes), SeaworthyError);
});

test("dpkgStatusD wants files of that directory only", () => {
  for (const path of [directory, `${directory}/a/b`, "status.d/a", `x/${directory}/a`])
    assert.equal(dpkgStatusD.wants(foundFile(path, "")), false, path);
});
