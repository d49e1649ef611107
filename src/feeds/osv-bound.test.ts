import assert from "node:assert/strict";
import { test } from "node:test";
import { type SchemeName, schemes } from "../versions/list.ts";
import { readBound } from "./osv-bound.ts";

const rows: readonly [scheme: SchemeName, kind: string, text: string, bound: string][] = [
  ["semver", "introduced", "10.3", "10.3.0"],
  ["semver", "fixed", "2", "2.0.0"],
  ["semver", "last_affected", "1.3", "1.3"],
  ["semver", "fixed", "1.2.3", "1.2.3"],
  ["semver", "introduced", "0", "0"],
  ["semver", "limit", "*", "*"],
  ["semver", "fixed", "next", "next"],
  ["go", "fixed", "2.0.0.beta.9", "2.0.0-beta.9"],
  ["go", "fixed", "0.11.82.1218", "0.11.82+1218"],
  ["go", "last_affected", "2018-05-19", "2018-05-19"],
  ["pep440", "last_affected", "2.6.0-NA", "2.6.0"],
  ["pep440", "last_affected", "2.6.0-cu124", "2.6.0+cu124"],
  ["pep440", "last_affected", "2024-12-04", "2024.12.04"],
  ["pep440", "last_affected", "0.2.0-alpha\\.33", "0.2.0-alpha.33"],
  ["pep440", "fixed", "0.9-stable", "0.9"],
  ["pep440", "fixed", "0.7.11p3", "0.7.11+p3"],
  ["pep440", "fixed", "1.6.5ubuntu0.1", "1.6.5+ubuntu0.1"],
  ["pep440", "fixed", "10.0.2-1.1", "10.0.2+1.1"],
  ["pep440", "fixed", "4.6.0.stable11", "4.6.0+stable11"],
  ["pep440", "fixed", "master", "master"],
];
for (const [scheme, kind, text, bound] of rows)
  test(`readBound() reads ${scheme} ${kind} ${text} as ${bound}`, () => {
    assert.equal(readBound(text, kind, schemes[scheme]), bound);
  });
