import assert from "node:assert/strict";
import { test } from "node:test";
import { indexedImage, noCurrency } from "../../tests/support/indexed.ts";
import type { Finding } from "../core/finding.ts";
import type { Package } from "../core/package.ts";
import { noSights, type TreeFind } from "../core/sights.ts";
import { checkImage } from "./check.ts";

function pkg(name: string, layer = 0): Package {
  const purl = `pkg:deb/debian/${name}@1`;
  return { type: "deb", name, version: "1", licences: [], purl, layer, locations: [] };
}

function flaw(id: string, of: Package): Finding {
  const rated = { severity: "high", severitySource: "", fix: { state: "unknown", versions: [] } } as const;
  return {
    id,
    aliases: [],
    package: of.purl,
    ...rated,
    layer: of.layer,
    kev: false,
    summary: "",
    evidence: [],
  };
}

function find(check: string, layer: number, ...owners: readonly string[]): TreeFind {
  const members = [undefined, ...owners].map((owner, at) => {
    return { path: `usr/bin/curl${at}`, item: `curl${at}`, entries: 1, bytes: 1, owner };
  });
  return { check, group: "g", message: "m", layer, entries: members.length, bytes: members.length, members };
}

const curl = pkg("curl");
const ssl = pkg("libssl3");
const image = indexedImage({
  packages: [curl, ssl],
  sights: {
    ...noSights,
    finds: [
      find("SW-IM-006", 1, "deb curl"),
      find("SW-IM-001", 0, "deb curl", "deb libssl3", "deb none"),
      find("SW-IM-999", 0),
    ],
    observations: [{ check: "SW-IM-042", message: "o", line: 3, path: "id_rsa", layer: 0, removedIn: 2 }],
  },
});
const findings = [flaw("a", curl), flaw("b", curl), flaw("a", ssl)];

test("checkImage() answers findings worst first, with how many findings their packages have", () => {
  const found = checkImage(image, noCurrency, {}, findings);
  assert.deepEqual(
    found.map(({ id, severity, layer, findings: count, removedIn }) => [
      id,
      severity,
      layer,
      count,
      removedIn,
    ]),
    [
      ["SW-IM-042", "high", 0, 0, 2],
      ["SW-IM-001", "medium", 0, 3, undefined],
      ["SW-IM-020", "medium", undefined, 0, undefined],
      ["SW-IM-006", "low", 1, 2, undefined],
    ],
  );
});

test("checkImage() counts a package of several layers' findings once for each layer", () => {
  const twice = [curl, pkg("curl", 1)];
  const found = checkImage(
    { ...image, packages: twice },
    noCurrency,
    {},
    twice.map((one) => flaw("a", one)),
  );
  assert.equal(found.find(({ id }) => id === "SW-IM-006")?.findings, 2);
});

test("checkImage() takes severities from the policy, and makes nothing of what is off", () => {
  const settings = {
    "SW-IM-006": { severity: "critical" },
    "SW-IM-001": { off: true },
    "SW-IM-020": { off: true },
    "SW-IM-042": { off: true },
  } as const;
  const found = checkImage(image, noCurrency, settings, []);
  assert.deepEqual(
    found.map(({ id, severity }) => `${id} ${severity}`),
    ["SW-IM-006 critical"],
  );
});

const members = (...paths: readonly string[]): TreeFind["members"] =>
  paths.map((path) => {
    return { path, item: path.slice(path.lastIndexOf("/") + 1), entries: 1, bytes: 10, owner: `deb ${path}` };
  });

const allowing: readonly (readonly [allowed: readonly string[], told: string])[] = [
  [[], "programs: mount, su 3 30 bin/mount,bin/su,opt/su"],
  [["su"], "programs: mount 1 10 bin/mount"],
  [["/bin/su"], "programs: mount, su 2 20 bin/mount,opt/su"],
  [["/opt/"], "programs: mount, su 2 20 bin/mount,bin/su"],
  [["/op/", "/opt", "bin/su", "SU", "/"], "programs: mount, su 3 30 bin/mount,bin/su,opt/su"],
  [["mount", "su"], ""],
];
for (const [allowed, told] of allowing)
  test(`checkImage() lets pass what a policy allows: ${allowed.join(", ")}`, () => {
    const seen = members("bin/mount", "bin/su", "opt/su");
    const find: TreeFind = {
      check: "SW-IM-024",
      group: "uid 0",
      message: "programs",
      layer: 0,
      entries: 3,
      bytes: 30,
      members: seen,
    };
    const settings = { "SW-IM-024": { options: { allowed } } };
    const found = checkImage(
      indexedImage({ sights: { ...noSights, finds: [find] } }),
      noCurrency,
      settings,
      [],
    );
    const brief = found.flatMap(({ id, message, entries, bytes, paths }) =>
      id === "SW-IM-024" ? [`${message} ${entries} ${bytes} ${paths?.join()}`] : [],
    );
    assert.equal(brief.join(), told);
  });

test("checkImage() counts what is beyond the kept members, whatever a policy allows", () => {
  const seen = members("bin/su");
  const find: TreeFind = {
    check: "SW-IM-024",
    group: "",
    message: "programs",
    layer: 0,
    entries: 500,
    bytes: 5000,
    members: seen,
  };
  const settings = { "SW-IM-024": { options: { allowed: ["su"] } } };
  const found = checkImage(
    indexedImage({ sights: { ...noSights, finds: [find] } }),
    noCurrency,
    settings,
    [],
  );
  assert.deepEqual(
    found.flatMap(({ id, message, entries, paths }) => (id === "SW-IM-024" ? [message, entries, paths] : [])),
    ["programs", 499, []],
  );
});

test("checkImage() lets pass observations in files that a policy allows", () => {
  const settings = { "SW-IM-042": { options: { allowed: ["/id_rsa"] } } };
  const found = checkImage(image, noCurrency, settings, []);
  assert.ok(found.every(({ id }) => id !== "SW-IM-042"));
});

test("checkImage() tells a thousand findings of one judge, and how many more there are", () => {
  const users = Array.from({ length: 1205 }, (_, at) => {
    return { name: `u${at}`, uid: 0, gid: 0, home: "", shell: "" };
  });
  const sights = { ...noSights, accounts: { users, groups: [] } };
  const found = checkImage(indexedImage({ sights }), noCurrency, {}, []);
  const messages = found.flatMap(({ id, message }) => (id === "SW-IM-029" ? [message] : []));
  assert.deepEqual([messages.length, messages.includes("205 more of these")], [1001, true]);
});
