import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { extractFrom, named } from "../../tests/support/extract.ts";
import { needs } from "../../tests/support/needs.ts";
import { makeElf } from "../../tests/support/programs.ts";
import { scratch, tool } from "../../tests/support/scratch.ts";
import { makeZip } from "../../tests/support/zip.ts";
import { go } from "./go.ts";

function program(goVersion: string, modules: string): Uint8Array {
  const marked = modules === "" ? "" : `${"m".repeat(16)}${modules}\n${"m".repeat(16)}`;
  const counted = [goVersion, marked].map((text) => {
    const length = Buffer.byteLength(text);
    return Buffer.concat([Buffer.from([(length % 128) | 0x80, Math.floor(length / 128)]), Buffer.from(text)]);
  });
  const head = Buffer.concat([Buffer.from("\xff Go buildinf:\x08\x02", "latin1"), Buffer.alloc(16)]);
  return makeElf([{ name: ".go.buildinfo", bytes: Buffer.concat([head, ...counted]), data: true }]);
}

const builds: readonly (readonly [
  what: string,
  version: string,
  modules: string,
  packages: readonly string[],
])[] = [
  ["no modules", "go1.22.1", "path\tcommand-line-arguments", ["stdlib@1.22.1"]],
  ["experiments", "go1.22.1 X:boringcrypto", "", ["stdlib@1.22.1"]],
  ["a vendor's remark", "go1.20.5 (Red Hat 1.20.5-1.el9)", "", ["stdlib@1.20.5"]],
  ["BoringCrypto of old", "go1.19.9b7", "", ["stdlib@1.19.9"]],
  ["a release candidate", "go1.22rc1", "", ["stdlib@1.22rc1"]],
  ["no patch release", "go1.20", "", ["stdlib@1.20"]],
  ["a version of the main module", "go1.24.0", "mod\ta.b/c\tv1.2.3\th1:", ["a.b/c@v1.2.3", "stdlib@1.24.0"]],
  ["no version of the main module", "go1.20", "mod\ta.b/c\t(devel)\t", ["stdlib@1.20"]],
  ["a module of one element", "go1.20", "dep\tsolo\tv1.0.0\th1:", ["solo@v1.0.0", "stdlib@1.20"]],
  [
    "replacements",
    "go1.20",
    "dep\ta.b/c\tv1.0.0\th1:\n=>\tf.g/h\tv2.0.0\th1:\ndep\td.e/f\tv3.0.0\th1:\n=>\t./fork\t(devel)\t",
    ["d.e/f@v3.0.0", "f.g/h@v2.0.0", "stdlib@1.20"],
  ],
];

for (const [what, version, modules, packages] of builds)
  test(`go lists the modules of a program: ${what}`, () => {
    const found = extractFrom(go, "app", program(version, modules), 0o755);
    assert.deepEqual(named([found]), packages);
    assert.deepEqual(found.problems, []);
  });

const flags: readonly (readonly [ldflags: string, version: string | undefined])[] = [
  ["-s -w -X main.version=1.2.3", "v1.2.3"],
  ["-X=main.Version=v1.2.3-rc.1+build", "v1.2.3-rc.1+build"],
  ["-X 'a.b/c/internal/build.AppVersion=v2.0.0' -X main.commit=abc", "v2.0.0"],
  ["-X main.version=1.2.3 -X a.b/c/cmd.version=v1.2.3", "v1.2.3"],
  ["-X main.version=1.2.3 -X a.b/c/cmd.version=v1.2.4", undefined],
  ["-X d.e/f.version=9.9.9", undefined],
  ["-X a.b/cx.version=9.9.9", undefined],
  ["-X main.goVersion=1.22.0", undefined],
  ["-X main.version=dev", undefined],
  ["-X main.version=1.2", undefined],
  ["", undefined],
  ["-X ".repeat(10_000), undefined],
];

for (const [ldflags, version] of flags)
  test(`go takes ${version ?? "no version"} of the main module from -ldflags "${ldflags.slice(0, 80)}"`, () => {
    const modules = `mod\ta.b/c\t(devel)\t\nbuild\t-ldflags="${ldflags.slice(0, 9000)}"`;
    const found = named([extractFrom(go, "app", program("go1.22.1", modules), 0o755)]);
    assert.deepEqual(found, [...(version === undefined ? [] : [`a.b/c@${version}`]), "stdlib@1.22.1"]);
  });

test("go says what it cannot tell: a toolchain between releases, a module without version", () => {
  const found = extractFrom(go, "app", program("devel go1.23-0a1b2c3 Thu", "dep\ta.b/c\t\th1:"), 0o755);
  assert.deepEqual(found.packages, []);
  assert.deepEqual(found.problems, [
    { code: "malformed", message: 'read Go build information: module "a.b/c" has no name or no version' },
    {
      code: "unsupported",
      message: 'read version of the Go standard library "devel go1.23-0a1b2c3 Thu": not a release',
    },
  ]);
});

