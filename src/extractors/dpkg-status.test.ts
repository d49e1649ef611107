import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { extractFrom, extractTree, foundFile, named } from "../../tests/support/extract.ts";
import { garbage, mutations } from "../../tests/support/hostile.ts";
import { needs } from "../../tests/support/needs.ts";
import { run, scratch, tool } from "../../tests/support/scratch.ts";
import { SeaworthyError } from "../core/errors.ts";
import type { Extraction } from "../core/plugin.ts";
import { dpkgList } from "./dpkg-list.ts";
import { dpkgStatus } from "./dpkg-status.ts";

const path = "var/lib/dpkg/status";

function stanza(fields: Readonly<Record<string, string>> = {}): string {
  const all = {
    Package: "a",
    Status: "install ok installed",
    Version: "1",
    Architecture: "amd64",
    ...fields,
  };
  return `${Object.entries(all)
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `${name}: ${value}`)
    .join("\n")}\n`;
}

test("dpkgStatus reads a package", () => {
  const text = stanza({
    Package: "libssl3",
    Source: "openssl (3.0.11-1)",
    Version: "3.0.11-1+b2",
    Maintainer: "Debian OpenSSL Team <x@example.org>",
    Description: "Secure Sockets Layer\n more\n .\n words",
  });
  assert.deepEqual(extractFrom(dpkgStatus, path, text), {
    packages: [
      {
        type: "deb",
        name: "libssl3",
        version: "3.0.11-1+b2",
        arch: "amd64",
        source: { name: "openssl", version: "3.0.11-1" },
        licences: [],
        vendor: "Debian OpenSSL Team <x@example.org>",
      },
    ],
    problems: [],
  });
});

const states: readonly (readonly [state: string, found: boolean])[] = [
  ["install ok installed", true],
  ["Install OK Installed", true],
  ["hold ok installed", true],
  ["deinstall ok installed", true],
  ["install reinstreq installed", true],
  ["install ok unpacked", true],
  ["install ok half-configured", true],
  ["install reinstreq half-installed", true],
  ["install ok triggers-awaited", true],
  ["install ok triggers-pending", true],
  ["deinstall ok config-files", false],
  ["purge ok not-installed", false],
];

for (const [state, found] of states)
  test(`dpkgStatus ${found ? "finds" : "leaves"} a package that is "${state}"`, () => {
    const { packages = [], problems } = extractFrom(dpkgStatus, path, stanza({ Status: state }));
    assert.deepEqual([packages.length, problems], [found ? 1 : 0, []]);
  });

const sources: readonly (readonly [source: string, version: string, name: string, its: string])[] = [
  ["", "1:2-3", "a", "1:2-3"],
  ["b", "1:2-3", "b", "1:2-3"],
  ["b (4-5)", "1:2-3", "b", "4-5"],
  ["b  ( 0:4-5 )", "1:2-3", "b", "4-5"],
  ["b(4)", "1", "b(4)", "1"],
];

for (const [source, version, name, its] of sources)
  test(`dpkgStatus reads the source "${source}"`, () => {
    const { packages } = extractFrom(dpkgStatus, path, stanza({ Source: source, Version: version }));
    assert.deepEqual(packages?.[0]?.source, { name, version: its });
  });

const versions: readonly (readonly [text: string, version: string])[] = [
  ["1:2.0-1", "1:2.0-1"],
  ["0:2.0-1", "2.0-1"],
  ["01:2.0", "1:2.0"],
  ["00:2.0", "2.0"],
  ["0:2:0", "0:2:0"],
  ["2.0-0", "2.0-0"],
  ["~~x", "~~x"],
];

for (const [text, version] of versions)
  test(`dpkgStatus writes the version "${text}" as dpkg does`, () => {
    assert.equal(extractFrom(dpkgStatus, path, stanza({ Version: text })).packages?.[0]?.version, version);
  });

test("dpkgStatus lets the last stanza of a package and architecture count", () => {
  const text = [
    stanza(),
    stanza({ Architecture: "i386" }),
    stanza({ Version: "2" }),
    stanza({ Package: "b" }),
    stanza({ Package: "b", Status: "deinstall ok config-files" }),
  ].join("\n");
  const { packages = [] } = extractFrom(dpkgStatus, path, text);
  assert.deepEqual(
    packages.map(({ name, arch, version }) => `${name}:${arch} ${version}`),
    ["a:amd64 2", "a:i386 1"],
  );
});

const damages: readonly (readonly [what: string, bad: string, message: RegExp])[] = [
  ["no name", stanza({ Package: "" }), /stanza at line 6: it has no Package field/],
  ["no version", stanza({ Package: "b", Version: "" }), /package "b" at line 6: .*no Version/],
  ["no state", stanza({ Package: "b", Status: "" }), /package "b" at line 6: no known state/],
  ["an odd state", stanza({ Package: "b", Status: "install ok what" }), /no known state/],
  ["an odd name", stanza({ Package: "../b" }), /"..\/b" is no package name/],
  ["a line that is no field", `${stanza({ Package: "b" })}oops\n`, /package "b" at line 6: line 10 is not/],
  ["zeros", `${"\0".repeat(100)}\n`, /stanza at line 6: line 6 is not/],
];

