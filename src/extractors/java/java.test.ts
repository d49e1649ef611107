import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { extractFrom, foundFile, named } from "../../../tests/support/extract.ts";
import { needs } from "../../../tests/support/needs.ts";
import { scratch, tool } from "../../../tests/support/scratch.ts";
import { makeZip, type ZipItem } from "../../../tests/support/zip.ts";
import type { Extraction } from "../../core/plugin.ts";
import { java } from "./java.ts";

function pom(group: string, artifact: string, version: string): ZipItem {
  const data = `groupId=${group}\nartifactId=${artifact}\nversion=${version}\n`;
  return { name: `META-INF/maven/${group}/${artifact}/pom.properties`, data };
}

function manifest(attributes: Readonly<Record<string, string>>): ZipItem {
  const lines = Object.entries({ "Manifest-Version": "1.0", ...attributes }).map(
    ([key, value]) => `${key}: ${value}\r\n`,
  );
  return { name: "META-INF/MANIFEST.MF", data: `${lines.join("")}\r\n` };
}

function classIn(directory: string): ZipItem {
  return { name: `${directory}/A.class`, data: "" };
}

function names(path: string, items: readonly ZipItem[]): readonly string[] {
  const found = extractFrom(java, path, makeZip(items));
  assert.deepEqual(found.problems, []);
  return named([found]);
}

const identities: readonly (readonly [
  what: string,
  path: string,
  items: readonly ZipItem[],
  packages: readonly string[],
])[] = [
  ["pom.properties", "a-1.0.jar", [pom("g", "a", "1.0")], ["g/a@1.0"]],
  ["a renamed jar", "app.jar", [pom("g", "a", "1.0")], ["g/a@1.0"]],
  ["a name that differs, of the same version", "final-1.0.jar", [pom("g", "a", "1.0")], ["g/a@1.0"]],
  [
    "shaded projects beside its own",
    "a-1.0.jar",
    [pom("g", "a", "1.0"), pom("h", "b", "2.0"), pom("h", "a-core", "3.0")],
    ["g/a@1.0", "h/a-core@3.0", "h/b@2.0"],
  ],
  [
    "a jar without record that shades one with",
    "groovy-2.4.3.jar",
    [
      pom("commons-cli", "commons-cli", "1.2"),
      manifest({ "Implementation-Version": "2.4.3" }),
      classIn("groovy/lang"),
    ],
    ["commons-cli/commons-cli@1.2", "org.codehaus.groovy/groovy@2.4.3"],
  ],
  [
    "a version that the record cuts short",
    "mssql-jdbc-9.4.1.jre11.jar",
    [pom("g", "mssql-jdbc", "9.4.1")],
    ["g/mssql-jdbc@9.4.1.jre11"],
  ],
  ["a classifier", "a-1.0-linux-x86_64.jar", [pom("g", "a", "1.0")], ["g/a@1.0"]],
  [
    "a timestamped snapshot",
    "a-1.0-20230101.120000-1.jar",
    [pom("g", "a", "1.0-SNAPSHOT")],
    ["g/a@1.0-SNAPSHOT"],
  ],
  [
    "Quarkus' names",
    "lib/main/io.quarkus.arc-3.2.0.jar",
    [pom("io.quarkus", "arc", "3.2.0")],
    ["io.quarkus/arc@3.2.0"],
  ],
  ["a record without version", "a-1.0.jar", [pom("g", "a", "${revision}")], ["g/a@1.0"]],
  ["only a name", "unheard-of-1.2.jar", [classIn("x/y")], ["unheard-of@1.2"]],
  [
    "a known artifact",
    "spring-core-5.3.23.jar",
    [classIn("org/springframework/core")],
    ["org.springframework/spring-core@5.3.23"],
  ],
  ["a known name on other classes", "spring-core-5.3.23.jar", [classIn("com/evil")], ["spring-core@5.3.23"]],
  [
    "a starter without classes",
    "spring-boot-starter-web-2.7.5.jar",
    [manifest({})],
    ["org.springframework.boot/spring-boot-starter-web@2.7.5"],
  ],
  [
    "an old artifact of its own group",
    "commons-collections-3.2.1.jar",
    [classIn("org/apache/commons")],
    ["commons-collections/commons-collections@3.2.1"],
  ],
  [
    "Tomcat's jars without a version in the name",
    "usr/local/tomcat/lib/catalina.jar",
    [
      manifest({
        "Bundle-SymbolicName": "org.apache.tomcat-catalina",
        "Implementation-Version": "9.0.30",
        "Implementation-Title": "Apache Tomcat",
      }),
      classIn("org/apache/catalina"),
    ],
    ["org.apache.tomcat/tomcat-catalina@9.0.30"],
  ],
  [
    "title and version of the manifest",
    "app.jar",
    [manifest({ "Implementation-Title": "demo", "Implementation-Version": "0.0.1" })],
    ["demo@0.0.1"],
  ],
  [
    "the file's name where the title is words",
    "demo.jar",
    [manifest({ "Implementation-Title": "My Demo", "Bundle-Version": "2.0.0.v1" })],
    ["demo@2.0.0.v1"],
  ],
  [
    "a title of Netflix' plugin",
    "micrometer-core-1.9.5.jar",
    [manifest({ "Implementation-Title": "io.micrometer#micrometer-core;1.9.5" })],
    ["io.micrometer/micrometer-core@1.9.5"],
  ],
  [
    "a bundle's name that tells the group",
    "reactor-core-3.4.23.jar",
    [manifest({ "Bundle-SymbolicName": "io.projectreactor.reactor-core;x=y" })],
    ["io.projectreactor/reactor-core@3.4.23"],
  ],
  [
    "a bundle's name that may be the group itself",
    "velo-1.7.jar",
    [manifest({ "Bundle-SymbolicName": "org.apache.velo" })],
    ["velo@1.7"],
  ],
  [
    "sbt's organisation",
    "akka-actor_2.12-2.5.20.jar",
    [
      manifest({
        "Implementation-Vendor-Id": "com.typesafe.akka",
        "Bundle-SymbolicName": "com.typesafe.akka.actor",
      }),
    ],
    ["com.typesafe.akka/akka-actor_2.12@2.5.20"],
  ],
  [
    "a Maven repository's directories",
    "root/.m2/repository/a/b/c/1.0/c-1.0.jar",
    [classIn("x")],
    ["a.b/c@1.0"],
  ],
  [
    "Gradle's cache",
    "root/.gradle/caches/modules-2/files-2.1/a.b/c/1.0/0af9/c-1.0.jar",
    [classIn("x")],
    ["a.b/c@1.0"],
  ],
  ["another directory called repository", "srv/repository/c-1.0.jar", [classIn("x")], ["c@1.0"]],
  [
    "the Java runtime's own",
    "opt/java/lib/jrt-fs.jar",
    [manifest({ "Implementation-Title": "Java Runtime Environment", "Implementation-Version": "17.0.8" })],
    [],
  ],
  [
    "an application's own classes",
    "app.jar",
    [manifest({ "Main-Class": "Main" }), { name: "Main.class", data: "" }],
    [],
  ],
  ["an empty archive", "x.jar", [], []],
];

