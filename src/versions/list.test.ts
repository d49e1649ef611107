import assert from "node:assert/strict";
import { test } from "node:test";
import { assert as assertProperty, constantFrom, oneof, property, string } from "fast-check";
import { relation } from "../../tests/support/version-pairs.ts";
import { schemeFor, schemeNamed, schemes } from "./list.ts";

test("schemeFor() answers by ecosystem key, with or without a release", () => {
  const rows = [
    ["debian:12", "deb"],
    ["ubuntu:22.04", "deb"],
    ["alpine:3.18", "apk"],
    ["wolfi", "apk"],
    ["rhel:9", "rpm"],
    ["almalinux:8", "rpm"],
    ["rocky:9", "rpm"],
    ["sles:15.5", "rpm"],
    ["opensuse-leap:15.6", "rpm"],
    ["opensuse-tumbleweed", "rpm"],
    ["npm", "semver"],
    ["pypi", "pep440"],
    ["maven", "maven"],
    ["golang", "go"],
    ["cargo", "cargo"],
    ["cobol", undefined],
    ["__proto__", undefined],
    ["", undefined],
  ] as const;
  for (const [ecosystem, id] of rows) assert.equal(schemeFor(ecosystem)?.id, id, ecosystem);
});

test("schemeNamed() takes what people type", () => {
  const rows = [
    ["deb", "deb"],
    ["Debian", "deb"],
    ["dpkg", "deb"],
    ["apk", "apk"],
    ["alpine", "apk"],
    ["rpm", "rpm"],
    ["SemVer", "semver"],
    ["npm", "semver"],
    ["pep440", "pep440"],
    ["PyPI", "pep440"],
    ["maven", "maven"],
    ["go", "go"],
    ["golang", "go"],
    ["cargo", "cargo"],
    ["crates", "cargo"],
    ["crates.io", "cargo"],
    ["toString", undefined],
  ] as const;
  for (const [name, id] of rows) assert.equal(schemeNamed(name)?.id, id, name);
});

test("every scheme is total: no text throws, and turning a pair round turns the answer", () => {
  const text = oneof(
    string({ unit: "binary" }),
    string({ unit: constantFrom(..."0019.-_~^+:!abrcvp \t".split("")), maxLength: 40 }),
  );
  for (const scheme of Object.values(schemes)) {
    assertProperty(
      property(text, text, (a, b) => {
        const there = scheme.compareText(a, b);
        const back = scheme.compareText(b, a);
        assert.equal(there === undefined, !scheme.valid(a) || !scheme.valid(b));
        assert.equal(Math.sign(there ?? 0) + Math.sign(back ?? 0), 0);
      }),
      { numRuns: 2000, seed: 42 },
    );
  }
});

test("a hostile version is refused or read within bounds", () => {
  const seeds = [
    "1",
    "0",
    "9",
    "a",
    "-",
    ".",
    "~",
    "1.",
    "1-",
    "a1",
    ".a1",
    "1a-",
    "_p1",
    "-a",
    "+a.",
    " ",
    "1~^",
  ];
  for (const scheme of Object.values(schemes)) {
    for (const seed of seeds) {
      const huge = `1${seed.repeat(Math.ceil((1 << 20) / seed.length))}`;
      assert.equal(scheme.valid(huge), false, `${scheme.id} ${seed}`);
      const long = `1${seed.repeat(Math.floor(4000 / seed.length))}`;
      assert.equal(Math.abs(scheme.compareText(long, long) ?? 0), 0, `${scheme.id} ${seed}`);
    }
  }
});

test("a remembered version compares as a fresh one", () => {
  const { deb } = schemes;
  for (let at = 0; at < 1000; at += 1) {
    assert.equal(relation(deb.compareText(`1.${at}-1`, "1.500-1")), relation(at - 500));
    assert.equal(relation(deb.compareText("1.500-1", `1.${at}-1`)), relation(500 - at));
    assert.equal(relation(deb.compareText("1:", "1.500-1")), "undecided");
  }
});