for (const [what, bad, message] of damages)
  test(`dpkgStatus tells a stanza with ${what} and reads the others`, () => {
    const text = `${stanza()}\n${bad}\n${stanza({ Package: "c" })}`;
    const extraction = extractFrom(dpkgStatus, path, text);
    assert.deepEqual(named([extraction]), ["a@1", "c@1"]);
    assert.equal(extraction.problems?.length, 1);
    assert.match(extraction.problems?.[0]?.message ?? "", message);
    assert.throws(() => extractFrom(dpkgStatus, path, bad), { code: "malformed" });
  });

test("dpkgStatus finds nothing in an empty file and refuses garbage", () => {
  assert.deepEqual(extractFrom(dpkgStatus, path, ""), { packages: [], problems: [] });
  for (const bytes of garbage.filter((each) => each.some((byte) => byte !== 10)))
    assert.throws(() => extractFrom(dpkgStatus, path, bytes), SeaworthyError);
});

test("dpkgStatus writes names in lower case, as dpkg does", () => {
  assert.deepEqual(named([extractFrom(dpkgStatus, path, stanza({ Package: "Old-Name" }))]), ["old-name@1"]);
});

test("dpkgStatus tells what an interrupted dpkg left in updates/", () => {
  const { problems } = extractFrom(dpkgStatus, "var/lib/dpkg/updates/0001", stanza());
  assert.equal(problems?.[0]?.code, "unsupported");
  assert.equal(dpkgStatus.wants(foundFile("var/lib/dpkg/updates/0001", "")), false);
  assert.equal(dpkgStatus.wants(foundFile("var/lib/dpkg/updates/tmp.i", "x")), false);
});

test("dpkgStatus ends early on a file of nothing but damage", () => {
  const text = `${stanza()}\n${"x\n\n".repeat(100_000)}`;
  const { packages, problems = [] } = extractFrom(dpkgStatus, path, text);
  assert.equal(packages?.length, 1);
  assert.ok(problems.length <= 101);
});

interface Deb {
  readonly name: string;
  readonly fields?: Readonly<Record<string, string>>;
  readonly files?: readonly string[];
  readonly conffiles?: readonly string[];
  readonly preinst?: string;
  readonly postinst?: string;
}

async function buildDeb(
  directory: string,
  { name, fields = {}, files = [], ...scripts }: Deb,
): Promise<string> {
  const arch = fields["Architecture"] ?? "all";
  const root = join(directory, `${name}-${arch}`);
  mkdirSync(join(root, "DEBIAN"), { recursive: true });
  const all = { Package: name, Version: "1", Architecture: arch, Maintainer: "t <t@t.invalid>", ...fields };
  const control = Object.entries({ ...all, Description: "t\n long\n .\n text" });
  writeFileSync(join(root, "DEBIAN/control"), control.map(([key, value]) => `${key}: ${value}\n`).join(""));
  for (const file of [...files, ...(scripts.conffiles ?? [])]) {
    mkdirSync(join(root, file, ".."), { recursive: true });
    writeFileSync(join(root, file), file);
  }
  if (scripts.conffiles !== undefined)
    writeFileSync(join(root, "DEBIAN/conffiles"), scripts.conffiles.map((file) => `/${file}\n`).join(""));
  for (const script of ["preinst", "postinst"] as const) {
    const text = scripts[script];
    if (text === undefined) continue;
    writeFileSync(join(root, "DEBIAN", script), text);
    chmodSync(join(root, "DEBIAN", script), 0o755);
  }
  const deb = join(directory, `${name}-${arch}.deb`);
  await tool("dpkg-deb", ["--root-owner-group", "--build", root, deb]);
  return deb;
}

