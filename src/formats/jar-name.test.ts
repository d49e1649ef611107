import assert from "node:assert/strict";
import { test } from "node:test";
import { parseJarName } from "./jar-name.ts";

const rows: readonly (readonly [stem: string, artifact: string | undefined, version?: string])[] = [
  ["guava-31.1-jre", "guava", "31.1-jre"],
  ["guava-31.1-android", "guava", "31.1-android"],
  ["log4j-1.2-api-2.17.1", "log4j-1.2-api", "2.17.1"],
  ["commons-lang3-3.12.0", "commons-lang3", "3.12.0"],
  ["spring-core-5.3.0.RELEASE", "spring-core", "5.3.0.RELEASE"],
  ["spring-2.5.6.SEC01", "spring", "2.5.6.SEC01"],
  ["hibernate-jpa-2.1-api-1.0.0.Final", "hibernate-jpa-2.1-api", "1.0.0.Final"],
  ["netty-transport-native-epoll-4.1.94.Final-linux-x86_64", "netty-transport-native-epoll", "4.1.94.Final"],
  ["kafka_2.13-3.4.0", "kafka_2.13", "3.4.0"],
  ["geronimo-jta_1.1_spec-1.1.1", "geronimo-jta_1.1_spec", "1.1.1"],
  ["bcprov-jdk15on-1.70", "bcprov-jdk15on", "1.70"],
  ["zstd-jni-1.5.2-1", "zstd-jni", "1.5.2-1"],
  ["xyz-2.0-beta-3", "xyz", "2.0-beta-3"],
  ["xyz-2.0.0-alpha1", "xyz", "2.0.0-alpha1"],
  ["xyz-1.0-SNAPSHOT", "xyz", "1.0-SNAPSHOT"],
  ["xyz-1.0-20230101.120000-1", "xyz", "1.0-20230101.120000-1"],
  ["xyz-1.0.0.CR2-redhat-1", "xyz", "1.0.0.CR2-redhat-1"],
  ["jaxb-api-2.3.0-b170127.1453", "jaxb-api", "2.3.0-b170127.1453"],
  ["xyz-1.0-tests", "xyz", "1.0"],
  ["xyz-1.0-jar-with-dependencies", "xyz", "1.0"],
  ["json-lib-2.4-jdk15", "json-lib", "2.4"],
  ["google-cloud-v1-2.0.0", "google-cloud-v1", "2.0.0"],
  ["jsr305-3.0.2", "jsr305", "3.0.2"],
  ["commons-io-20040616", "commons-io", "20040616"],
  ["xyz-v2.1", "xyz", "2.1"],
  ["xyz-2.0rc1", "xyz", "2.0rc1"],
  ["mssql-jdbc-9.4.1.jre11", "mssql-jdbc", "9.4.1.jre11"],
  ["app", undefined],
  ["my-app", undefined],
  ["1.0", undefined],
  ["abc-9f8e7d", undefined],
  ["", undefined],
  ["-", undefined],
];

for (const [stem, artifact, version] of rows)
  test(`parseJarName() of "${stem}" is ${artifact} ${version ?? ""}`, () => {
    const found = parseJarName(stem);
    assert.deepEqual([found?.artifact, found?.version], [artifact, version]);
  });

test("parseJarName() is bounded for long and hostile names", () => {
  for (const stem of [
    "a-1".repeat(1_000_000),
    `a-${"1.".repeat(150)}`,
    "-".repeat(300),
    `a${"-beta".repeat(59)}`,
  ])
    parseJarName(stem);
});
