import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { AdvisoryDatabase } from "../core/advisory.ts";
import { messageOf, SeaworthyError } from "../core/errors.ts";
import type { FileSystem } from "../core/file-system.ts";
import type { OpenImage } from "../core/image.ts";
import type { IndexedImage } from "../core/indexed.ts";
import { openImage } from "../images/open.ts";
import { databasePath } from "../pipeline/database.ts";
import { indexFingerprint } from "../pipeline/index-fingerprint.ts";
import { type IndexOptions, indexFiles, indexImage } from "../pipeline/index-image.ts";
import { openDatabase } from "../store/advisory-database.ts";
import { cacheDirectory, openLayerCache } from "../store/layer-cache.ts";
import type { Io } from "./command.ts";
import { type ImageValues, openOptions } from "./options.ts";
import { scanProgress } from "./scan-progress.ts";

/** What a command needs to judge an image; `close` the database when done. */
export interface Prepared {
  readonly indexed: IndexedImage;
  readonly database: AdvisoryDatabase;
  /** Text of the Dockerfile that was given. */
  readonly dockerfile: string | undefined;
}

/** Opens and indexes the image that a command line names, and the advisories that it is to be matched with. */
export function prepare(command: string, reference: string, values: ImageValues, io: Io): Promise<Prepared> {
  return prepareBy(command, reference, values, io, async (image, dockerfile) => ({
    indexed: await indexOpened(image, dockerfile, values, io),
  }));
}

/** As {@link prepare}, with the image's files themselves and what they ask for. */
export function prepareFiles(
  command: string,
  reference: string,
  values: ImageValues,
  io: Io,
): Promise<Prepared & { readonly files: FileSystem }> {
  return prepareBy(command, reference, values, io, (image, dockerfile) =>
    // Layers that are read in another way are kept apart.
    readOpened(image, dockerfile, values, io, `closure ${indexFingerprint()}`, indexFiles),
  );
}

/** The image that another one is compared with, indexed. Its Dockerfile is not the other's. */
export async function openForBaseline(reference: string, values: ImageValues, io: Io): Promise<IndexedImage> {
  const image = await openImage(reference, openOptions("scan", values, io));
  try {
    return await indexOpened(image, undefined, values, io);
  } finally {
    await image.close();
  }
}

type GivenDockerfile = { readonly file: string; readonly text: string } | undefined;

async function prepareBy<T>(
  command: string,
  reference: string,
  values: ImageValues,
  io: Io,
  read: (image: OpenImage, dockerfile: GivenDockerfile) => Promise<T>,
): Promise<T & Pick<Prepared, "database" | "dockerfile">> {
  const dockerfile = readDockerfile(values.dockerfile, io);
  const image = await openImage(reference, openOptions(command, values, io));
  try {
    const database = await findDatabase(values, io);
    try {
      return { ...(await read(image, dockerfile)), database, dockerfile: dockerfile?.text };
    } catch (thrown) {
      database.close();
      throw thrown;
    }
  } finally {
    await image.close();
  }
}

function readDockerfile(path: string | undefined, io: Io): GivenDockerfile {
  if (path === undefined) return undefined;
  try {
    return { file: path, text: readFileSync(resolve(io.cwd, path), "utf8") };
  } catch (thrown) {
    throw new SeaworthyError("usage", `read Dockerfile "${path}": ${messageOf(thrown)}`, { cause: thrown });
  }
}

/** Reads an opened image's layers, with the user's cache and progress on the terminal. */
export function indexOpened(
  image: OpenImage,
  dockerfile: GivenDockerfile,
  values: ImageValues,
  io: Io,
): Promise<IndexedImage> {
  return readOpened(image, dockerfile, values, io, indexFingerprint(), indexImage);
}

async function readOpened<T>(
  image: OpenImage,
  dockerfile: GivenDockerfile,
  values: ImageValues,
  io: Io,
  fingerprint: string,
  read: (image: OpenImage, options: IndexOptions) => Promise<T>,
): Promise<T> {
  const cache =
    values["no-cache"] === true
      ? undefined
      : openLayerCache({ directory: cacheDirectory(io.env), fingerprint });
  const progress = scanProgress(io.stderr, image.layers.length, values["no-progress"] !== true);
  try {
    return await read(image, { cache, dockerfile, onProgress: progress.onProgress });
  } finally {
    progress.end();
  }
}

/**
 * The database named, or the user's own, or a first one built from the network, or the landmarks.
 * What must be said of it goes to the standard error.
 */
export async function findDatabase(values: ImageValues, io: Io): Promise<AdvisoryDatabase> {
  const path = values.db === undefined ? databasePath(io.env) : resolve(io.cwd, values.db);
  const named = values.db !== undefined || (io.env["SEAWORTHY_DB"] ?? "") !== "";
  if (named || existsSync(path)) return openDatabase(path);
  // Only a first build needs the network and a progress bar.
  const [{ ensureDatabase }, { createNetwork }, { databaseProgress }] = await Promise.all([
    import("../pipeline/database.ts"),
    import("../net/http.ts"),
    import("./db-progress.ts"),
  ]);
  const offline = values.offline === true;
  const network = createNetwork({ env: io.env, offline });
  const progress = databaseProgress(io.stderr);
  try {
    const { tell, received } = progress;
    const now = `${io.today}T00:00:00Z`;
    const ensured = await ensureDatabase({
      path: undefined,
      cwd: io.cwd,
      env: io.env,
      offline,
      network,
      now,
      tell,
      received,
    });
    progress.end();
    if (ensured.note !== undefined) io.stderr.write(`seaworthy: ${ensured.note}\n`);
    return ensured.database;
  } finally {
    progress.end();
    await network.close();
  }
}

/** Reference of an image that is made on the spot, once: what is scanned when none is named. */
export async function sampleImage(io: Io): Promise<string> {
  const { makeSampleImage } = await import("../pipeline/sample.ts");
  const onProgress = (line: string): void => void io.stderr.write(`seaworthy: ${line}\n`);
  const dir = await makeSampleImage(join(cacheDirectory(io.env), "sample"), { onProgress });
  return `oci:${dir}`;
}
