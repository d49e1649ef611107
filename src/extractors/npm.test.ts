import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { extractFrom, extractTree, foundFile, named } from "../../tests/support/extract.ts";
import { needs } from "../../tests/support/needs.ts";
import { scratch, tool } from "../../tests/support/scratch.ts";
import { npm } from "./npm.ts";

const leftPad = JSON.stringify({ name: "left-pad", version: "1.3.0", license: "WTFPL" });

test("npm reads an installed package", () => {
  assert.deepEqual(extractFrom(npm, "app/node_modules/left-pad/package.json", leftPad), {
    packages: [{ type: "npm", name: "left-pad", version: "1.3.0", licences: ["WTFPL"] }],
    owns: [{ owner: "npm left-pad@1.3.0", os: false, paths: ["app/node_modules/left-pad/"] }],
  });
});

const roots: readonly (readonly [path: string, wanted: boolean])[] = [
  ["node_modules/a/package.json", true],
  ["node_modules/@s/a/package.json", true],
  ["usr/lib/node_modules/npm/package.json", true],
  ["usr/lib/node_modules/npm/node_modules/@npmcli/arborist/node_modules/a/package.json", true],
  ["app/node_modules/.pnpm/a@1.0.0/node_modules/a/package.json", true],
  ["app/node_modules/.pnpm/@s+a@1.0.0_b@2.0.0/node_modules/@s/a/package.json", true],
  ["app/node_modules/.store/a@1.0.0-hash/node_modules/a/package.json", true],
  ["app/node_modules/.bun/a@1.0.0/node_modules/a/package.json", true],
  ["app/node_modules/.bun/@s+a@1.0.0+0123/node_modules/@s/a/package.json", true],
  ["app/node_modules/.deno/a@1.0.0/node_modules/a/package.json", true],
  ["app/node_modules/.deno/@s+a@1.0.0/node_modules/@s/a/package.json", true],
  ["app/node_modules/.vlt/~npm~a@1.0.0/node_modules/a/package.json", true],
  ["app/node_modules/.deno/a@1.0.0/package.json", false],
  ["app/.yarn/unplugged/a-npm-1.0.0-0123456789/node_modules/a/package.json", true],
  ["opt/yarn-v1.22.22/package.json", true],
  ["package.json", false],
  ["app/package.json", false],
  ["app/node_modules/package.json", false],
  ["app/node_modules/@s/package.json", false],
  ["app/node_modules/a/dist/esm/package.json", false],
  ["app/node_modules/a/test/node_modules/b/package.json", false],
  ["app/node_modules/a/node_modules/package.json", false],
  ["app/node_modules/.prisma/client/package.json", false],
  ["app/node_modules/.cache/package.json", false],
  ["app/node_modules/a/package-lock.json", false],
  ["app/node_modules/a/node_modules/b-1.0.0/lib/package.json", false],
];

for (const [path, wanted] of roots)
  test(`npm ${wanted ? "wants" : "leaves"} ${path}`, () => {
    assert.equal(npm.wants(foundFile(path, "")), wanted);
  });

const manifests: readonly (readonly [what: string, manifest: object, name: string, licences: string[]])[] = [
  ["a scope", { name: "@s/a", version: "1.0.0" }, "@s/a@1.0.0", []],
  ["the name by which it was published, not the alias", { name: "b", version: "1.0.0" }, "b@1.0.0", []],
  ["the directory's name where there is none", { version: "1.0.0" }, "alias@1.0.0", []],
  ["blanks around the version", { name: "a", version: " 1.0.0\n" }, "a@1.0.0", []],
  ["license {type}", { name: "a", version: "1.0.0", license: { type: "MIT", url: "x" } }, "a@1.0.0", ["MIT"]],
  [
    "licenses",
    { name: "a", version: "1.0.0", licenses: [{ type: "MIT" }, { type: "Apache-2.0" }, 3, null] },
    "a@1.0.0",
    ["MIT", "Apache-2.0"],
  ],
  ["licenses, one", { name: "a", version: "1.0.0", licenses: "BSD" }, "a@1.0.0", ["BSD"]],
  [
    "a field called __proto__",
    JSON.parse('{"__proto__":{"x":1},"name":"a","version":"1.0.0"}'),
    "a@1.0.0",
    [],
  ],
];

