import type { ImageSetReport, SetImage } from "../core/image-set.ts";
import type { Verdict } from "../core/report.ts";
import { imageName } from "./image-name.ts";
import type { Issue, IssueList, IssueNote, IssuePlace } from "./issue.ts";
import { scanIssues } from "./scan-issues.ts";
import { clean } from "./terminal.ts";

/** What the report of a set of images has to say to a CI system: each issue at the line that names its image. Pure. */
export function setIssues(set: ImageSetReport): IssueList {
  const { images, gaps, notes, verdict } = set;
  const refusing = (code: string): boolean => code === "image-refused" || code === "check-failed";
  const told = verdict.reasons.map(({ code, message }) => ({ code, message: clean(message) }));
  const names = namesOf(images);
  return {
    category: "k8s",
    name: `${images.length} images`,
    issues: images.flatMap((image) =>
      imageIssues(image, names.get(image.reference) ?? image.reference, verdict),
    ),
    decision: verdict.decision,
    refusals: told.filter(({ code }) => refusing(code)),
    unknowns: told.filter(({ code }) => !refusing(code)),
    warnings: [],
    gaps: [
      ...gaps.map(({ code, message, file, line }) => ({
        code,
        message: clean(message),
        file: file === null ? undefined : clean(file),
        line: line ?? undefined,
      })),
      ...images.flatMap(imageGaps),
    ],
    notes: notes.map((note) => ({ code: "note", message: clean(note) })),
    steps: [],
    facts: { files: set.files, images: images.length, database: set.database?.digest ?? null },
  };
}

// The repository; with its tag where the files name several tags of it.
function namesOf(images: readonly SetImage[]): ReadonlyMap<string, string> {
  const times = new Map<string, number>();
  for (const { reference } of images)
    times.set(imageName(reference), (times.get(imageName(reference)) ?? 0) + 1);
  return new Map(
    images.map(({ reference }) => {
      const name = imageName(reference);
      return [reference, (times.get(name) ?? 0) > 1 ? reference : name];
    }),
  );
}

function imageIssues(image: SetImage, name: string, { reasons }: Verdict): readonly Issue[] {
  const { reference, outcome, checks } = image;
  const place = placeOf(image);
  const own = checks.map((check): Issue => {
    const refused = reasons.some(
      ({ code, message }) => code === "check-failed" && message.startsWith(`${check.id} `),
    );
    return {
      kind: "check",
      rule: check.id,
      aliases: check.aliases,
      title: clean(check.title),
      severity: check.severity,
      tags: ["security", "kubernetes"],
      of: clean(reference),
      subject: clean(reference),
      message: clean(`${reference}: ${check.message}`),
      remedy: clean(check.remedy),
      place,
      key: `${name} ${check.id}`,
      refusedBy: refused ? ["fail-on"] : [],
    };
  });
  if (outcome.kind !== "scanned" || outcome.report === undefined) return own;
  const found = scanIssues(outcome.report).issues.map((issue) => ({
    ...issue,
    of: clean(reference),
    message: `${clean(reference)}: ${issue.message}`,
    key: `${name} ${issue.key}`,
    path: issue.path ?? (issue.place.source ? undefined : issue.place.file),
    place,
  }));
  return [...own, ...found];
}

function placeOf({ uses, reference }: SetImage): IssuePlace {
  const [use] = uses;
  return use === undefined || use.file === "-"
    ? { file: clean(imageName(reference)), line: 1, source: false }
    : { file: clean(use.file), line: use.line ?? 1, source: true };
}

function imageGaps(image: SetImage): readonly IssueNote[] {
  const { outcome, reference } = image;
  const { file, line } = placeOf(image);
  if (outcome.kind === "error") {
    const words = clean(`${reference}: ${outcome.message}`);
    return [{ code: "image-unavailable", message: words, file, line }];
  }
  if (outcome.kind !== "scanned" || outcome.report === undefined) return [];
  return scanIssues(outcome.report).gaps.map((gap) => ({
    ...gap,
    message: `${clean(reference)}: ${gap.message}`,
    file,
    line,
  }));
}
