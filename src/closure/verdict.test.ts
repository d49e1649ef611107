import assert from "node:assert/strict";
import { test } from "node:test";
import { configOf, elf, toldFiles } from "../../tests/support/file-system.ts";
import type { Package } from "../core/package.ts";
import { findClosure } from "./closure.ts";
import { judgePackages, weighFiles } from "./verdict.ts";

const files = toldFiles({
  "usr/bin/app": elf({ needed: ["liba.so"], names: ["/opt/data"] }),
  "usr/lib/liba.so": { ...told("deb liba"), size: 100 },
  "usr/share/doc/liba/copyright": { owner: "deb liba", size: 10 },
  "opt/data/x": { owner: "deb data", size: 5 },
  "usr/bin/tool": { owner: "deb tool", size: 1000 },
  "srv/node_modules/a/index.js": { owner: "npm @s/a@1", size: 7 },
  "usr/lib/python3/site-packages/B_c.py": { owner: "pypi b-c@1", size: 3 },
  "opt/x.jar": { size: 9 },
  "var/cache/thing": { size: 50 },
});

function told(owner: string): { readonly owner: string } {
  return { ...elf(), owner };
}

function pkg(type: Package["type"], name: string, more: Partial<Package> = {}): Package {
  return {
    type,
    name,
    version: "1",
    licences: [],
    purl: `pkg:${type}/${name}@1`,
    layer: 0,
    locations: [],
    ...more,
  };
}

const packages = [
  pkg("deb", "liba"),
  pkg("deb", "data"),
  pkg("deb", "tool"),
  pkg("npm", "a", { namespace: "@s" }),
  pkg("pypi", "B_C"),
  pkg("maven", "x", { locations: [{ path: "opt/x.jar!/META-INF/x", layer: 0 }] }),
];

test("judgePackages() tells what stays, in doubt and in bytes, and what leaves with whom", () => {
  const closure = findClosure(files, configOf(["app"]));
  const flaw = {
    id: "CVE-1",
    aliases: [],
    severitySource: "",
    fix: { state: "unknown", versions: [] },
    layer: 0,
    kev: false,
    summary: "",
    evidence: [],
  } as const;
  const findings = [
    { ...flaw, package: "pkg:deb/tool@1", severity: "critical" },
    { ...flaw, package: "pkg:deb/tool@1", severity: "low" },
  ] as const;
  const judged = judgePackages(files, closure, packages, findings);
  assert.deepEqual(
    judged.map(({ name, state, bytes, keptBytes }) => `${name} ${state} ${keptBytes}/${bytes}`),
    [
      "tool unneeded 0/1000",
      "x unneeded 0/9",
      "a unneeded 0/7",
      "B_C unneeded 0/3",
      "data doubtful 5/5",
      "liba needed 100/110",
    ],
  );
  assert.deepEqual(judged[0]?.findings, { critical: 1, low: 1 });
  assert.deepEqual(judged.at(-1)?.chain, [
    "usr/bin/app: the image's command",
    "usr/lib/liba.so: linked to liba.so",
  ]);
});

test("weighFiles() sums what is visible and what stays, and lists what nobody owns", () => {
  const { bytes, keptBytes, unowned } = weighFiles(files, findClosure(files, configOf(["app"])), (path) =>
    path.endsWith(".jar"),
  );
  assert.deepEqual([bytes, keptBytes], [1185, 106]);
  assert.deepEqual(unowned, [{ directory: "/var/cache", files: 1, bytes: 50 }]);
});
