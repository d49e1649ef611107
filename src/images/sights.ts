import { entryKinds } from "../core/layer.ts";
import type { Accounts, Observation } from "../core/plugin.ts";
import type { Gap } from "../core/report.ts";
import type { PlacedObservation, TreeCheck, TreeSights, Waste } from "../core/sights.ts";
import { compareText } from "../core/text-order.ts";
import type { Owners } from "./attribution-owners.ts";
import { type Inspection, inspectTree } from "./inspect.ts";
import type { MergedLayers } from "./merge.ts";
import { resolvePath } from "./tree.ts";
import { layerOf, type PathState } from "./tree-apply.ts";
import { entryPath } from "./walk-entries.ts";

/** What checks saw, before it is known who owns what they saw. */
export interface UnownedSights {
  /** Paths whose owners are to be asked for. */
  readonly paths: readonly string[];
  /** Of what was left out. */
  readonly gaps: readonly Gap[];
  /** Answers the sights whole. */
  attribute(owners: Owners): TreeSights;
}

/** All that checks see in merged layers. */
export function seeTree(merged: MergedLayers, checks: readonly TreeCheck[]): UnownedSights {
  const inspection = inspectTree(merged, checks);
  const { observations, gaps } = placeObservations(merged);
  return {
    gaps,
    paths: [
      ...inspection.finds.flatMap(({ members, placed }) => (placed ? [] : members.map(({ path }) => path))),
      ...observations.filter(({ unlessOwned }) => unlessOwned === true).map(({ path }) => path),
    ],
    attribute: (owners) => ({
      finds: inspection.finds.map(({ placed, ...find }) => ({
        ...find,
        members: placed
          ? find.members
          : find.members.map((member) => ({ ...member, owner: owners.osOwner(member.path) })),
      })),
      observations: observations.filter(
        ({ unlessOwned, path, layer }) => unlessOwned !== true || !owners.isShipped(path, layer),
      ),
      accounts: visibleAccounts(merged),
      owners: inspection.owners,
      waste: wasteOf(merged, inspection),
      newest: newestFiles(merged),
    }),
  };
}

/** Most observations of one check: a few megabytes of small files can hold a million, and the report names each. */
const mostOfCheck = 5000;

interface Observed {
  readonly observations: readonly PlacedObservation[];
  readonly gaps: readonly Gap[];
}

function placeObservations(merged: MergedLayers): Observed {
  const observations: PlacedObservation[] = [];
  const counts = new Map<string, number>();
  for (const [path, states] of merged.states)
    for (const observation of followPath(merged, path, states)) {
      const count = (counts.get(observation.check) ?? 0) + 1;
      counts.set(observation.check, count);
      if (count <= mostOfCheck) observations.push(observation);
    }
  observations.sort(
    (a, b) => compareText(a.path, b.path) || (a.line ?? 0) - (b.line ?? 0) || compareText(a.check, b.check),
  );
  const beyond = [...counts].filter(([, count]) => count > mostOfCheck);
  return { observations, gaps: beyond.map(([check, count]) => beyondGap(check, count - mostOfCheck)) };
}

function beyondGap(check: string, more: number): Gap {
  const message = `look into files for ${check}: ${more} more observations than the ${mostOfCheck} that are kept`;
  return { code: "layer-unreadable", message };
}

// Where a check noticed the same in a file through several layers, the first of them brought it.
function followPath(
  merged: MergedLayers,
  path: string,
  states: readonly PathState[],
): readonly PlacedObservation[] {
  let standing = new Map<string, PlacedObservation>();
  const placed: PlacedObservation[] = [];
  for (const { layer, id } of states) {
    const next = new Map<string, PlacedObservation>();
    const counts = new Map<string, number>();
    for (const observation of observationsOf(merged, id)) {
      const told = `${observation.check}\n${observation.message}`;
      const count = counts.get(told) ?? 0;
      counts.set(told, count + 1);
      // Lines move when a file is changed: the first of two that say the same stays the first.
      const key = `${count}\n${told}`;
      const brought = standing.get(key)?.layer ?? bytesLayer(merged, id, layer);
      next.set(key, { ...observation, path, layer: brought, removedIn: undefined });
    }
    for (const [key, gone] of standing) if (!next.has(key)) placed.push({ ...gone, removedIn: layer });
    standing = next;
  }
  return [...placed, ...standing.values()];
}

function bytesLayer(merged: MergedLayers, id: number | undefined, layer: number): number {
  return id === undefined ? layer : layerOf(merged.bases, id);
}

function observationsOf(merged: MergedLayers, id: number | undefined): readonly Observation[] {
  if (id === undefined) return [];
  return merged.finds.get(id, "observations").flatMap(({ observations = [] }) => observations);
}

function visibleAccounts(merged: MergedLayers): Accounts | undefined {
  const users = accountsAt(merged, "etc/passwd")?.users;
  return users === undefined ? undefined : { users, groups: accountsAt(merged, "etc/group")?.groups ?? [] };
}

// Nix' images have links there.
function accountsAt({ tree, contents, finds }: MergedLayers, path: string): Accounts | undefined {
  const node = resolvePath(tree, path)?.node;
  if (typeof node !== "number") return undefined;
  return finds.get(contents.get(node) ?? node, "accounts")[0]?.accounts;
}

/** Most paths that are kept of what is wasted. */
const mostWasted = 200;

function wasteOf({ entries, wasted }: MergedLayers, { visibleBytes }: Inspection): Waste {
  let total = 0;
  for (const { count, kind, size } of entries)
    for (let entry = 0; entry < count; entry += 1)
      if (kind[entry] === entryKinds.file) total += size[entry] ?? 0;
  const paths = [...wasted]
    .map(([path, { bytes, layers }]) => ({ path, bytes, layers: [...layers].sort((a, b) => a - b) }))
    .sort((a, b) => b.bytes - a.bytes || compareText(a.path, b.path));
  return { bytes: Math.max(0, total - visibleBytes), total, paths: paths.slice(0, mostWasted) };
}

function newestFiles({ entries }: MergedLayers): TreeSights["newest"] {
  return entries.flatMap((layerEntries, layer) =>
    layerEntries.newest.map(({ entry, mtime }) => ({ path: entryPath(layerEntries, entry), layer, mtime })),
  );
}