test("go marks what a program was made of, and nothing else of it", () => {
  const modules = "mod\ta.b/c\tv1.2.3\th1:\ndep\td.e/f\tv1.0.0\th1:";
  const { packages = [] } = extractFrom(go, "app", program("go1.22.1", modules), 0o755);
  assert.deepEqual(
    packages.map(({ name, main }) => `${name} ${main}`),
    ["stdlib undefined", "c true", "f undefined"],
  );
});

test("go says nothing of other programs", () => {
  assert.deepEqual(extractFrom(go, "bin/x", makeElf([]), 0o755), { packages: [], problems: [] });
});

/** A module proxy in a directory, as `go mod download` lays it out. */
function putModule(
  proxy: string,
  path: string,
  version: string,
  files: Readonly<Record<string, string>>,
): void {
  const directory = join(proxy, path, "@v");
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, `${version}.info`), JSON.stringify({ Version: version }));
  writeFileSync(join(directory, `${version}.mod`), files["go.mod"] ?? "");
  const items = Object.entries(files).map(([name, data]) => ({ name: `${path}@${version}/${name}`, data }));
  writeFileSync(join(directory, `${version}.zip`), makeZip(items));
}

/** `path@version` of the `mod`, `dep` and `=>` lines of `go version -m`, and the standard library. */
function told(listing: string): readonly string[] {
  const rows = listing.split("\n").map((line) => line.trim().split("\t"));
  const found: string[] = [];
  for (const [kind, path = "", version = ""] of rows) {
    const replaces = kind === "=>" && version.startsWith("v");
    if (replaces) found.pop();
    if (kind === "mod" || kind === "dep" || replaces) found.push(`${path}@${version}`);
  }
  const [, release = ""] = /: go(\S+)/.exec(listing) ?? [];
  return [...found.filter((one) => !one.endsWith("@(devel)")), `stdlib@${release}`].sort();
}

// Linux as an ordinary and a stripped program, and a format each of the others.
const targets: readonly (readonly [os: string, ldflags: string])[] = [
  ["linux", ""],
  ["linux", "-s -w"],
  ["windows", "-s"],
  ["darwin", "-s"],
];

for (const [os, ldflags] of targets)
  test(`go finds what \`go version -m\` tells of a program for ${os} ${ldflags}`, {
    skip: needs("go"),
  }, async () => {
    const dir = scratch("go");
    const proxy = join(dir, "proxy");
    const library = (path: string): Readonly<Record<string, string>> => ({
      "go.mod": `module ${path}\n`,
      "l.go": `package l\n\nfunc X() int { return 1 }\n`,
    });
    putModule(proxy, "example.com/plain", "v1.2.3", library("example.com/plain"));
    putModule(proxy, "example.com/old/v2", "v2.0.0", library("example.com/old/v2"));
    putModule(proxy, "example.com/new", "v0.0.0-20240102030405-0123456789ab", library("example.com/new"));
    const write = (path: string, text: string): void => {
      mkdirSync(dirname(join(dir, path)), { recursive: true });
      writeFileSync(join(dir, path), text);
    };
    write("fork/go.mod", "module example.com/forked\n");
    write("fork/l.go", library("")["l.go"] ?? "");
    write(
      "app/go.mod",
      [
        "module example.com/app",
        "go 1.20",
        "require example.com/plain v1.2.3",
        "require example.com/old/v2 v2.0.0",
        "require example.com/forked v1.1.1",
        "replace example.com/old/v2 => example.com/new v0.0.0-20240102030405-0123456789ab",
        "replace example.com/forked => ../fork",
        "",
      ].join("\n"),
    );
    const imports = ["plain", "old/v2", "forked"].map(
      (path, index) => `import l${index} "example.com/${path}"\n`,
    );
    write(
      "app/main.go",
      `package main\n\n${imports.join("")}\nfunc main() { println(l0.X(), l1.X(), l2.X()) }\n`,
    );
    const env = {
      ...process.env,
      CGO_ENABLED: "0",
      GOOS: os,
      GOARCH: "amd64",
      GOFLAGS: "-mod=mod -modcacherw",
      GOMODCACHE: join(dir, "modules"),
      GONOSUMDB: "*",
      GOPROXY: `file://${proxy}`,
      GOSUMDB: "off",
      GOTOOLCHAIN: "local",
    };
    await tool("go", ["build", `-ldflags=${ldflags}`, "-o", "../out", "."], { cwd: join(dir, "app"), env });
    const wanted = told(await tool("go", ["version", "-m", join(dir, "out")]));
    assert.equal(wanted.length, 4);
    const found = extractFrom(go, "app", readFileSync(join(dir, "out")), 0o755);
    assert.deepEqual(named([found]), wanted);
  });
