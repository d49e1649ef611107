import assert from "node:assert/strict";
import { test } from "node:test";
import { extractFrom, foundFile, named } from "../../tests/support/extract.ts";
import { runtimeRelease } from "./runtime-release.ts";

const rows: readonly (readonly [path: string, content: string, found: readonly string[]])[] = [
  [
    "opt/java/openjdk/release",
    'IMPLEMENTOR="Eclipse Adoptium"\nJAVA_VERSION="17.0.9"\n',
    ["eclipse-temurin@17.0.9"],
  ],
  [
    "usr/lib/jvm/c/release",
    'IMPLEMENTOR="Amazon.com Inc."\nJAVA_VERSION="21.0.1"\n',
    ["amazon-corretto@21.0.1"],
  ],
  ["opt/jdk/release", 'JAVA_VERSION="1.8.0_392"\nOS_NAME="Linux"\n', ["openjdk@8.0.392"]],
  [
    "opt/jdk/release",
    'BUILD_TYPE="commercial"\nIMPLEMENTOR="Oracle Corporation"\nJAVA_VERSION="25"\n',
    ["oracle-jdk@25"],
  ],
  ["opt/jdk/release", 'IMPLEMENTOR="x"\nJAVA_VERSION="all"\n', []],
  ["opt/jdk/release", 'IMPLEMENTOR="x"\n', []],
  ["usr/local/go/VERSION", "go1.22.1\ntime 2024-02-29T18:18:48Z\n", ["go@1.22.1"]],
  ["usr/local/go/VERSION", "go1.19", ["go@1.19"]],
  ["usr/local/go/VERSION", "go1.19 but\n", []],
  [
    "usr/share/dotnet/shared/Microsoft.NETCore.App/8.0.1/Microsoft.NETCore.App.deps.json",
    "{}",
    ["dotnet@8.0.1"],
  ],
];
for (const [path, content, found] of rows)
  test(`runtimeRelease reads ${found.join() || "nothing"} in ${path} "${content.split("\n")[0]}"`, () => {
    assert.deepEqual(named([extractFrom(runtimeRelease, path, content)]), found);
  });

test("runtimeRelease does not want what only has such a name", () => {
  const wants = (path: string, content: string) => runtimeRelease.wants(foundFile(path, content));
  assert.equal(wants("etc/release", "Debian\n"), false);
  assert.equal(wants("app/VERSION", "1.2.3\n"), false);
  assert.equal(wants("release", 'JAVA_VERSION="17"'), false);
  assert.equal(wants("opt/x/release", `JAVA_VERSION="17"\n${"x".repeat(2 ** 17)}`), false);
});

test("runtimeRelease takes the programs below the directory for the runtime's, and no others", () => {
  const { owns } = extractFrom(runtimeRelease, "opt/java/openjdk/release", 'JAVA_VERSION="17.0.9"\n');
  const paths = ["bin/", "lib/", "jre/"].map((part) => `opt/java/openjdk/${part}`);
  assert.deepEqual(owns, [{ owner: "openjdk 17.0.9", os: false, paths }]);
  const dotnet = "usr/share/dotnet/shared/Microsoft.NETCore.App/8.0.1/Microsoft.NETCore.App.deps.json";
  assert.equal(extractFrom(runtimeRelease, dotnet, "{}").owns?.[0]?.paths[0], "usr/share/dotnet/dotnet");
});
