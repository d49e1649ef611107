import type { Alert, AlertBatch, AlertPackage } from "../core/alert.ts";

/** What a batch is about in one line. */
export function headline({ alerts, part, parts }: AlertBatch): string {
  const open = alerts.filter(({ news }) => news !== "mended");
  const mended = alerts.length - open.length;
  const images = new Set(open.flatMap((alert) => alert.images.map(({ reference }) => reference))).size;
  const told = [
    ...(open.length === 0
      ? []
      : [`${open.length} ${open.length === 1 ? "advisory" : "advisories"} over ${counted(images)}`]),
    ...(mended === 0 ? [] : [`${mended} mended or accepted`]),
  ];
  return `Seaworthy: ${told.join(", ")}${parts === 1 ? "" : ` (part ${part} of ${parts})`}`;
}

/** What an alert is about in one line. */
export function titleOf({ id, severity, kev, epss, news, images }: Alert): string {
  const name = cut(clean(id), 100);
  if (news === "mended") return `${name} (${severity}): mended or accepted in ${counted(images.length)}`;
  const marks = [
    severity,
    ...(kev ? ["known exploited"] : []),
    ...(epss === null ? [] : [`EPSS ${(epss * 100).toFixed(1)} %`]),
    ...(news === "new" ? [] : [news]),
  ];
  return `${name} (${marks.join(", ")}) in ${counted(images.length)}`;
}

/** The publisher's words in one line; empty where there are none. */
export function summaryOf({ summary }: Alert): string {
  return cut(clean(summary).trim(), 300);
}

const mostPackages = 5;

/** The packages with what mends them, the first five. */
export function packageTexts({ packages }: Alert): readonly string[] {
  return listed(packages.map(packageText), mostPackages);
}

const mostImages = 10;

/** The images in words, the first ten. */
export function imageTexts({ images }: Alert): readonly string[] {
  const texts = images.map(({ reference, from }) =>
    from.length === 0 ? reference : `${reference} (${listed(from, 3).join(", ")})`,
  );
  return listed(texts, mostImages);
}

/** An alert in one line, where there are too many to tell at length. */
export function lineOf(alert: Alert): string {
  const [first, ...rest] = alert.packages;
  if (first === undefined) return titleOf(alert);
  return `${titleOf(alert)}: ${packageText(first)}${rest.length === 0 ? "" : ` and ${rest.length} more`}`;
}

/** Where to read more: a web address and nothing else (`javascript:` comes from a hostile advisory). */
export function linkOf({ url }: Alert): string | undefined {
  if (url === null || !URL.canParse(url) || url.length > 500) return undefined;
  const parsed = new URL(url);
  return parsed.protocol === "https:" || parsed.protocol === "http:" ? parsed.href : undefined;
}

/** What names in images must not do to a message: no control characters, no way to turn the writing. */
export function clean(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]+/gu, " ");
}

/** Cleaned text of `most` UTF-16 units at most, with `…` for what is gone; no sign is cut in two. */
export function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/u, "")}…`;
}

function counted(images: number): string {
  return `${images} image${images === 1 ? "" : "s"}`;
}

function packageText({ name, versions, fixed }: AlertPackage): string {
  const mends = fixed.length === 0 ? ", no fix yet" : ` → ${listed(fixed, 3).join(" or ")}`;
  return cut(clean(`${name} ${listed(versions, 3).join(", ")}${mends}`), 200);
}

function listed(texts: readonly string[], most: number): readonly string[] {
  const shown = texts.slice(0, most).map((text) => cut(clean(text), 200));
  return texts.length > most ? [...shown, `and ${texts.length - most} more`] : shown;
}
