import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { messageOf, SeaworthyError } from "../core/errors.ts";
import { defaultLintConfig, type LintConfig, readLintConfig } from "../policy/lint-config.ts";
import type { Io } from "./command.ts";

const largest = 1 << 20;

/** The configuration that was named, else the first that Hadolint would find. @throws SeaworthyError `usage`, `malformed`, `limit-exceeded`. */
export async function findLintConfig(named: string | undefined, io: Io): Promise<LintConfig> {
  const places = named === undefined ? usualPlaces(io) : [named];
  for (const name of places) {
    const text = await readFile(resolve(io.cwd, name), "utf8").catch((thrown: unknown) => {
      if (named !== undefined)
        throw new SeaworthyError("usage", `read configuration "${name}": ${messageOf(thrown)}`, {
          cause: thrown,
        });
      return undefined;
    });
    if (text === undefined) continue;
    if (text.length > largest)
      throw new SeaworthyError(
        "limit-exceeded",
        `read configuration "${name}": more than ${largest} characters`,
      );
    return readLintConfig(text, name);
  }
  return defaultLintConfig;
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
