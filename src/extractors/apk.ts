import type { FoundPackage, Ownership } from "../core/package.ts";
import type { Extractor, Problem } from "../core/plugin.ts";
import { readLines } from "../formats/lines.ts";
import { createOwnedPaths, type OwnedPaths } from "../formats/owned-paths.ts";
import { dayOfSeconds } from "../formats/package-list.ts";
import { createProblemList, problemsBeside } from "../formats/problem-list.ts";

/**
 * The package database of apk, `lib/apk/db/installed` (below `usr/` since apk 3): lines `X:value`, packages apart by an empty line
 * (https://wiki.alpinelinux.org/wiki/Apk_spec, apk-tools src/database.c). The licence is kept as the package states it.
 */
export const apk: Extractor = {
  id: "apk",
  wants: ({ path }) => path === "lib/apk/db/installed" || path === "usr/lib/apk/db/installed",
  extract({ bytes }) {
    const problems = createProblemList("apk database");
    const packages = new Map<string, FoundPackage>();
    const owns = new Map<string, Ownership>();
    const owned = createOwnedPaths("apk database");
    const finish = (block: Block): void => {
      const found = packageOf(block);
      if ("code" in found) problems.add(found.code, `read apk database: ${found.message}`);
      else {
        packages.set(found.name, found);
        if (block.paths.length > 0)
          owns.set(found.name, { owner: `apk ${found.name}`, os: true, paths: block.paths });
      }
    };
    try {
      for (const block of readBlocks(readLines(bytes, "apk database"), owned)) {
        finish(block);
        if (problems.isFull()) break;
        if (packages.size > maxPackages) {
          problems.add("limit-exceeded", `read apk database: more than ${maxPackages} packages`);
          break;
        }
      }
    } catch (thrown) {
      problems.caught(thrown);
    }
    problems.addAll(owned.problems());
    return {
      packages: [...packages.values()],
      owns: [...owns.values()],
      problems: problemsBeside(packages.size > 0, problems),
    };
  },
};

/** More than any distribution has. */
const maxPackages = 100_000;

interface Block {
  readonly line: number;
  readonly fields: Map<string, string>;
  readonly paths: string[];
  directory: string;
  damage: Problem | undefined;
}

function* readBlocks(lines: Iterable<string>, owned: OwnedPaths): Generator<Block> {
  let block: Block | undefined;
  let number = 0;
  for (const text of lines) {
    number += 1;
    if (text === "\n" || text === "\r\n") {
      if (block !== undefined) yield block;
      block = undefined;
      continue;
    }
    block ??= { line: number, fields: new Map(), paths: [], directory: "", damage: undefined };
    if (block.damage === undefined) takeLine(block, text, number, owned);
  }
  if (block !== undefined) yield block;
}

/** The fields that make a package: name, version, architecture, licence, origin, maintainer, time of the build. */
const kept: ReadonlySet<string> = new Set(["P", "V", "A", "L", "o", "m", "t"]);

function takeLine(block: Block, text: string, line: number, owned: OwnedPaths): void {
  if (!text.endsWith("\n")) {
    block.damage = { code: "truncated", message: `line ${line} ends in the middle` };
    return;
  }
  const letter = text.charAt(0);
  if (text.charAt(1) !== ":" || !/[A-Za-z]/.test(letter)) {
    block.damage = { code: "malformed", message: `line ${line} is not "X:value"` };
    return;
  }
  if (letter === "F") block.directory = text.slice(2, -1);
  else if (letter === "R")
    owned.add(
      block.paths,
      block.directory === "" ? text.slice(2, -1) : `${block.directory}/${text.slice(2, -1)}`,
    );
  else if (kept.has(letter)) block.fields.set(letter, text.slice(2).trim());
}

function packageOf({ line, fields, damage }: Block): FoundPackage | Problem {
  const name = fields.get("P") ?? "";
  const version = fields.get("V") ?? "";
  const subject = name === "" ? `package at line ${line}` : `package "${name.slice(0, 80)}" at line ${line}`;
  if (damage !== undefined) return { code: damage.code, message: `${subject}: ${damage.message}` };
  if (name === "" || version === "")
    return { code: "malformed", message: `${subject}: no ${name === "" ? "name (P:)" : "version (V:)"}` };
  return {
    type: "apk",
    name,
    version,
    arch: orAbsent(fields.get("A")),
    source: { name: orAbsent(fields.get("o")) ?? name, version },
    licences: [fields.get("L") ?? ""].filter((licence) => licence !== ""),
    vendor: orAbsent(fields.get("m")),
    built: dayOfSeconds(fields.get("t") ?? ""),
  };
}

function orAbsent(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}
