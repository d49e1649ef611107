import { randomUUID } from "node:crypto";
import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { messageOf, SeaworthyError } from "../core/errors.ts";
import type { CiSystem } from "./ci-system.ts";
import type { Io } from "./command.ts";

/** What later steps may ask of a run, by name, in the order in which it is written. */
export type CiOutputs = readonly (readonly [name: string, value: string])[];

/** Hands the outputs to the system in the way that it reads them, and to everybody as `outputs.env`. @throws SeaworthyError `disk-failed`. */
export function writeOutputs(system: CiSystem, outputs: CiOutputs, directory: string, io: Io): void {
  const { GITHUB_OUTPUT: githubFile, SEAWORTHY_CI_RESULTS: results } = io.env;
  const file = join(directory, "outputs.env");
  save(file, () => writeFileSync(file, dotenv(outputs)));
  switch (system.id) {
    case "github":
      if (githubFile !== undefined && githubFile !== "")
        save(githubFile, () => appendFileSync(githubFile, githubOutput(outputs, randomUUID())));
      return;
    case "tekton":
      if (results !== undefined && results !== "") save(results, () => writeResults(outputs, results));
      return;
    case "azure":
      io.stdout.write(outputs.map(azureVariable).join(""));
      return;
    case "teamcity":
      io.stdout.write(outputs.map(teamcityParameter).join(""));
      return;
    case "gitlab":
    case "jenkins":
    case "circleci":
    case "bitbucket":
    case "buildkite":
    case "travis":
    case "woodpecker":
    case "drone":
    case "prow":
    case "generic":
    case "none":
      return;
  }
}

/** Lines for $GITHUB_OUTPUT. The delimiter is not to be guessed: no value can end itself and begin another output. */
export function githubOutput(outputs: CiOutputs, secret: string): string {
  const delimiter = `seaworthy_${secret}`;
  return outputs.map(([name, value]) => `${name}<<${delimiter}\n${value}\n${delimiter}\n`).join("");
}

/** `SEAWORTHY_NAME=value` lines, as GitLab's `reports: dotenv` and a shell's `.` read them; a value of other signs is left out. */
export function dotenv(outputs: CiOutputs): string {
  return outputs
    .filter(([, value]) => /^[\w./:@+-]*$/.test(value))
    .map(([name, value]) => `${variable(name)}=${value}\n`)
    .join("");
}

// A result may have 4 KiB, all of a task's together (https://tekton.dev/docs/pipelines/tasks/#emitting-results).
function writeResults(outputs: CiOutputs, directory: string): void {
  mkdirSync(directory, { recursive: true });
  for (const [name, value] of outputs) writeFileSync(join(directory, name), value);
}

// https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands
function azureVariable([name, value]: CiOutputs[number]): string {
  const escaped = value.replaceAll("%", "%AZP25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
  return `##vso[task.setvariable variable=${variable(name)};isOutput=true]${escaped}\n`;
}

// https://www.jetbrains.com/help/teamcity/service-messages.html#Escaped+Values
function teamcityParameter([name, value]: CiOutputs[number]): string {
  return `##teamcity[setParameter name='env.${variable(name)}' value='${teamcityText(value)}']\n`;
}

/** A value of a service message. */
export function teamcityText(value: string): string {
  return value
    .replace(/['|[\]]/g, "|$&")
    .replaceAll("\r", "|r")
    .replaceAll("\n", "|n");
}

function variable(name: string): string {
  return `SEAWORTHY_${name.toUpperCase().replaceAll("-", "_")}`;
}

function save(file: string, write: () => void): void {
  try {
    write();
  } catch (thrown) {
    throw new SeaworthyError("disk-failed", `write outputs "${file}": ${messageOf(thrown)}`, {
      cause: thrown,
    });
  }
}