for (const [what, manifest, name, licences] of manifests)
  test(`npm reads a package.json: ${what}`, () => {
    const found = extractFrom(npm, "node_modules/alias/package.json", `\uFEFF${JSON.stringify(manifest)}`);
    assert.deepEqual(named([found]), [name]);
    assert.deepEqual(found.packages?.[0]?.licences, licences);
  });

test("npm refuses a package.json that cannot be read", () => {
  for (const text of ["", "{", '{"name":', "[]", "null", '"x"', "\0\0\0\0", "[".repeat(100_000)])
    assert.throws(() => extractFrom(npm, "node_modules/a/package.json", text), { code: "malformed" }, text);
  const huge = `{"name":"a","version":"1.0.0","x":"${"x".repeat(8 * 2 ** 20)}"}`;
  assert.throws(() => extractFrom(npm, "node_modules/a/package.json", huge), { code: "limit-exceeded" });
  const name = JSON.stringify({ name: "a".repeat(1000), version: "1.0.0" });
  assert.throws(() => extractFrom(npm, "node_modules/a/package.json", name), { code: "malformed" });
});

test("npm says that a package has no version, and never lists it without one", () => {
  for (const version of [undefined, "", " ", 1, null, {}]) {
    const found = extractFrom(npm, "node_modules/a/package.json", JSON.stringify({ name: "a", version }));
    assert.deepEqual(found.packages ?? [], []);
    assert.deepEqual(found.problems, [
      {
        code: "malformed",
        message: 'read package.json of npm package "a": it has no version that can be read',
      },
    ]);
  }
});

test("npm takes a directory NAME-vVERSION for an unpacked release only if the package.json agrees", () => {
  const yarn = JSON.stringify({ name: "yarn", version: "1.22.22" });
  assert.deepEqual(named([extractFrom(npm, "opt/yarn-v1.22.22/package.json", yarn)]), ["yarn@1.22.22"]);
  assert.deepEqual(extractFrom(npm, "srv/site-1.0.0/package.json", yarn), {});
  assert.deepEqual(extractFrom(npm, "srv/site-1.0.0/package.json", "{}"), {});
});

interface Listed {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, Listed>>;
}

function listed({ dependencies = {} }: Listed): readonly string[] {
  const entries = Object.entries(dependencies);
  return entries.flatMap(([name, one]) => [`${name}@${one.version}`, ...listed(one)]);
}

test("npm finds what `npm ls --all` lists, and nothing else", { skip: needs("npm") }, async () => {
  const dir = scratch("npm");
  const write = (path: string, content: object): void => {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), JSON.stringify(content));
  };
  // Two versions of `deep` (one nested), a scope, a bundled dependency, and package.json files that are no packages.
  write("src/deep1/package.json", { name: "deep", version: "1.0.0" });
  write("src/deep2/package.json", { name: "deep", version: "2.0.0-rc.1" });
  write("src/deep2/dist/esm/package.json", { type: "module" });
  write("src/deep2/test/node_modules/fixture/package.json", { name: "fixture", version: "9.9.9" });
  write("src/mid/package.json", { name: "@scope/mid", version: "1.2.3", bundleDependencies: ["inside"] });
  write("src/mid/node_modules/inside/package.json", { name: "inside", version: "0.0.1" });
  const env = { ...process.env, npm_config_cache: join(dir, "cache"), npm_config_offline: "true" };
  const pack = async (name: string): Promise<string> => {
    const out = await tool("npm", ["pack", "--silent", `./${name}`], { cwd: join(dir, "src"), env });
    return `file:${join(dir, "src", out.trim())}`;
  };
  const deep1 = await pack("deep1");
  write("src/mid/package.json", {
    name: "@scope/mid",
    version: "1.2.3",
    dependencies: { deep: deep1, inside: "0.0.1" },
    bundleDependencies: ["inside"],
  });
  const dependencies = { deep: await pack("deep2"), "@scope/mid": await pack("mid") };
  write("app/package.json", { name: "app", version: "1.0.0", dependencies });
  await tool("npm", ["install", "--no-audit", "--no-fund"], { cwd: join(dir, "app"), env });
  const truth: Listed = JSON.parse(
    await tool("npm", ["ls", "--all", "--json"], { cwd: join(dir, "app"), env }),
  );
  const wanted = [...new Set(listed(truth))].sort();
  assert.deepEqual(wanted, ["@scope/mid@1.2.3", "deep@1.0.0", "deep@2.0.0-rc.1", "inside@0.0.1"]);
  assert.deepEqual(named(extractTree(npm, join(dir, "app"))), wanted);
});
