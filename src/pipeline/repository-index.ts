import { createHash } from "node:crypto";
import { SeaworthyError } from "../core/errors.ts";
import type { Distro } from "../core/package.ts";
import type { OfferedVersion, PackageIndex } from "../core/package-repository.ts";
import { type AptRelease, type ReleaseFile, readAptRelease } from "../formats/apt-release.ts";
import { inflate } from "../formats/compression.ts";
import { type Offers, readApkOffers, readDebOffers } from "../formats/package-list.ts";
import { unxz } from "../formats/xz.ts";
import { type IndexPlace, smallFile } from "./index-place.ts";

/** What is asked of a repository. */
export interface RepositoryQuestion {
  readonly type: PackageIndex["type"];
  readonly names: ReadonlySet<string>;
  /** In the words of the package manager: `amd64`, `x86_64`. */
  readonly architecture: string;
  /** Components of an apt repository that count; undefined: all. */
  readonly components?: readonly string[] | undefined;
  /** Of the image: an index of another release of it tells nothing. */
  readonly distro: Distro | undefined;
}

/** What a repository offers, or why that does not count. */
export type RepositoryAnswer =
  | { readonly kind: "offers"; readonly offers: Offers; readonly note?: string | undefined }
  | { readonly kind: "left-out"; readonly note: string };

/** Reads a repository's index. @throws SeaworthyError when it cannot be read, or is not what its Release file says. */
export async function readRepository(
  place: IndexPlace,
  question: RepositoryQuestion,
): Promise<RepositoryAnswer> {
  return question.type === "apk" ? readApk(place, question) : readApt(place, question);
}

async function readApk(place: IndexPlace, question: RepositoryQuestion): Promise<RepositoryAnswer> {
  for (const path of ["APKINDEX.tar.gz", `${question.architecture}/APKINDEX.tar.gz`]) {
    const bytes = await place.read(path);
    if (bytes === undefined) continue;
    const what = `"${path}" of ${place.name}`;
    const { chunks } = await inflate(bytes, listBounds);
    return { kind: "offers", offers: await readApkOffers(chunks, { ...question, what }) };
  }
  throw absent(place, `APKINDEX.tar.gz for ${question.architecture}`);
}

const listBounds = { bytes: 2 ** 31, ratio: 1100, free: 2 ** 26 };
const releaseLimit = 16 * 2 ** 20;

async function readApt(place: IndexPlace, question: RepositoryQuestion): Promise<RepositoryAnswer> {
  const release = await findRelease(place);
  if (release === undefined) return readUnreleased(place, question);
  if (!isOfRelease(release, question))
    throw new SeaworthyError(
      "unsupported",
      `read ${place.name}: it is of "${release.codename}", the image of "${question.distro?.codename ?? ""}"`,
    );
  if (release.notAutomatic)
    return { kind: "left-out", note: `${place.name} is only for packages that are asked for` };
  const lists = chosenLists(release, question);
  if (lists.length === 0) throw absent(place, `list of packages for ${question.architecture}`);
  const offers = new Map<string, OfferedVersion[]>();
  for (const list of lists)
    for (const [name, versions] of await readList(place, release, list, question))
      offers.set(name, [...(offers.get(name) ?? []), ...versions]);
  return { kind: "offers", offers };
}

// `bookworm-security` and `bookworm-updates` are of `bookworm`; repositories of others name their releases as they like.
function isOfRelease({ origin, codename }: AptRelease, { distro }: RepositoryQuestion): boolean {
  const known = distro?.codename ?? "";
  if (known === "" || codename === "" || origin.toLowerCase() !== distro?.id) return true;
  return codename === known || codename.startsWith(`${known}-`);
}

async function findRelease(place: IndexPlace): Promise<AptRelease | undefined> {
  for (const path of ["InRelease", "Release"]) {
    const bytes = await place.read(path);
    if (bytes === undefined) continue;
    const what = `"${path}" of ${place.name}`;
    return readAptRelease(await smallFile(bytes, releaseLimit, what), what);
  }
  return undefined;
}

