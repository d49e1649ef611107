import assert from "node:assert/strict";
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { Socket } from "node:net";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { onPath, repository } from "./needs.ts";
import { scratch, tool } from "./scratch.ts";

// CycloneDX's and SPDX's own Python libraries, with the official schemas in them, judge what we write. One process of theirs serves
// all tests of a run: it takes two seconds to start.

const packages = [
  "cyclonedx-python-lib[validation]==11.12.0",
  "spdx-tools==0.8.5",
  "spdx-python-model==0.0.6",
];

const endings = { cyclonedx: ".json", "cyclonedx-xml": ".xml", spdx: ".spdx.json", spdx3: ".json" } as const;

/** The formats of SBOMs, by the names that `--format` has for them. */
export type SbomFormat = keyof typeof endings;

/** What is wrong with SBOMs by their makers' libraries, a line for each fault. Nothing where there is no `python3` with `pip`. */
export async function sbomFaults(texts: Readonly<Partial<Record<SbomFormat, string>>>): Promise<string> {
  if (!onPath("python3") || !onPath("pip")) return "";
  const dir = scratch("sboms");
  const asked = sbomFormats.flatMap((format) => {
    const text = texts[format];
    if (text === undefined) return [];
    const file = join(dir, `${format}${endings[format]}`);
    writeFileSync(file, text);
    return [format, file];
  });
  validator ??= startValidator();
  return (await validator).ask(asked.join("\t"));
}

const sbomFormats = ["cyclonedx", "cyclonedx-xml", "spdx", "spdx3"] as const;

let library: Promise<string> | undefined;

/** The folder with the validators. */
export function sbomLibrary(): Promise<string> {
  library ??= install();
  return library;
}

async function install(): Promise<string> {
  const dir = scratch("sbom-library");
  await tool("pip", ["install", "--quiet", "--target", dir, ...packages]);
  return dir;
}

interface Validator {
  readonly ask: (line: string) => Promise<string>;
}

let validator: Promise<Validator> | undefined;

async function startValidator(): Promise<Validator> {
  const env = { ...process.env, PYTHONPATH: await sbomLibrary() };
  const program = join(repository, "tests/support/validate-sbom.py");
  const child = spawn("python3", [program], { env, stdio: ["pipe", "pipe", "inherit"] });
  process.on("exit", () => child.kill());
  const lines = createInterface({ input: child.stdout });
  let last: Promise<unknown> = Promise.resolve();
  const ask = (line: string): Promise<string> => {
    const answer = last.then(() => answerTo(line, child, lines));
    last = answer.catch(() => undefined);
    return answer;
  };
  return { ask };
}

// The run of tests ends although the process waits; while it is asked, it counts.
async function answerTo(
  line: string,
  child: ChildProcessByStdio<Writable, Readable, null>,
  lines: Interface,
): Promise<string> {
  const pipes = [child.stdin, child.stdout].filter((one) => one instanceof Socket);
  const handles = [child, ...pipes];
  for (const one of handles) one.ref();
  try {
    return await new Promise<string>((resolve, reject) => {
      const ended = (): void => reject(new Error("validate SBOM: the validator ended"));
      child.once("close", ended);
      lines.once("line", (text: string) => {
        child.off("close", ended);
        const answer: unknown = JSON.parse(text);
        assert.equal(typeof answer, "string");
        resolve(String(answer));
      });
      child.stdin.write(`${line}\n`);
    });
  } finally {
    for (const one of handles) one.unref();
  }
}