for (const [what, path, items, packages] of identities)
  test(`java identifies a jar by ${what}`, () => {
    assert.deepEqual(names(path, items), packages);
  });

test("java reads jars nested to any sensible depth, stored and deflated, and tells where", () => {
  const core = makeZip([pom("g", "core", "1")]);
  const inner = makeZip([pom("g", "inner", "1"), { name: "lib/core-1.jar", data: core }]);
  const war = makeZip([pom("g", "web", "1"), { name: "WEB-INF/lib/inner-1.jar", data: inner, stored: true }]);
  const found = extractFrom(java, "app.ear", makeZip([{ name: "web-1.war", data: war }]));
  assert.deepEqual(
    found.packages?.map(({ name, innerPath }) => [name, innerPath]),
    [
      ["web", "web-1.war"],
      ["inner", "web-1.war!/WEB-INF/lib/inner-1.jar"],
      ["core", "web-1.war!/WEB-INF/lib/inner-1.jar!/lib/core-1.jar"],
    ],
  );
  assert.deepEqual(found.problems, []);
});

test("java tells where a shaded project is", () => {
  const found = extractFrom(java, "a-1.jar", makeZip([pom("g", "a", "1"), pom("h", "b", "2")]));
  assert.deepEqual(
    found.packages?.map(({ innerPath }) => innerPath),
    [undefined, "META-INF/maven/h/b/pom.properties"],
  );
});

test("java lists a package once, at its first place", () => {
  const jar = makeZip([pom("g", "a", "1")]);
  const war = makeZip([
    { name: "WEB-INF/lib/a-1.jar", data: jar },
    { name: "WEB-INF/other/a-1.jar", data: jar },
  ]);
  const found = extractFrom(java, "x.war", war);
  assert.deepEqual(
    found.packages?.map(({ innerPath }) => innerPath),
    ["WEB-INF/lib/a-1.jar"],
  );
});

test("java tells licences of pom.xml, else the bundle's", () => {
  const licences = (items: readonly ZipItem[]): unknown =>
    extractFrom(java, "a-1.jar", makeZip(items)).packages?.[0]?.licences;
  const xml = "<project><licenses><license><name>MIT</name></license></licenses></project>";
  assert.deepEqual(licences([pom("g", "a", "1"), { name: "META-INF/maven/g/a/pom.xml", data: xml }]), [
    "MIT",
  ]);
  assert.deepEqual(licences([manifest({ "Bundle-License": "Apache-2.0;link=x" })]), ["Apache-2.0"]);
});

test("java refuses a jar that cannot be read", () => {
  const whole = makeZip([pom("g", "a", "1"), classIn("x")]);
  for (const bytes of ["", "PK", "no jar", whole.subarray(0, -1), whole.subarray(0, 40), Buffer.alloc(4096)])
    assert.throws(() => extractFrom(java, "a-1.jar", bytes), { code: "malformed" });
});

function problemsOf(found: Extraction): readonly string[] {
  return (found.problems ?? []).map(({ code, message }) => `${code}: ${message}`);
}

