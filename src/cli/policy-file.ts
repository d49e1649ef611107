import { existsSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { messageOf, SeaworthyError } from "../core/errors.ts";
import { defaultPolicy } from "../policy/evaluate.ts";
import type { LoadedPolicy, PolicySources } from "../policy/load.ts";
import type { Io } from "./command.ts";

/** Where a project's policy is looked for, in this order. */
const policyFiles = ["seaworthy.yaml", ".seaworthy/policy.yaml"] as const;

/** The policy that is named, else the project's, else the tool's own. @throws SeaworthyError `policy-invalid`. */
export async function projectPolicy(given: string | undefined, io: Io): Promise<LoadedPolicy> {
  const name = given ?? policyFileOf(io);
  if (name === undefined) return { policy: defaultPolicy, expressions: new Map(), sources: ["recommended"] };
  // Reading one takes a parser of YAML, which a scan without a policy does not load.
  const { loadPolicy } = await import("../policy/load.ts");
  return loadPolicy(name, await policySources(io));
}

/** The project's policy file; undefined where there is none. */
export function policyFileOf(io: Io): string | undefined {
  return policyFiles.find((file) => existsSync(join(io.cwd, file)));
}

/** How policies find what they name. */
export async function policySources(io: Io): Promise<PolicySources> {
  const { imageChecks } = await import("../checks/list.ts");
  return {
    checks: imageChecks,
    read(path) {
      const file = resolve(io.cwd, path);
      try {
        const there = statSync(file, { throwIfNoEntry: false });
        // A device has no end; a pipe is what a shell makes of a command's output.
        if (there === undefined || !(there.isFile() || there.isFIFO())) return undefined;
        return readFileSync(file, "utf8");
      } catch (thrown) {
        throw new SeaworthyError("policy-invalid", `read policy "${path}": ${messageOf(thrown)}`, {
          cause: thrown,
        });
      }
    },
  };
}
