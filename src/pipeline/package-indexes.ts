import { resolve } from "node:path";
import { messageOf } from "../core/errors.ts";
import type { IndexedImage } from "../core/indexed.ts";
import type { PackageIndex, PackageRepository } from "../core/package-repository.ts";
import type { Gap } from "../core/report.ts";
import type { Network } from "../net/http.ts";
import { directoryPlace, type IndexPlace, webPlace } from "./index-place.ts";
import { type RepositoryQuestion, readRepository } from "./repository-index.ts";

/** Which repositories are asked what they offer. */
export interface IndexSources {
  /** Directories and addresses that the user names. */
  readonly given: readonly string[];
  readonly cwd: string;
  /** For the addresses that the user names. */
  readonly network: Network;
  /** For those that the image names, which may only be public hosts; undefined: they are not asked. */
  readonly imagesNetwork: Network | undefined;
}

/** What was read, and what was not. */
export interface IndexAnswers {
  readonly indexes: readonly PackageIndex[];
  readonly gaps: readonly Gap[];
  readonly notes: readonly string[];
}

/** Reads what repositories offer of an image's OS packages. What cannot be read becomes a gap: it was asked for. */
export async function readPackageIndexes(image: IndexedImage, sources: IndexSources): Promise<IndexAnswers> {
  const questions = (["deb", "apk"] as const).flatMap((type) => questionOf(image, type));
  if (questions.length === 0)
    return { indexes: [], gaps: [], notes: ["no package of apt or apk: nothing is compared with an index"] };
  const gaps: Gap[] = [];
  const notes: string[] = [];
  const indexes: PackageIndex[] = [];
  for (const { place, question } of placesOf(image, sources, questions, gaps, notes)) {
    try {
      const answer = await readRepository(place, question);
      if (answer.note !== undefined) notes.push(answer.note);
      if (answer.kind === "offers") indexes.push({ type: question.type, offers: answer.offers });
    } catch (thrown) {
      gaps.push({ code: "package-index-unread", message: messageOf(thrown) });
    }
  }
  return { indexes, gaps, notes };
}

function questionOf(
  { packages, distro }: IndexedImage,
  type: PackageIndex["type"],
): readonly RepositoryQuestion[] {
  const own = packages.filter((pkg) => pkg.type === type);
  if (own.length === 0) return [];
  const names = new Set(own.map(({ name }) => name));
  return [{ type, names, architecture: mostOf(own.map(({ arch = "" }) => arch)), distro }];
}

// Packages of all architectures name none.
function mostOf(architectures: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const one of architectures)
    if (one !== "" && one !== "all" && one !== "noarch") counts.set(one, (counts.get(one) ?? 0) + 1);
  return [...counts].toSorted(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))[0]?.[0] ?? "all";
}

interface Asked {
  readonly place: IndexPlace;
  readonly question: RepositoryQuestion;
}

function placesOf(
  image: IndexedImage,
  { given, cwd, network, imagesNetwork }: IndexSources,
  questions: readonly RepositoryQuestion[],
  gaps: Gap[],
  notes: string[],
): readonly Asked[] {
  const named = given.flatMap((text) => {
    const place = /^https?:\/\//.test(text) ? webPlace(text, network) : directoryPlace(resolve(cwd, text));
    return questions.map((question) => ({ place, question }));
  });
  if (imagesNetwork === undefined) return named;
  const found = (image.repositories ?? []).flatMap((repository) =>
    fromImage(repository, imagesNetwork, questions, notes),
  );
  if (found.length === 0)
    gaps.push({ code: "package-index-unread", message: "the image names no repository that can be asked" });
  return [...named, ...distinct(found)];
}

function fromImage(
  repository: PackageRepository,
  network: Network,
  questions: readonly RepositoryQuestion[],
  notes: string[],
): readonly Asked[] {
  if (repository.kind === "unread") {
    notes.push(
      `the image's repository "${repository.text}" is not asked: it is not on the web, or written wrong`,
    );
    return [];
  }
  const type = repository.kind === "apt" ? "deb" : "apk";
  const question = questions.find((one) => one.type === type);
  if (question === undefined) return [];
  if (repository.kind === "apk") return [{ place: webPlace(repository.uri, network), question }];
  const { uri, components, architectures } = repository;
  if (architectures?.includes(question.architecture) === false) return [];
  const suite = repository.suite.replaceAll("$(ARCH)", question.architecture);
  const flat = components.length === 0;
  const place = webPlace(flat ? `${uri}/${suite}` : `${uri}/dists/${suite}`, network);
  return [{ place, question: { ...question, components: flat ? undefined : components } }];
}

function distinct(asked: readonly Asked[]): readonly Asked[] {
  const key = ({ place, question }: Asked) => `${place.name} ${question.components?.join(" ") ?? ""}`;
  return [...new Map(asked.map((one) => [key(one), one])).values()];
}
