import { type FileSystem, ownerKey } from "../core/file-system.ts";
import type { Finding } from "../core/finding.ts";
import type { Package } from "../core/package.ts";
import type { FindingCounts, SlimPackage, SlimPlan, SlimState } from "../core/slim.ts";
import type { Closure } from "./closure.ts";
import { directoryOf, type Reason, within } from "./reach.ts";

/** Paths of a package's files and links. */
export function filesOf(
  files: FileSystem,
  { type, namespace, name, version, locations }: Package,
): readonly string[] {
  switch (type) {
    case "deb":
    case "apk":
    case "rpm":
      return files.owned(`${type} ${name}`);
    case "npm":
      return files.owned(`npm ${namespace === undefined ? name : `${namespace}/${name}`}@${version}`);
    case "pypi":
      return files.owned(ownerKey(`pypi ${name}@${version}`));
    case "maven":
    case "golang":
    case "cargo":
    case "generic":
      return [...new Set(locations.map(({ path }) => path.split("!/")[0] ?? path))];
  }
}

/** What becomes of each package, unneeded ones first, large before small. */
export function judgePackages(
  files: FileSystem,
  { kept }: Pick<Closure, "kept">,
  packages: readonly Package[],
  findings: readonly Finding[],
): readonly SlimPackage[] {
  const byPackage = Map.groupBy(findings, (finding) => finding.package);
  const judged = packages.map((pkg): SlimPackage => {
    const own = filesOf(files, pkg);
    const reasons = own.flatMap((path) => {
      const reason = kept.get(path);
      return reason === undefined ? [] : [{ path, reason }];
    });
    const best = reasons.find(({ reason }) => reason.level === "needed") ?? reasons[0];
    const state: SlimState = best === undefined ? "unneeded" : best.reason.level;
    const { purl, type, name, version } = pkg;
    return {
      purl,
      type,
      name,
      version,
      state,
      bytes: bytesOf(files, own),
      keptBytes: bytesOf(
        files,
        reasons.map(({ path }) => path),
      ),
      findings: countFindings(byPackage.get(purl) ?? []),
      chain: best === undefined ? [] : chainTo(kept, best.path),
    };
  });
  const order: readonly SlimState[] = ["unneeded", "doubtful", "needed"];
  return judged.sort(
    (a, b) =>
      order.indexOf(a.state) - order.indexOf(b.state) || b.bytes - a.bytes || (a.purl < b.purl ? -1 : 1),
  );
}

function bytesOf(files: FileSystem, paths: readonly string[]): number {
  return paths.reduce((sum, path) => sum + (files.entry(path)?.size ?? 0), 0);
}

/** Findings by severity. */
export function countFindings(findings: readonly Pick<Finding, "severity">[]): FindingCounts {
  const counts: { -readonly [Key in keyof FindingCounts]: FindingCounts[Key] } = {};
  for (const { severity } of findings) counts[severity] = (counts[severity] ?? 0) + 1;
  return counts;
}

const longestChain = 20;

// From the image's command to a kept path, one line a step.
function chainTo(kept: ReadonlyMap<string, Reason>, path: string): readonly string[] {
  const steps: string[] = [];
  const seen = new Set<string>();
  for (let at: string | undefined = path; at !== undefined && steps.length < longestChain; ) {
    const reason = kept.get(at);
    if (reason === undefined || seen.has(at)) break;
    seen.add(at);
    steps.unshift(`${at}: ${reason.why}`);
    at = reason.from;
  }
  return steps;
}

// Everything in the image, by canonical path.
function* allPaths(files: FileSystem): Generator<string> {
  const pending = [""];
  for (let at = pending.pop(); at !== undefined; at = pending.pop())
    for (const name of files.list(at)) {
      const path = within(at, name);
      yield path;
      if (files.entry(path)?.kind === "directory") pending.push(path);
    }
}

/** Visible bytes, those that stay, and what nobody owns and nothing reaches. */
export function weighFiles(
  files: FileSystem,
  { kept }: Pick<Closure, "kept">,
  isProof: (path: string) => boolean,
): Pick<SlimPlan, "unowned"> & { readonly bytes: number; readonly keptBytes: number } {
  const unowned = new Map<string, { files: number; bytes: number }>();
  let bytes = 0;
  let keptBytes = 0;
  for (const path of allPaths(files)) {
    const entry = files.entry(path);
    if (entry === undefined || entry.kind === "directory") continue;
    bytes += entry.size;
    if (kept.has(path)) keptBytes += entry.size;
    else if (files.owners(path).length === 0 && !isProof(path)) {
      const directory = directoryOf(path).split("/").slice(0, 3).join("/");
      const known = unowned.get(directory) ?? { files: 0, bytes: 0 };
      unowned.set(directory, { files: known.files + 1, bytes: known.bytes + entry.size });
    }
  }
  const listed = [...unowned].map(([directory, counted]) => ({ directory: `/${directory}`, ...counted }));
  return {
    bytes,
    keptBytes,
    unowned: listed.sort((a, b) => b.bytes - a.bytes || (a.directory < b.directory ? -1 : 1)),
  };
}
