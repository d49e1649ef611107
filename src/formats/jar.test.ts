import assert from "node:assert/strict";
import { test } from "node:test";
import { makeZip, type ZipItem } from "../../tests/support/zip.ts";
import { isJarName, type Jar, type JarBudget, readJar } from "./jar.ts";
import { accessBytes } from "./random-access.ts";
import { openZip } from "./zip.ts";

function budget(): JarBudget {
  return { entries: 1000, archives: 10, inflated: 2 ** 20 };
}

function read(items: readonly ZipItem[], limits: JarBudget = budget()): Jar {
  return readJar(openZip(accessBytes(makeZip(items))), limits);
}

const pom = "META-INF/maven/g/a";

test("readJar() reads manifest, Maven projects, packages and nested archives", () => {
  const jar = read([
    { name: "meta-inf/Manifest.mf", data: "Implementation-Version: 1\n" },
    {
      name: `${pom}/pom.xml`,
      data: "<project><licenses><license><name>MIT</name></license></licenses></project>",
    },
    { name: `${pom}/pom.properties`, data: "groupId=g\nartifactId=a\nversion=1\n" },
    { name: "org/x/y/z/A.class", data: "" },
    { name: "org/x/y/w/B.class", data: "" },
    { name: "C.class", data: "" },
    { name: "META-INF/versions/9/D.class", data: "" },
    { name: "lib/b.JAR", data: "", stored: true },
    { name: "lib/._b.jar", data: "", stored: true },
    { name: "readme.txt", data: "" },
  ]);
  assert.equal(jar.manifest.get("implementation-version"), "1");
  assert.deepEqual(jar.projects, [
    { path: `${pom}/pom.properties`, group: "g", artifact: "a", version: "1", licences: ["MIT"] },
  ]);
  assert.deepEqual([...jar.packages], ["org/x/y"]);
  assert.deepEqual(
    jar.nested.map(({ name }) => name),
    ["lib/b.JAR"],
  );
  assert.deepEqual(jar.faults, []);
});

const projects: readonly (readonly [what: string, items: readonly ZipItem[], version: string | undefined])[] =
  [
    ["pom.xml alone", [{ name: `${pom}/pom.xml`, data: "<project><version>2</version></project>" }], "2"],
    [
      "pom.properties before pom.xml, in any order",
      [
        { name: `${pom}/pom.properties`, data: "version=1\n" },
        { name: `${pom}/pom.xml`, data: "<project><version>2</version></project>" },
      ],
      "1",
    ],
    [
      "pom.xml where pom.properties was not filled in",
      [
        { name: `${pom}/pom.properties`, data: "version=${project.version}\n" },
        { name: `${pom}/pom.xml`, data: "<project><version>2</version></project>" },
      ],
      "2",
    ],
    ["a damaged pom.xml", [{ name: `${pom}/pom.xml`, data: "<project><version>" }], undefined],
    [
      "below the classes of a war",
      [{ name: `WEB-INF/classes/${pom}/pom.properties`, data: "version=3\n" }],
      "3",
    ],
  ];

for (const [what, items, version] of projects)
  test(`readJar() reads a Maven project: ${what}`, () => {
    const [found, ...more] = read(items).projects;
    assert.deepEqual([found?.group, found?.artifact, found?.version, more.length], ["g", "a", version, 0]);
  });

test("readJar() says which part it could not read, and reads the others", () => {
  const jar = read([
    { name: "META-INF/MANIFEST.MF", data: "x", crc: 1 },
    { name: `${pom}/pom.properties`, data: "version=1\n" },
    { name: "META-INF/maven/g/b/pom.properties", data: "version=1\n", flags: 1 },
  ]);
  assert.equal(jar.projects.length, 1);
  assert.deepEqual(jar.faults, [
    'read "META-INF/MANIFEST.MF" of a zip archive: its checksum is wrong',
    'read "META-INF/maven/g/b/pom.properties" of a zip archive: it is encrypted',
  ]);
});

const costly: readonly (readonly [what: string, items: readonly ZipItem[]])[] = [
  ["entries", Array.from({ length: 1001 }, (_, index) => ({ name: `f${index}`, data: "" }))],
  ["archives", Array.from({ length: 11 }, (_, index) => ({ name: `${index}.jar`, data: "" }))],
  ["bytes", [{ name: "META-INF/MANIFEST.MF", data: Buffer.alloc(2 ** 21) }]],
];

for (const [what, items] of costly)
  test(`readJar() stops when its budget is used up: ${what}`, () => {
    assert.throws(() => read(items), { code: "limit-exceeded" });
  });

test("readJar() keeps few packages and projects of many", () => {
  const classes = Array.from({ length: 5000 }, (_, index) => ({ name: `p${index}/A.class`, data: "" }));
  assert.equal(read(classes, { ...budget(), entries: 10_000 }).packages.size, 1000);
});

test("readJar() says that there are more Maven projects than it reads", () => {
  const items = Array.from({ length: 20_003 }, (_, index) => ({
    name: `META-INF/maven/g/a${index}/pom.properties`,
    data: "",
  }));
  const jar = read(items, { ...budget(), entries: 30_000 });
  assert.equal(jar.projects.length, 20_000);
  assert.deepEqual(jar.faults, ["read jar: 3 more files of Maven projects than the 20000 that are read"]);
});

test("isJarName() knows archives of classes by name", () => {
  for (const name of ["a.jar", "x/a.WAR", "a.ear", "a.hpi", "a.jpi", "a.par", "a.sar", "a.aar", "a.kar"])
    assert.equal(isJarName(name), true, name);
  for (const name of ["a.zip", "jar", "a.jar.sha1", "x/._a.jar", "a.jar/"])
    assert.equal(isJarName(name), false, name);
});
