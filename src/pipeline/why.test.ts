import assert from "node:assert/strict";
import { test } from "node:test";
import type { Advisory } from "../core/advisory.ts";
import type { Package } from "../core/package.ts";
import { memoryDatabase } from "../store/advisory-memory.ts";
import { explainFlaw } from "./why.ts";

const ecosystems = ["alpine:3.18", "debian:12"];

function image(id: string, version: string) {
  const distro = { id, version, idLike: [], prettyName: "" };
  const type = id === "alpine" ? "apk" : "deb";
  const name = "busybox";
  const purl = `pkg:${type}/${id}/${name}@1.36.1-r2`;
  const busybox: Package = {
    type,
    name,
    version: "1.36.1-r2",
    purl,
    licences: [],
    distro,
    layer: 0,
    locations: [{ path: "lib/db", layer: 0 }],
  };
  return { distro, packages: [busybox], hiddenPackages: [], gaps: [] };
}

function advisory(id: string, ecosystem: string, name: string): Advisory {
  const affected = [{ ecosystem, name, ranges: [{ introduced: "0", fixed: "1.0-r0" }], versions: [] }];
  return { id, source: "osv", aliases: [], bundles: [], summary: "", cvss: [], affected };
}

test("explainFlaw() says what an absence is worth", () => {
  const source = { name: "endoflife", url: "", newest: "", fetched: "", advisories: 1, covers: ecosystems };
  const database = memoryDatabase({
    info: { kind: "full", schema: 2, built: "", digest: "", sources: [source] },
    advisories: [advisory("CVE-2099-1", "alpine:3.18", "busybox"), advisory("CVE-2099-2", "npm", "lodash")],
  });
  const rows: readonly [distro: readonly [string, string], id: string, code: string, message: RegExp][] = [
    [["alpine", "3.18.4"], "CVE-2099-1", "not-affected", /./],
    [["alpine", "3.18.4"], "CVE-2099-2", "package-absent", /: npm\/lodash; alpine:3\.18: .* not open flaws$/],
    [["debian", "12"], "CVE-2099-2", "package-absent", /: npm\/lodash$/],
    [["debian", "12"], "CVE-2099-3", "unknown-id", /no source of the database knows/],
  ];
  for (const [[id, version], flaw, code, message] of rows) {
    const { dismissals } = explainFlaw(flaw, image(id, version), database, "2025-01-01");
    assert.deepEqual(
      dismissals.map((each) => each.code),
      [code],
      flaw,
    );
    assert.match(dismissals[0]?.message ?? "", message);
  }
});
