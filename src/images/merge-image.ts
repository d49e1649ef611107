import type { LayerBlob } from "../core/image.ts";
import type { ImageContent } from "../core/indexed.ts";
import type { LayerIndex } from "../core/layer.ts";
import { entryKinds } from "../core/layer.ts";
import type { Distro } from "../core/package.ts";
import type { TreeCheck } from "../core/sights.ts";
import { compareText } from "../core/text-order.ts";
import { attributePackages, visibleContents } from "./attribution.ts";
import { type Owners, resolveOwners } from "./attribution-owners.ts";
import type { MergedLayers } from "./merge.ts";
import { emptinessGaps, fileGaps, layerGaps, mergeFaultGaps } from "./merge-gaps.ts";
import { managerPrograms, osGaps } from "./merge-gaps-os.ts";
import { releaseGaps } from "./merge-gaps-release.ts";
import { remainsGaps } from "./merge-gaps-remains.ts";
import { withLicences } from "./merge-licences.ts";
import { mergePackages } from "./merge-packages.ts";
import { packagesByPlugin, pluginRuns } from "./merge-runs.ts";
import { seeTree } from "./sights.ts";
import { resolvePath } from "./tree.ts";
import { layerOf } from "./tree-apply.ts";

/** Puts an image together from its merged layers. `plugins`: ids of all extractors and probes, for the ledger. */
export function assembleImage(
  blobs: readonly LayerBlob[],
  layers: readonly (LayerIndex | undefined)[],
  merged: MergedLayers,
  plugins: readonly string[],
  checks: readonly TreeCheck[] = [],
): ImageContent {
  const visible = visibleContents(merged);
  const sightings = withLicences(merged, attributePackages(merged));
  const distro = findDistro(merged, visible);
  const proving = sightings.filter(({ removedIn }) => removedIn === undefined).map(({ path }) => path);
  const programs = [...visible].filter(([, id]) => merged.programs.has(id)).map(([path]) => path);
  const managers = Object.values(managerPrograms).flat();
  const seen = seeTree(merged, checks);
  const owners = resolveOwners(merged, visible, sightings, [
    ...proving,
    ...programs,
    ...managers,
    ...seen.paths,
  ]);
  const packages = mergePackages(sightings, distro, (path) => owners.osOwner(path));
  const gaps = [
    ...blobs.flatMap((blob, index) => layerGaps(blob, layers[index], index)),
    ...mergeFaultGaps(merged),
    ...seen.gaps,
    ...fileGaps(merged, visible, packages.errors),
    ...remainsGaps({ merged, visible, sightings }),
    ...osGaps({ merged, visible, sightings, distro, owners }),
    ...releaseGaps({ distro, packages: packages.visible, files: releaseFiles(merged, visible) }),
  ];
  return {
    distro,
    packages: packages.visible,
    hiddenPackages: packages.hidden,
    runs: pluginRuns(layers, plugins, packagesByPlugin(sightings), packages.errors),
    gaps: [...gaps, ...emptinessGaps(packages.visible, gaps)],
    unownedExecutables: unowned(merged, visible, programs, new Set(proving), owners),
    files: layers.reduce((sum, layer) => sum + countFiles(layer), 0),
    bytes: layers.reduce((sum, layer) => sum + (layer?.bytes ?? 0), 0),
    sights: seen.attribute(owners),
    repositories: visibleRepositories(merged, visible),
  };
}

function visibleRepositories(
  merged: MergedLayers,
  visible: ReadonlyMap<string, number>,
): ImageContent["repositories"] {
  const found = [...visible].flatMap(([path, id]) =>
    merged.finds.get(id, "repositories").map(({ repositories = [] }) => ({ path, repositories })),
  );
  return found.sort((a, b) => compareText(a.path, b.path)).flatMap(({ repositories }) => repositories);
}

// os-release(5): /etc wins over /usr/lib; another file that names a distribution only speaks where neither does.
function findDistro(merged: MergedLayers, visible: ReadonlyMap<string, number>): Distro | undefined {
  for (const path of ["etc/os-release", "usr/lib/os-release"]) {
    const node = resolvePath(merged.tree, path)?.node;
    if (typeof node !== "number") continue;
    const distro = distroOf(merged, merged.contents.get(node) ?? node);
    if (distro !== undefined) return distro;
  }
  const others = [...visible].flatMap(([path, id]) => {
    const distro = distroOf(merged, id);
    return distro === undefined ? [] : [{ path, distro }];
  });
  others.sort((a, b) => rank(a.path) - rank(b.path) || compareText(a.path, b.path));
  return others[0]?.distro;
}

function releaseFiles(
  merged: MergedLayers,
  visible: ReadonlyMap<string, number>,
): ReadonlyMap<string, Distro> {
  const files = new Map<string, Distro>();
  for (const [path, id] of visible) {
    const distro = distroOf(merged, id);
    if (distro !== undefined) files.set(path, distro);
  }
  return files;
}

// What derived distributions keep of the one that they derive from.
function rank(path: string): number {
  return ["etc/system-release", "etc/redhat-release", "etc/debian_version"].indexOf(path);
}

function distroOf(merged: MergedLayers, id: number): Distro | undefined {
  return merged.finds.get(id, "distro")[0]?.distro;
}

// A file that proves a language package (a Go program, a jar) belongs to that package. What distroless images list of a package's
// files is its md5sums, in which dpkg leaves the configuration out.
function unowned(
  merged: MergedLayers,
  visible: ReadonlyMap<string, number>,
  programs: readonly string[],
  proving: ReadonlySet<string>,
  owners: Owners,
): ImageContent["unownedExecutables"] {
  const listless = [...visible.keys()].some((path) => path.startsWith("var/lib/dpkg/status.d/"));
  const isConfiguration = (path: string): boolean =>
    listless && path.startsWith("etc/") && merged.programs.get(visible.get(path) ?? -1) === "script";
  return programs
    .filter((path) => !proving.has(path) && !owners.isOwned(path))
    .filter((path) => !isMaintainerScript(path, visible) && !isConfiguration(path))
    .sort(compareText)
    .map((path) => ({ path, layer: layerOf(merged.bases, visible.get(path) ?? 0) }));
}

// dpkg keeps the scripts of its packages beside the lists of their files, and lists neither.
const scriptName = /^(var\/lib\/dpkg\/info\/.+)\.(?:preinst|postinst|prerm|postrm|config)$/;

function isMaintainerScript(path: string, visible: ReadonlyMap<string, number>): boolean {
  const [, stem] = scriptName.exec(path) ?? [];
  return stem !== undefined && visible.has(`${stem}.list`);
}

function countFiles(layer: LayerIndex | undefined): number {
  let files = 0;
  const kinds = layer?.entries.kind ?? [];
  for (let index = 0; index < kinds.length; index += 1) if (kinds[index] === entryKinds.file) files += 1;
  return files;
}
