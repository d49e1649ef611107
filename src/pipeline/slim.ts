import { withoutSecrets } from "../checks/image/secret-cuts.ts";
import { basePackages, suitableBases } from "../closure/bases.ts";
import { type Closure, findClosure } from "../closure/closure.ts";
import { groupKept, slimDockerfile } from "../closure/dockerfile.ts";
import { keptDatabase } from "../closure/package-database.ts";
import { walkPath } from "../closure/reach.ts";
import { countFindings, filesOf, judgePackages, weighFiles } from "../closure/verdict.ts";
import type { AdvisoryDatabase } from "../core/advisory.ts";
import type { FileSystem } from "../core/file-system.ts";
import type { IndexedImage } from "../core/indexed.ts";
import type { Package } from "../core/package.ts";
import { parseReference } from "../core/reference.ts";
import type { GapCode } from "../core/report.ts";
import type { SlimPlan } from "../core/slim.ts";
import { matchImage } from "./match.ts";

/** What a plan is made by. */
export interface SlimOptions {
  readonly database: AdvisoryDatabase;
  /** `YYYY-MM-DD`. */
  readonly today: string;
  /** What the planned image is built on: `scratch`, or a reference. */
  readonly base: string;
}

/** What could leave an indexed image, what that takes along, and a Dockerfile that does it. Pure. */
export function planSlim(
  { indexed, files }: { readonly indexed: IndexedImage; readonly files: FileSystem },
  { database, today, base }: SlimOptions,
): SlimPlan {
  const closure = findClosure(files, indexed.config);
  const { findings } = matchImage(indexed, database, today);
  const packages = judgePackages(files, closure, indexed.packages, findings);
  const proofs = new Set(indexed.packages.flatMap(({ locations }) => locations.map(({ path }) => path)));
  const { bytes, keptBytes, unowned } = weighFiles(files, closure, (path) => proofs.has(path));
  const removed = packages.filter(({ state }) => state === "unneeded");
  const gone = new Set(removed.map(({ purl }) => purl));
  const refusals = [...closure.refusals, ...unread(indexed, files, closure)];
  const stay = indexed.packages.filter(({ purl }) => !gone.has(purl));
  const made = refusals.length > 0 ? undefined : dockerfileOf(indexed, files, closure, stay, base);
  const { reference, digest, platform } = indexed;
  return {
    schemaVersion: slimSchemaVersion,
    image: { reference, digest: digest ?? null, platform, command: closure.start.argv.map(withoutSecrets) },
    packages,
    unowned,
    totals: {
      packages: packages.length,
      removedPackages: removed.length,
      bytes,
      keptBytes,
      removedFindings: countFindings(findings.filter((finding) => gone.has(finding.package))),
      keptFindings: countFindings(findings.filter((finding) => !gone.has(finding.package))),
    },
    kept: groupKept(files, (path) => closure.kept.has(path)).map((path) => keptLine(closure, path)),
    bases: refusals.length > 0 ? [] : suitableBases(packages, indexed.distro),
    limits: [...new Set([...closure.limits, ...(made?.limits ?? [])])],
    missing: closure.missing,
    refusals,
    dockerfile: made?.text,
  };
}

/** Version of {@link SlimPlan}, as schemas/slim.schema.json has it. */
const slimSchemaVersion = "1.0";

const blind: ReadonlySet<GapCode> = new Set(["layer-unreadable", "digest-mismatch", "diff-id-mismatch"]);

// What was not read could be what a program needs: then nothing is unneeded.
function unread({ gaps, runs }: IndexedImage, files: FileSystem, { kept }: Closure): readonly string[] {
  const failed = runs
    .filter(({ plugin }) => reading.has(plugin))
    .flatMap(({ errors }) => errors)
    .filter(({ path }) => kept.has(walkPath(files, path).end?.path ?? ""))
    .map(({ path, message }) => `what ${path} needs: ${message}`);
  return [...gaps.filter(({ code }) => blind.has(code)).map(({ message }) => message), ...new Set(failed)];
}

const reading: ReadonlySet<string> = new Set(
  ["elf", "script", "python", "javascript"].map((kind) => `closure-${kind}`),
);

function dockerfileOf(
  indexed: IndexedImage,
  files: FileSystem,
  closure: Closure,
  stay: readonly Package[],
  base: string,
): ReturnType<typeof slimDockerfile> {
  const brought = basePackages(base);
  const inBase = new Set(
    indexed.packages
      .filter(({ type, name }) => type === "deb" && brought?.has(name) === true)
      .flatMap((pkg) => filesOf(files, pkg)),
  );
  const { config, sights } = indexed;
  // A Dockerfile is kept where everybody reads it.
  const env = config.env.filter((pair) => withoutSecrets(pair) === pair);
  const secret = config.env.filter((pair) => !env.includes(pair)).map((pair) => pair.split("=", 1)[0]);
  const left =
    secret.length === 0 ? [] : [`ENV looks like a secret and is not carried over: ${secret.join(", ")}`];
  const { text, limits } = slimDockerfile({
    image: builderReference(indexed),
    base,
    config: { ...config, env },
    closure,
    files,
    // A base of packages that are not merged into /usr has directories where this image may have links.
    isInBase: (path) => inBase.has(path) || (brought !== undefined && isRootLink(files, path)),
    accounts: sights.accounts,
    database: keptDatabase(
      files,
      closure,
      stay.filter(({ name }) => brought?.has(name) !== true),
    ),
  });
  return { text, limits: [...left, ...limits] };
}

function isRootLink(files: FileSystem, path: string): boolean {
  return !path.includes("/") && files.entry(path)?.kind === "symlink";
}

// A layout or archive has no name that a builder knows.
function builderReference({ reference, digest }: IndexedImage): string | undefined {
  const local = /^(?:docker|podman|containerd|docker-daemon):(?!\/)(.+)$/.exec(reference)?.[1];
  if (local !== undefined) return local;
  if (/^(?:oci|oci-archive|docker-archive|dir):|^[./~]/.test(reference)) return undefined;
  const name = reference.replace(/^registry:/, "");
  try {
    parseReference(name);
  } catch {
    return undefined;
  }
  return digest === undefined || name.includes("@") ? name : `${name}@${digest}`;
}

function keptLine({ kept }: Closure, path: string): SlimPlan["kept"][number] {
  const reason = kept.get(path);
  return { path: `/${path}`, state: reason?.level ?? "needed", why: reason?.why ?? "all in it is kept" };
}