type ReleasedList = readonly [path: string, file: ReleaseFile];

const listName = /^(?:(.+)\/binary-([\w-]+)\/)?(?:\.\/)?Packages(\.gz|\.xz|)$/;
/** Which form of a list is taken: gzip is read ten times as fast as xz; the plain one is named by Release and mostly not there. */
const forms = [".gz", ".xz", ""];

// A flat repository has one list, without component and architecture.
function chosenLists(
  { files, allApart }: AptRelease,
  { architecture, components }: RepositoryQuestion,
): readonly ReleasedList[] {
  const chosen = new Map<string, { readonly rank: number; readonly list: ReleasedList }>();
  for (const [path, file] of files) {
    const match = listName.exec(path);
    if (match === null) continue;
    const [, component, arch, form = ""] = match;
    if (arch !== undefined && arch !== architecture && (arch !== "all" || !allApart)) continue;
    if (component !== undefined && !isComponent(component, components)) continue;
    const key = `${component ?? ""} ${arch ?? ""}`;
    const rank = forms.indexOf(form);
    if (rank < (chosen.get(key)?.rank ?? forms.length)) chosen.set(key, { rank, list: [path, file] });
  }
  return [...chosen.values()].map(({ list }) => list);
}

// Debian's installer has lists of its own (`main/debian-installer`).
function isComponent(found: string, components: readonly string[] | undefined): boolean {
  if (components === undefined) return !found.endsWith("/debian-installer");
  return components.some((one) => found === one || found.endsWith(`/${one}`));
}

async function readList(
  place: IndexPlace,
  { byHash }: AptRelease,
  [path, file]: ReleasedList,
  question: RepositoryQuestion,
): Promise<Offers> {
  const hashed = `${path.slice(0, path.lastIndexOf("/") + 1)}by-hash/SHA256/${file.sha256}`;
  const bytes = (byHash ? await place.read(hashed) : undefined) ?? (await place.read(path));
  const what = `"${path}" of ${place.name}`;
  if (bytes === undefined) throw absent(place, `"${path}", which its Release file names`);
  const sound = verified(bytes, file, what);
  const chunks = path.endsWith(".xz") ? unpacked(sound, what) : (await inflate(sound, listBounds)).chunks;
  return readDebOffers(chunks, { ...question, what });
}

const largestXz = 2 ** 27;

async function* unpacked(bytes: AsyncIterable<Uint8Array>, what: string): AsyncGenerator<Uint8Array> {
  yield* unxz(await smallFile(bytes, largestXz, what));
}

// The last chunk is only handed on when all are what they should be: a list that is not never comes to its end.
async function* verified(
  bytes: AsyncIterable<Uint8Array>,
  { sha256, size }: ReleaseFile,
  what: string,
): AsyncGenerator<Uint8Array> {
  const hash = createHash("sha256");
  let read = 0;
  let held: Uint8Array | undefined;
  for await (const chunk of bytes) {
    if (held !== undefined) yield held;
    held = chunk;
    hash.update(chunk);
    read += chunk.length;
    if (read > size) break;
  }
  if (read !== size || hash.digest("hex") !== sha256)
    throw new SeaworthyError("digest-mismatch", `read ${what}: it is not what its Release file says`);
  if (held !== undefined) yield held;
}

// What dpkg-scanpackages leaves.
async function readUnreleased(place: IndexPlace, question: RepositoryQuestion): Promise<RepositoryAnswer> {
  for (const path of ["Packages.gz", "Packages"]) {
    const bytes = await place.read(path);
    if (bytes === undefined) continue;
    const { chunks } = await inflate(bytes, listBounds);
    const offers = await readDebOffers(chunks, { ...question, what: `"${path}" of ${place.name}` });
    return { kind: "offers", offers, note: `${place.name} has no Release file: its list is taken as it is` };
  }
  throw absent(place, "InRelease, Release or Packages");
}

function absent(place: IndexPlace, what: string): SeaworthyError {
  return new SeaworthyError("source-unavailable", `read ${place.name}: it has no ${what}`);
}
