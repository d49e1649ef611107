import { existsSync } from "node:fs";
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import semver from "semver";
import type { Order } from "./raw-advisories.ts";
import { scratch, tool } from "./scratch.ts";

// The order of versions by the tool that each ecosystem itself uses, asked for many pairs at once.

/** How a tool is asked: pairs as lines `A<TAB>B`, one answer a line, `?` where it does not take one. */
export type AskTool = (lines: string) => Promise<string>;

/** Orders by one question for all pairs. */
export async function orderOf(ask: AskTool, pairs: Iterable<readonly [string, string]>): Promise<Order> {
  const lines = [...new Set([...pairs].map(([a, b]) => `${a}\t${b}`))];
  const answers = lines.length === 0 ? [] : (await ask(`${lines.join("\n")}\n`)).trim().split(/\s+/);
  if (answers.length !== lines.length) throw new Error(`${answers.length} answers to ${lines.length} pairs`);
  const known = new Map(lines.map((line, at) => [line, Number(answers[at])]));
  return (a, b) => {
    const order = known.get(`${a}\t${b}`);
    return order === undefined || Number.isNaN(order) ? undefined : order;
  };
}

/** node-semver. */
export const bySemver: AskTool = (lines) => {
  const answers = lines
    .trimEnd()
    .split("\n")
    .map((line) => {
      const [a = "", b = ""] = line.split("\t");
      return semver.valid(a) === null || semver.valid(b) === null ? "?" : semver.compare(a, b);
    });
  return Promise.resolve(answers.join("\n"));
};

const python = `import sys
from pip._vendor.packaging.version import Version, InvalidVersion
for line in sys.stdin:
    try:
        a, b = map(Version, line.rstrip("\\n").split("\\t"))
        print((a > b) - (a < b))
    except InvalidVersion:
        print("?")
`;

/** pip's own packaging library. */
export const byPip: AskTool = (lines) => tool("python3", ["-c", python], { stdin: lines });

const shell = `while read -r a b; do
  if dpkg --compare-versions "$a" lt "$b"; then echo -1; elif dpkg --compare-versions "$a" eq "$b"; then echo 0; else echo 1; fi
done`;

/** dpkg. */
export const byDpkg: AskTool = (lines) => tool("sh", ["-c", shell], { stdin: lines });

/** rpm's library, through its Lua. */
export const byRpm: AskTool = async (lines) => {
  const file = join(scratch("rpm-pairs"), "pairs");
  await writeFile(file, lines);
  const lua = `for line in io.lines("${file}") do local a, b = line:match("^(.-)\\t(.*)$"); print(rpm.vercmp(a, b) .. "\\n") end`;
  return await tool("rpm", ["--eval", `%{lua:${lua}}`]);
};

const java = `import org.apache.maven.artifact.versioning.ComparableVersion;
public class Compare { public static void main(String[] args) throws Exception {
  var lines = new java.io.BufferedReader(new java.io.InputStreamReader(System.in));
  var out = new StringBuilder();
  for (String line; (line = lines.readLine()) != null; ) {
    var pair = line.split("\\t");
    out.append(Integer.signum(new ComparableVersion(pair[0]).compareTo(new ComparableVersion(pair[1])))).append("\\n");
  }
  System.out.print(out);
} }`;
const jars = ["/usr/share/java/maven-artifact-3.x.jar", "/usr/share/maven/lib/maven-artifact-3.x.jar"];

/** Maven's own library, of Debian's package. */
export const mavenJar = jars.find((path) => existsSync(path));

/** ComparableVersion. */
export const byMaven: AskTool = async (lines) => {
  const program = join(scratch("maven-order"), "Compare.java");
  await writeFile(program, java);
  const classPath = `${mavenJar ?? ""}:/usr/share/java/commons-lang3.jar`;
  return tool("java", ["-cp", classPath, program], { stdin: lines });
};

const goProgram = `package main
import ("bufio"; "fmt"; "os"; "strings"; "order/semver")
func main() {
  lines := bufio.NewScanner(os.Stdin)
  for lines.Scan() {
    a, b, _ := strings.Cut(lines.Text(), "\t")
    a, b = "v" + strings.TrimPrefix(a, "v"), "v" + strings.TrimPrefix(b, "v")
    if semver.IsValid(a) && semver.IsValid(b) { fmt.Println(semver.Compare(a, b)) } else { fmt.Println("?") }
  }
}
`;

/** golang.org/x/mod/semver: the copy in Go's own sources, in a module of ours. */
export const byGo: AskTool = async (lines) => {
  const cwd = scratch("go-order");
  const root = (await tool("go", ["env", "GOROOT"], { cwd })).trim();
  await mkdir(join(cwd, "semver"));
  await copyFile(
    join(root, "src/cmd/vendor/golang.org/x/mod/semver/semver.go"),
    join(cwd, "semver/semver.go"),
  );
  await writeFile(join(cwd, "go.mod"), "module order\n\ngo 1.19\n");
  await writeFile(join(cwd, "main.go"), goProgram);
  const env = { ...process.env, GOPROXY: "off", GOTOOLCHAIN: "local" };
  return tool("go", ["run", "."], { cwd, env, stdin: lines });
};

/** Numbers and a revision, `1.2.10-r3`: all that can be compared without apk, which Debian does not have. */
export const byNumbers: AskTool = (lines) => {
  const numbers = (version: string) =>
    /^(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*))*-r\d+$/.test(version)
      ? version.split(/\.|-r/).map(Number)
      : undefined;
  const answers = lines
    .trimEnd()
    .split("\n")
    .map((line) => {
      const [a, b] = line.split("\t").map(numbers);
      if (a === undefined || b === undefined || a.length !== b.length) return "?";
      const at = a.findIndex((number, index) => number !== b[index]);
      return Math.sign((a[at] ?? 0) - (b[at] ?? 0));
    });
  return Promise.resolve(answers.join("\n"));
};