test("java goes on beside a nested jar that cannot be read, and says so", () => {
  const found = extractFrom(
    java,
    "app.war",
    makeZip([
      { name: "WEB-INF/lib/bad.jar", data: "no jar" },
      { name: "WEB-INF/lib/secret.jar", data: "x", flags: 1 },
      { name: "WEB-INF/lib/a-1.jar", data: makeZip([pom("g", "a", "1")]) },
    ]),
  );
  assert.deepEqual(named([found]), ["g/a@1"]);
  assert.deepEqual(problemsOf(found), [
    'malformed: read zip archive: no central directory at its end (cut off, or not a zip archive) (in "WEB-INF/lib/bad.jar")',
    'unsupported: read "WEB-INF/lib/secret.jar" of a zip archive: it is encrypted (in "WEB-INF/lib/secret.jar")',
  ]);
});

test("java says that a Maven project has no version", () => {
  const found = extractFrom(java, "app.jar", makeZip([pom("g", "a", "${revision}")]));
  assert.deepEqual(problemsOf(found), ['malformed: read Maven project "g:a" in a jar: it has no version']);
});

test("java ends at jars nested without end, wide or deep", () => {
  let bytes = makeZip([pom("g", "deepest", "1")]);
  for (let depth = 0; depth < 12; depth += 1) bytes = makeZip([{ name: "a.jar", data: bytes, stored: true }]);
  assert.match(
    problemsOf(extractFrom(java, "x.jar", bytes)).join(),
    /^limit-exceeded: read nested jar: more than 8/,
  );
  // Ten entries that all point to the same archive, six levels deep: a million jars in 4 kB.
  let wide = makeZip([pom("g", "wide", "1")]);
  for (let depth = 0; depth < 6; depth += 1)
    wide = makeZip(Array.from({ length: 10 }, (_, index) => ({ name: `${index}.jar`, data: wide })));
  const found = extractFrom(java, "x.jar", wide);
  assert.deepEqual(named([found]), ["g/wide@1"]);
  assert.match(problemsOf(found).join(), /limit-exceeded: read (?:nested )?jar: too many/);
});

test("java ends at an archive that holds itself", () => {
  // The entry's bytes are the whole file, its own entry included: stored, so that nothing needs to be inflated.
  const probe = makeZip([{ name: "a.jar", data: "", stored: true }]);
  const quine = makeZip([
    { name: "a.jar", data: "", stored: true, size: probe.length, compressedSize: probe.length },
  ]);
  const found = extractFrom(java, "x.jar", quine);
  assert.ok((found.problems ?? []).length > 0);
  assert.deepEqual(found.packages, []);
});

test("java does not inflate a bomb", () => {
  const bomb = makeZip([{ name: "a.jar", data: Buffer.alloc(2 ** 20), size: 200 * 2 ** 20 }]);
  assert.match(problemsOf(extractFrom(java, "x.jar", bomb)).join(), /^limit-exceeded: read "a.jar"/);
});

test("java wants archives of classes by name, and by content where the name is shared", () => {
  const zip = makeZip([]);
  const rows: readonly (readonly [path: string, content: Uint8Array | string, wanted: boolean])[] = [
    ["a.jar", "", true],
    ["a.jar", "#!/bin/sh", true],
    ["a.war", zip, true],
    ["a.par", zip, true],
    ["a.par", "P1 cnf", false],
    ["a.rar", "Rar!", false],
    ["a.zip", zip, false],
    ["._a.jar", "", false],
  ];
  for (const [path, content, wanted] of rows)
    assert.equal(java.wants(foundFile(path, content)), wanted, path);
});

test("java reads what the jar tool writes: a war in an ear", { skip: needs("jar") }, async () => {
  const dir = scratch("java");
  const write = (path: string, data: string | Uint8Array): void => {
    mkdirSync(join(dir, path, ".."), { recursive: true });
    writeFileSync(join(dir, path), data);
  };
  const properties = (artifact: string): string =>
    `groupId=org.example\nartifactId=${artifact}\nversion=1.0\n`;
  write("lib/META-INF/maven/org.example/lib/pom.properties", properties("lib"));
  write("web/META-INF/maven/org.example/web/pom.properties", properties("web"));
  write("web/WEB-INF/web.xml", "<web-app/>");
  mkdirSync(join(dir, "web/WEB-INF/lib"));
  mkdirSync(join(dir, "ear"));
  await tool("jar", ["-c", "-f", "web/WEB-INF/lib/lib-1.0.jar", "-C", "lib", "."], { cwd: dir });
  await tool("jar", ["-c", "-0", "-f", "ear/web-1.0.war", "-C", "web", "."], { cwd: dir });
  await tool("jar", ["-c", "-f", "app.ear", "-C", "ear", "."], { cwd: dir });
  const found = extractFrom(java, "app.ear", readFileSync(join(dir, "app.ear")));
  assert.deepEqual(named([found]), ["org.example/lib@1.0", "org.example/web@1.0"]);
  assert.deepEqual(found.problems, []);
});
