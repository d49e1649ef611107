import assert from "node:assert/strict";
import { test } from "node:test";
import { programName } from "./sights.ts";

const rows: readonly (readonly [name: string, program: string])[] = [
  ["bash", "bash"],
  ["python3.11", "python"],
  ["python3", "python"],
  ["perl5.36.0", "perl"],
  ["perl5.36-x86_64-linux-gnu", "perl"],
  ["x86_64-linux-gnu-gcc-12", "gcc"],
  ["aarch64-alpine-linux-musl-g++", "g++"],
  ["x86_64-redhat-linux-gcc-14", "x86_64-redhat-linux-gcc"],
  ["g++-12", "g++"],
  ["dnf-3", "dnf"],
  ["php-fpm8.2", "php-fpm"],
  ["7z", "7z"],
  ["2to3", "2to"],
  ["123", "123"],
  ["a-linux-b", "a-linux-b"],
  ["", ""],
];
for (const [name, program] of rows)
  test(`programName() answers "${program}" for "${name}"`, () => assert.equal(programName(name), program));
