import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import semver from "semver";
import type { Order } from "./raw-advisories.ts";
import { scratch, tool } from "./scratch.ts";

// The order of versions by the tool that each ecosystem itself uses, asked for many pairs at once.

/** How a tool is asked: pairs as lines `A<TAB>B`, one answer a line, `?` where it does not take one. */
export type AskTool = (lines: string) => Promise<string>;

/** Orders by one question for all pairs. */
export async function orderOf(ask: AskTool, pairs: Iterable<readonly [string, string]>): Promise<Order> {
  const lines = [...new Set([...pairs].map(([a, b]) => `${a}\t${b}`))];
  const answers = lines.length === 0 ? [] : (await ask(`${lines.join("\n")}\n`)).trim().split(/\s+/);
  if (answers.length !== lines.length) throw new Error(`${answers.length} answers to ${lines.length} pairs`);
  const known = new Map(lines.map((line, at) => [line, Number(answers[at])]));
  return (a, b) => {
    const order = known.get(`${a}\t${b}`);
    return order === undefined || Number.isNaN(order) ? undefined : order;
  };
}

/** node-semver. */
export const bySemver: AskTool = (lines) => {
  const answers = lines
    .trimEnd()
    .split("\n")
    .map((line) => {
      const [a = "", b = ""] = line.split("\t");
      return semver.valid(a) === null || semver.valid(b) === null ? "?" : semver.compare(a, b);
    });
  return Promise.resolve(answers.join("\n"));
};

const python = `import sys
from pip._vendor.packaging.version import Version, InvalidVersion
for line in sys.stdin:
    try:
        a, b = map(Version, line.rstrip("\\n").split("\\t"))
        print((a > b) - (a < b))
    except InvalidVersion:
        print("?")
`;

/** pip's own packaging library. */
export const byPip: AskTool = (lines) => tool("python3", ["-c", python], { stdin: lines });

const shell = `while read -r a b; do
  if dpkg --compare-versions "$a" lt "$b"; then echo -1; elif dpkg --compare-versions "$a" eq "$b"; then echo 0; else echo 1; fi
done`;

/** dpkg. */
export const byDpkg: AskTool = (lines) => tool("sh", ["-c", shell], { stdin: lines });

/** rpm's library, through its Lua. */
export const byRpm: AskTool = async (lines) => {
  const file = join(scratch("rpm-pairs"), "pairs");
  await writeFile(file, lines);
  const lua = `for line in io.lines("${file}") do local a, b = line:match("^(.-)\\t(.*)$"); print(rpm.vercmp(a, b) .. "\\n") end`;
  return await tool("rpm", ["--eval", `%{lua:${lua}}`]);
};
