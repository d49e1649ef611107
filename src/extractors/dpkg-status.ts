import type { FoundPackage } from "../core/package.ts";
import type { Extraction, Extractor, FoundFile, Problem } from "../core/plugin.ts";
import { debFields, debPackage } from "../formats/deb-control.ts";
import { createProblemList, problemsBeside } from "../formats/problem-list.ts";
import { readStanzas, type Stanza } from "../formats/rfc822.ts";

const status = "var/lib/dpkg/status";

/**
 * The package database of dpkg, `var/lib/dpkg/status`. Of two stanzas for one package and architecture the last counts. What an
 * interrupted dpkg left in `var/lib/dpkg/updates/` (numbered files) is newer than status: a problem.
 */
export const dpkgStatus: Extractor = {
  id: "dpkg-status",
  wants: ({ path, size }) => path === status || (size > 0 && isUpdate(path)),
  extract: (file) => (file.path === status ? packagesOf(file) : updateProblem()),
};

function isUpdate(path: string): boolean {
  return path.startsWith("var/lib/dpkg/updates/") && /^var\/lib\/dpkg\/updates\/\d+$/.test(path);
}

function updateProblem(): Extraction {
  const message = "read dpkg status: an interrupted dpkg left changes in updates/ that are not yet in it";
  return { problems: [{ code: "unsupported", message }] };
}

function packagesOf({ bytes }: FoundFile): Extraction {
  const problems = createProblemList("dpkg status");
  const packages = new Map<string, FoundPackage>();
  try {
    for (const stanza of readStanzas(bytes, "dpkg status", debFields)) {
      const problem = take(stanza, packages);
      if (problem !== undefined) problems.add(problem.code, `read dpkg status: ${problem.message}`);
      if (problems.isFull()) break;
      if (packages.size > maxPackages) {
        problems.add("limit-exceeded", `read dpkg status: more than ${maxPackages} packages`);
        break;
      }
    }
  } catch (thrown) {
    problems.caught(thrown);
  }
  return { packages: [...packages.values()], problems: problemsBeside(packages.size > 0, problems) };
}

/**
 * States (third word of Status, dpkg(1)) in which a package's files are on the disk. A `half-installed` one counts: its
 * unpacking began and was not undone. `config-files` and `not-installed` leave no program behind.
 */
const onDisk: ReadonlySet<string> = new Set([
  "installed",
  "half-installed",
  "unpacked",
  "half-configured",
  "triggers-awaited",
  "triggers-pending",
]);
const gone: ReadonlySet<string> = new Set(["not-installed", "config-files"]);

/** More than any distribution has. */
const maxPackages = 100_000;

function take(stanza: Stanza, packages: Map<string, FoundPackage>): Problem | undefined {
  const { damage, fields, line } = stanza;
  const name = (fields.get("package") ?? "").toLowerCase();
  const subject = name === "" ? `stanza at line ${line}` : `package "${name.slice(0, 80)}" at line ${line}`;
  if (damage !== undefined) return { code: damage.code, message: `${subject}: ${damage.message}` };
  const state = (fields.get("status") ?? "").toLowerCase().split(/\s+/)[2];
  if (state !== undefined && gone.has(state)) {
    packages.delete(keyOf(name, fields.get("architecture")));
    return undefined;
  }
  if (state === undefined || !onDisk.has(state))
    return { code: "malformed", message: `${subject}: no known state in its Status field` };
  const found = debPackage(stanza);
  if (typeof found === "string") return { code: "malformed", message: `${subject}: ${found}` };
  packages.set(keyOf(found.name, found.arch), found);
  return undefined;
}

function keyOf(name: string, arch: string | undefined): string {
  return `${name}:${arch ?? ""}`;
}
