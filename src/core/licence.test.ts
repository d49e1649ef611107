import assert from "node:assert/strict";
import { test } from "node:test";
import { canBeTaken } from "./licence.ts";

const rows: readonly [licence: string, accepted: readonly string[], taken: boolean][] = [
  ["MIT", ["MIT"], true],
  ["MIT", ["ISC"], false],
  ["MIT OR GPL-3.0-only", ["MIT"], true],
  ["MIT AND GPL-3.0-only", ["MIT"], false],
  ["GPLv2+ and MIT", ["GPLv2+", "MIT"], true],
  ["MIT AND (GPL-3.0-only OR Apache-2.0)", ["MIT", "Apache-2.0"], true],
  ["MIT OR ISC AND GPL-3.0-only", ["ISC"], false],
  ["(MIT)", ["MIT"], true],
  ["GPL-2.0-only WITH Classpath-exception-2.0", ["GPL-2.0-only"], true],
  ["GPL-2.0-only WITH Classpath-exception-2.0", ["GPL-2.0-only WITH Classpath-exception-2.0"], true],
  ["GPL-2.0-only WITH Classpath-exception-2.0", ["MIT"], false],
  ["Apache License 2.0", ["Apache License 2.0"], true],
  ["Apache License 2.0", ["Apache"], false],
  ["MIT OR", ["MIT"], false],
  ["(MIT", ["MIT"], false],
  [") MIT", ["MIT"], false],
  ["", ["MIT"], false],
  [`${"(".repeat(5000)}MIT${")".repeat(5000)}`, ["MIT"], false],
];

for (const [licence, accepted, taken] of rows)
  test(`canBeTaken() answers ${taken} for "${licence.slice(0, 60)}" with ${accepted.join(", ")}`, () =>
    assert.equal(
      canBeTaken(licence, (id) => accepted.includes(id)),
      taken,
    ));
