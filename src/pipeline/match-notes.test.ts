import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryDatabase } from "../store/advisory-memory.ts";
import { matchNotes } from "./match-notes.ts";

test("matchNotes() says of whose distributions only fixed flaws are known", () => {
  const covers = ["alpine:3.18", "debian:12", "rhel:9", "rocky:9", "sles:15.5", "ubuntu:24.04"];
  const source = { name: "osv", url: "", newest: "", fetched: "", advisories: 1, covers };
  const info = { kind: "full" as const, schema: 2, built: "", digest: "", sources: [source] };
  const database = memoryDatabase({ info, advisories: [] });
  const rows: readonly [id: string, version: string, key: string | undefined][] = [
    ["alpine", "3.18.4", "alpine:3.18"],
    ["centos", "9", "rhel:9"],
    ["rocky", "9.4", "rocky:9"],
    ["sles", "15.5", "sles:15.5"],
    ["debian", "12", undefined],
    ["ubuntu", "24.04", undefined],
    // What is not covered at all is a gap, and no note.
    ["alpine", "3.19.1", undefined],
    ["plan9", "4", undefined],
  ];
  for (const [id, version, key] of rows) {
    const notes = matchNotes({ distro: { id, version, idLike: [], prettyName: "" } }, database);
    const expected = `${key}: advisories list only what is fixed, not open flaws`;
    assert.deepEqual(notes, key === undefined ? [] : [expected], `${id} ${version}`);
  }
  assert.deepEqual(matchNotes({ distro: undefined }, database), []);
});
