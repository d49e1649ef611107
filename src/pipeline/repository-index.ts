import { createHash } from "node:crypto";
import { SeaworthyError } from "../core/errors.ts";
import type { OfferedVersion, PackageIndex } from "../core/package-repository.ts";
import { type AptRelease, type ReleaseFile, readAptRelease } from "../formats/apt-release.ts";
import { inflate } from "../formats/compression.ts";
import { type Offers, readApkOffers, readDebOffers } from "../formats/package-list.ts";
import { type IndexPlace, smallFile } from "./index-place.ts";

/** What is asked of a repository. */
export interface RepositoryQuestion {
  readonly type: PackageIndex["type"];
  readonly names: ReadonlySet<string>;
  /** In the words of the package manager: `amd64`, `x86_64`. */
  readonly architecture: string;
  /** Components of an apt repository that count; undefined: all. */
  readonly components?: readonly string[] | undefined;
  /** Codename of the image's release: an index of another one tells nothing. */
  readonly codename?: string | undefined;
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

const listBounds = { bytes: 2 ** 31, ratio: 1100 };
const releaseLimit = 16 * 2 ** 20;

async function readApt(place: IndexPlace, question: RepositoryQuestion): Promise<RepositoryAnswer> {
  const release = await findRelease(place);
  if (release === undefined) return readUnreleased(place, question);
  const { codename = "" } = question;
  if (codename !== "" && release.codename !== "" && !isOfRelease(release.codename, codename))
    throw new SeaworthyError(
      "unsupported",
      `read ${place.name}: it is of "${release.codename}", the image of "${codename}"`,
    );
  if (release.notAutomatic)
    return { kind: "left-out", note: `${place.name} is only for packages that are asked for` };
  const lists = chosenLists(release, question);
  if (lists.length === 0) throw absent(place, `list for ${question.architecture} that is gzipped or plain`);
  const offers = new Map<string, OfferedVersion[]>();
  for (const list of lists)
    for (const [name, versions] of await readList(place, release, list, question))
      offers.set(name, [...(offers.get(name) ?? []), ...versions]);
  return { kind: "offers", offers };
}

// `bookworm-security` and `bookworm-updates` are of `bookworm`; repositories of others have names of their own (`stable`, `nodistro`).
function isOfRelease(found: string, codename: string): boolean {
  return found === codename || found.startsWith(`${codename}-`) || !debianNames.test(found);
}

const debianNames =
  /^(?:stretch|buster|bullseye|bookworm|trixie|forky|duke|sid|xenial|bionic|focal|jammy|noble|plucky|questing|resolute)\b/;

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

const listName = /^(?:(.+)\/binary-([\w-]+)\/)?(?:\.\/)?Packages(\.gz)?$/;

// Of each list the gzipped form, else the plain one; Node reads no xz. A flat repository has one list, without component and architecture.
function chosenLists(
  { files }: AptRelease,
  { architecture, components }: RepositoryQuestion,
): readonly ReleasedList[] {
  const chosen = new Map<string, ReleasedList>();
  for (const [path, file] of files) {
    const match = listName.exec(path);
    if (match === null) continue;
    const [, component, arch, gzipped] = match;
    if (arch !== undefined && arch !== architecture && arch !== "all") continue;
    if (component !== undefined && components !== undefined && !isComponent(component, components)) continue;
    const key = `${component ?? ""} ${arch ?? ""}`;
    if (gzipped !== undefined || !chosen.has(key)) chosen.set(key, [path, file]);
  }
  return [...chosen.values()];
}

// Debian's installer has lists of its own (`main/debian-installer`).
function isComponent(found: string, components: readonly string[]): boolean {
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
  const { chunks } = await inflate(verified(bytes, file, what), listBounds);
  return readDebOffers(chunks, { ...question, what });
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
