import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { messageOf, SeaworthyError } from "../core/errors.ts";
import { type LintConfig, readLintConfig } from "../policy/lint-config.ts";
import { lintEnvironment } from "../policy/lint-environment.ts";
import type { Io } from "./command.ts";
import { isFile } from "./lint-inputs.ts";

const largest = 1 << 20;

/**
 * The configuration that was named, else the first that Hadolint would find, on top of what the environment asks.
 * @throws SeaworthyError `usage`, `malformed`, `limit-exceeded`.
 */
export async function findLintConfig(named: string | undefined, io: Io): Promise<LintConfig> {
  const base = lintEnvironment(io.env);
  const places = named === undefined ? usualPlaces(io) : [named];
  for (const name of places) {
    const path = resolve(io.cwd, name);
    if (named === undefined && !(await isFile(path))) continue;
    // One that is there and cannot be read is not passed over: without it the answer is another one.
    const text = await readFile(path, "utf8").catch((thrown: unknown) => {
      throw new SeaworthyError("usage", `read configuration "${name}": ${messageOf(thrown)}`, {
        cause: thrown,
      });
    });
    if (text.length > largest)
      throw new SeaworthyError(
        "limit-exceeded",
        `read configuration "${name}": more than ${largest} characters`,
      );
    return readLintConfig(text, name, base);
  }
  return base;
}

function usualPlaces({ env }: Io): readonly string[] {
  const home = env["HOME"] ?? homedir();
  const settings = env["XDG_CONFIG_HOME"] ?? join(home, ".config");
  return [
    ".hadolint.yaml",
    join(settings, "hadolint.yaml"),
    join(home, ".hadolint", "hadolint.yaml"),
    join(home, ".hadolint", "config.yaml"),
    join(home, ".hadolint.yaml"),
  ].flatMap((path) => [path, path.replace(/yaml$/, "yml")]);
}
