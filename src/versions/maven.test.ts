import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { needs, skipFor } from "../../tests/support/needs.ts";
import {
  answersOf,
  asLines,
  assertAgrees,
  assertRows,
  type Pair,
  randomPairs,
} from "../../tests/support/version-pairs.ts";
import { schemes } from "./list.ts";

const pieces = [
  ..."0 1 2 10 01 00 . - _ . - alpha beta rc cr m1 a b a1 b2 m sp ga final release snapshot SNAPSHOT jre x xyz".split(
    " ",
  ),
  ..."1.0 1.1 -1 .1 .Final .RELEASE -SNAPSHOT 99999999999999999999".split(" "),
];

test("maven orders qualifiers and trailing zeros as ComparableVersion does", () => {
  assertRows(schemes.maven, [
    ["1-alpha-1", "<", "1-beta-1"],
    ["1-beta-1", "<", "1-milestone-1"],
    ["1-milestone-1", "<", "1-rc-1"],
    ["1-cr1", "=", "1-rc-1"],
    ["1-rc-1", "<", "1-SNAPSHOT"],
    ["1-SNAPSHOT", "<", "1"],
    ["1", "<", "1-sp"],
    ["1-sp", "<", "1-jre"],
    ["1-jre", "<", "1-1"],
    ["1-1", "<", "1.1"],
    ["1.0.0", "=", "1"],
    ["1.0.0.Final", "=", "1"],
    ["1.0.RELEASE", "=", "1-ga"],
    ["1.0.rc1", "=", "1.0-rc-1"],
    ["2.0.1.RELEASE", "<", "2.0.2"],
    ["1a1", "=", "1-alpha-1"],
    ["1a", ">", "1-alpha"],
    ["31.1-android", "<", "31.1-jre"],
    ["9.4.51.v20230217", "<", "9.4.52.v20230823"],
    ["99999999999999999998", "<", "99999999999999999999"],
  ]);
});

test("maven refuses empty text, white space and what is not ASCII", () => {
  assertRows(
    schemes.maven,
    ["", " ", "1 2", "1.0é", "1".repeat(5000)].map((text) => [text, "undecided", "1"] as const),
  );
});

const jars = ["/usr/share/java/maven-artifact-3.x.jar", "/usr/share/maven/lib/maven-artifact-3.x.jar"];
const jar = jars.find((path) => existsSync(path));

test("maven agrees with ComparableVersion", { skip: needs("java") || skipFor(jar ? [] : ["maven"]) }, () => {
  const pairs = randomPairs(pieces, 5, 20_000).filter((pair) =>
    pair.every((text) => schemes.maven.valid(text)),
  );
  assertAgrees(schemes.maven, pairs, askMaven(pairs));
});

function askMaven(pairs: readonly Pair[]): readonly string[] {
  const directory = mkdtempSync(join(tmpdir(), "maven-versions-"));
  try {
    const program = join(directory, "Compare.java");
    writeFileSync(
      program,
      `import org.apache.maven.artifact.versioning.ComparableVersion;
      public class Compare { public static void main(String[] args) throws Exception {
        var lines = new java.io.BufferedReader(new java.io.InputStreamReader(System.in));
        var out = new StringBuilder();
        for (String line; (line = lines.readLine()) != null; ) {
          var pair = line.split("\\t");
          int result = new ComparableVersion(pair[0]).compareTo(new ComparableVersion(pair[1]));
          out.append(result < 0 ? "<" : result > 0 ? ">" : "=").append("\\n");
        }
        System.out.print(out);
      } }`,
    );
    const classPath = `${jar ?? ""}:/usr/share/java/commons-lang3.jar`;
    return answersOf(
      execFileSync("java", ["-cp", classPath, program], { input: asLines(pairs), encoding: "utf8" }),
    );
  } finally {
    rmSync(directory, { recursive: true });
  }
}
