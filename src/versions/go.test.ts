import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { needs, skipFor } from "../../tests/support/needs.ts";
import {
  answersOf,
  asLines,
  assertAgrees,
  assertOrdered,
  assertRows,
  type Pair,
  randomPairs,
} from "../../tests/support/version-pairs.ts";
import { schemes } from "./list.ts";

const modulePieces =
  "0 1 2 10 01 . . - + a rc -rc.1 -0 -01 1.0.0 1.2.3 .1 +incompatible -0.20200101000000-abcdefabcdef".split(
    " ",
  );
const toolchainPieces = "0 1 2 20 21 22 01 . . rc beta alpha rc1 rc2 beta1 1.20 1.21 1.22.1 -x rc01".split(
  " ",
);

test("go orders module versions, pseudo-versions and toolchains", () => {
  assertRows(schemes.go, [
    ["v1.2.3", "=", "1.2.3"],
    ["v1.2", "=", "v1.2.0"],
    ["v0.0.0-20200101000000-abcdefabcdef", "<", "v0.0.0-20210101000000-aaaaaaaaaaaa"],
    ["v1.2.3-0.20200101000000-abcdefabcdef", "<", "v1.2.3"],
    ["v2.0.0+incompatible", "=", "v2.0.0"],
    ["v1.0.0-rc.2", "<", "v1.0.0-rc.10"],
    ["1.22rc1", "<", "1.22.0"],
    ["1.22rc1", "=", "1.22.0-rc.1"],
    ["go1.22rc1", "=", "1.22rc1"],
    ["1.22beta1", "<", "1.22rc1"],
    ["go1.9", "<", "go1.10"],
    ["go1.20", "=", "go1.20.0"],
    ["go1.21", "<", "go1.21rc1"],
    ["go1.21", "<", "go1.21.0"],
    ["go1.22.1-bigcorp", "=", "go1.22.1"],
    ["1.21.3", "<", "1.22.0-rc.1"],
    ["v20.10.7+incompatible", ">", "19.03.9"],
    ["19.03.9", "=", "19.3.9"],
    ["17.06.0-ce", "<", "17.06.0"],
    ["2.1-beta.5", "<", "v2.1.0"],
  ]);
});

test("go refuses what Go refuses", () => {
  const bad = [
    "",
    "v",
    "v01.2.3",
    "v1.2-rc.1",
    "v1.2.3-01",
    "(devel)",
    "devel go1.23-abc",
    "go",
    "go1.2.3rc1",
    "unknown",
    "1.x",
  ];
  assertRows(
    schemes.go,
    bad.map((text) => [text, "undecided", "v1.0.0"] as const),
  );
});

const skip = needs("go") || skipFor(existsSync(modSemver()) ? [] : ["the Go sources"]);

test("go agrees with golang.org/x/mod/semver and go/version", { skip }, () => {
  const modules = prefixed("v", randomPairs(modulePieces, 5, 4000));
  const toolchains = prefixed("go", randomPairs(toolchainPieces, 4, 4000, 3));
  assertAgrees(schemes.go, [...modules, ...toolchains], askGo([...modules, ...toolchains]));
});

test("go is an order", () => {
  const texts = [
    ...prefixed("v", randomPairs(modulePieces, 4, 60, 7)),
    ...prefixed("go", randomPairs(toolchainPieces, 4, 40)),
  ];
  assertOrdered(schemes.go, texts.flat());
});

function prefixed(prefix: string, pairs: readonly Pair[]): readonly Pair[] {
  return pairs.map(([a, b]) => [prefix + a, prefix + b] as const);
}

function modSemver(): string {
  if (needs("go") !== false) return "";
  const root = execFileSync("go", ["env", "GOROOT"], { encoding: "utf8", cwd: tmpdir() }).trim();
  return join(root, "src/cmd/vendor/golang.org/x/mod/semver/semver.go");
}

// The command's own copy of x/mod is not importable: a copy in a module of ours is, and needs no network.
function askGo(pairs: readonly Pair[]): readonly string[] {
  const directory = mkdtempSync(join(tmpdir(), "go-versions-"));
  try {
    mkdirSync(join(directory, "semver"));
    copyFileSync(modSemver(), join(directory, "semver/semver.go"));
    writeFileSync(join(directory, "go.mod"), "module compare\n\ngo 1.22\n");
    writeFileSync(
      join(directory, "main.go"),
      `package main
import ("bufio"; "fmt"; "os"; "strings"; "go/version"; "compare/semver")
func main() {
  lines := bufio.NewScanner(os.Stdin)
  out := bufio.NewWriter(os.Stdout)
  defer out.Flush()
  for lines.Scan() {
    a, b, _ := strings.Cut(lines.Text(), "\\t")
    valid, result := semver.IsValid(a) && semver.IsValid(b), semver.Compare(a, b)
    if strings.HasPrefix(a, "go") { valid, result = version.IsValid(a) && version.IsValid(b), version.Compare(a, b) }
    if !valid { fmt.Fprintln(out, "undecided") } else { fmt.Fprintln(out, [3]string{"<", "=", ">"}[result+1]) }
  }
}
`,
    );
    const env = { ...process.env, GOFLAGS: "-mod=mod", GOPROXY: "off", GOTOOLCHAIN: "local" };
    return answersOf(
      execFileSync("go", ["run", "."], { cwd: directory, env, input: asLines(pairs), encoding: "utf8" }),
    );
  } finally {
    rmSync(directory, { recursive: true });
  }
}