/** A root on which the real dpkg installed, removed, unpacked and failed to configure packages. */
async function dpkgRoot(): Promise<string> {
  const directory = scratch("dpkg");
  const root = join(directory, "root");
  for (const part of ["info", "updates", "triggers"])
    mkdirSync(join(root, "var/lib/dpkg", part), { recursive: true });
  writeFileSync(join(root, path), "");
  const env = { ...process.env, PATH: `${process.env["PATH"]}:/usr/sbin:/sbin`, LC_ALL: "C" };
  const dpkg = (...args: readonly string[]): Promise<unknown> =>
    run("dpkg", [`--root=${root}`, "--force-not-root", "--force-depends", "--force-architecture", ...args], {
      env,
    });
  const install = async (action: string, deb: Deb): Promise<unknown> =>
    dpkg(action, await buildDeb(directory, deb));
  const same = { "Multi-Arch": "same", Source: "lib (0:9-1)", Version: "2:9-1+b1" };
  await dpkg("--add-architecture", "i386");
  await dpkg("--add-architecture", "amd64");
  await install("--install", { name: "plain", fields: { Version: "0:1.0-1" }, files: ["usr/bin/plain"] });
  await install("--install", {
    name: "lib1",
    fields: { ...same, Architecture: "amd64" },
    files: ["usr/lib/a/l"],
  });
  await install("--install", {
    name: "lib1",
    fields: { ...same, Architecture: "i386" },
    files: ["usr/lib/i/l"],
  });
  await install("--install", { name: "gone", files: ["usr/bin/gone"], conffiles: ["etc/gone"] });
  await dpkg("--remove", "gone");
  await install("--install", { name: "purged", files: ["usr/bin/purged"] });
  await dpkg("--purge", "purged");
  await install("--unpack", { name: "unpacked", fields: { Source: "other" }, files: ["usr/bin/unpacked"] });
  await install("--install", { name: "failed", files: ["usr/bin/failed"], postinst: "#!/bin/false\n" });
  await install("--install", { name: "never", files: ["usr/bin/never"], preinst: "#!/bin/false\n" });
  return root;
}

let made: Promise<string> | undefined;
const skip = needs("dpkg", "dpkg-deb", "dpkg-query");
const query =
  "${db:Status-Status}\\t${Package}:${Architecture} ${Version} ${source:Package} ${source:Version}\\n";

/** Packages with files on disk, as dpkg-query prints them. */
async function truth(admin: string): Promise<readonly string[]> {
  const output = await tool("dpkg-query", [`--admindir=${admin}`, "-W", "-f", query]);
  return output
    .split("\n")
    .map((line) => line.split("\t"))
    .flatMap(([state = "", text = ""]) =>
      ["", "config-files", "not-installed"].includes(state) ? [] : [text],
    )
    .sort();
}

function printed({ packages = [] }: Extraction): readonly string[] {
  return packages
    .map(({ name, arch, version, source }) => `${name}:${arch} ${version} ${source?.name} ${source?.version}`)
    .sort();
}

test("dpkgStatus finds what dpkg-query prints", { skip }, async () => {
  const root = await (made ??= dpkgRoot());
  const expected = await truth(join(root, "var/lib/dpkg"));
  const found = extractFrom(dpkgStatus, path, readFileSync(join(root, path)));
  assert.deepEqual(printed(found), expected);
  assert.deepEqual(found.problems, []);
  assert.equal(expected.length >= 5, true, expected.join("\n"));
});

test("dpkgList says of the owners what dpkg-query -L prints", { skip }, async () => {
  const root = await (made ??= dpkgRoot());
  const owners = extractTree(dpkgList, root).flatMap(({ owns = [] }) => owns);
  for (const name of ["plain", "lib1:amd64", "lib1:i386", "unpacked", "failed"]) {
    const lines = (await tool("dpkg-query", [`--admindir=${root}/var/lib/dpkg`, "-L", name])).split("\n");
    const expected = lines.filter((line) => line !== "" && line !== "/.").map((line) => line.slice(1));
    const paths = owners
      .filter(
        ({ owner, paths: all }) =>
          owner === `deb ${name.split(":", 1)[0]}` && all.includes(expected.at(-1) ?? ""),
      )
      .map(({ paths: all }) => all);
    assert.deepEqual(paths, [expected], name);
  }
});

test("dpkgStatus never loses a package of a cut file without a sign", { skip }, async () => {
  const root = await (made ??= dpkgRoot());
  const text = readFileSync(join(root, path));
  const all = new Set(named([extractFrom(dpkgStatus, path, text)]));
  for (let length = 1; length < text.length; length += 1) {
    const found = attempt(text.subarray(0, length));
    if (found === undefined) continue;
    for (const name of named([found])) assert.ok(all.has(name), `${name} at ${length}`);
    if (text[length - 1] !== 10) assert.notEqual(found.problems?.length, 0, `cut at ${length}`);
  }
  for (const bytes of mutations(text, 300)) attempt(bytes);
});

function attempt(bytes: Uint8Array): Extraction | undefined {
  try {
    return extractFrom(dpkgStatus, path, bytes);
  } catch (thrown) {
    assert.ok(thrown instanceof SeaworthyError);
    return undefined;
  }
}

const machine = existsSync(`/${path}`) ? skip : "needs /var/lib/dpkg/status";

test("dpkgStatus finds what dpkg-query prints of this machine", { skip: machine }, async () => {
  const found = extractFrom(dpkgStatus, path, readFileSync(`/${path}`));
  assert.deepEqual(printed(found), await truth("/var/lib/dpkg"));
  assert.deepEqual(found.problems, []);
});
