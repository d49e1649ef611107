import type { ImageSetReport } from "../core/image-set.ts";
import { openImage } from "../images/open.ts";
import { wantedPlatform } from "../images/platform.ts";
import { chartsOf } from "../manifests/helm.ts";
import { findImages } from "../manifests/list.ts";
import { type DecidedBy, type SetScan, scanSet } from "../pipeline/scan-set.ts";
import { setFormats } from "../reports/formats.ts";
import { exitCodes, type Io } from "./command.ts";
import { renderCharts } from "./helm.ts";
import { manifestTree } from "./manifest-files.ts";
import { type ImageValues, judgedDay, type Output, openOptions, usageError } from "./options.ts";
import { findDatabase, indexOpened } from "./scan-image.ts";
import { type ReadTemplate, writeFormats } from "./write-formats.ts";

/** What the command line says beside the places. */
export interface SetRequest {
  readonly places: readonly string[];
  readonly values: ImageValues;
  /** Files of values for all charts, the later ones over the earlier. */
  readonly chartValues: readonly string[];
  readonly by: DecidedBy;
  /** Takes out what exceptions and VEX say may stand; undefined: there are none. */
  readonly settle: SetScan["settle"];
  readonly outputs: readonly Output<keyof typeof setFormats>[];
  readonly template: ReadTemplate;
  readonly all: boolean;
  /** List the images, and scan none. */
  readonly listOnly: boolean;
}

/** `seaworthy scan k8s`: finds the images that files name, scans each once and gives one verdict. Answers the exit code. */
export async function scanK8s(request: SetRequest, io: Io): Promise<number> {
  const { places, outputs, all, template, chartValues } = request;
  wantedPlatform(request.values.platform);
  const tree = await manifestTree(places.length === 0 ? ["."] : places, chartValues, io);
  for (const file of chartValues)
    if (tree.kind(file) !== "file") throw usageError("scan", `there is no file "${file}" of --values`);
  const charts = await renderCharts(chartsOf(tree.paths), chartValues, tree, io);
  const named = findImages(tree, charts, chartValues);
  const set = await scanned(named, request, io);
  await writeFormats(set, setFormats, outputs, { all, template }, io);
  return exitCodes[set.verdict.decision];
}

async function scanned(
  named: ReturnType<typeof findImages>,
  { values, by, settle, outputs, listOnly }: SetRequest,
  io: Io,
): Promise<ImageSetReport> {
  const today = judgedDay("scan", values, io);
  const options = openOptions("scan", values, io);
  if (listOnly || named.images.length === 0) return scanSet(named, by, undefined);
  const database = await findDatabase(values, io);
  try {
    return await scanSet(named, by, {
      // A manifest's text may name no file and no engine of this machine: the cluster would pull it, too.
      open: (reference) => openImage(`registry:${reference}`, options),
      index: (image) => indexOpened(image, undefined, values, io),
      database,
      today,
      settle,
      keepReports: outputs.some(({ format }) => format !== "table"),
    });
  } finally {
    database.close();
  }
}
