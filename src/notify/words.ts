import type { Alert, AlertBatch, AlertPackage } from "../core/alert.ts";

/** A count with its word. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

/** What a batch is about in one line. */
export function headline({ alerts }: AlertBatch): string {
  const open = alerts.filter(({ news }) => news !== "mended");
  const mended = alerts.length - open.length;
  const images = new Set(open.flatMap((alert) => alert.images.map(({ reference }) => reference))).size;
  const told =
    open.length === 0
      ? []
      : [
          `${counted(open.length, "advisory").replace("advisorys", "advisories")} over ${counted(images, "image")}`,
        ];
  return ["Seaworthy:", [...told, ...(mended === 0 ? [] : [`${mended} mended`])].join(", ")].join(" ");
}

/** What an alert is about in one line. */
export function titleOf({ id, severity, kev, epss, news, images }: Alert): string {
  const marks = [
    severity,
    ...(kev ? ["known exploited"] : []),
    ...(epss === null ? [] : [`EPSS ${(epss * 100).toFixed(1)} %`]),
    ...(news === "new" ? [] : [news]),
  ];
  return `${id} (${marks.join(", ")}) in ${counted(images.length, "image")}`;
}

/** A package with what mends it. */
export function packageText({ name, versions, fixed }: AlertPackage): string {
  return `${name} ${versions.join(", ")}${fixed.length === 0 ? ", no fix yet" : ` → ${fixed.join(" or ")}`}`;
}

const mostImages = 10;

/** The images in words, the first ten of them. */
export function imageTexts({ images }: Alert): readonly string[] {
  const shown = images
    .slice(0, mostImages)
    .map(({ reference, from }) => (from.length === 0 ? reference : `${reference} (${from.join(", ")})`));
  return images.length > mostImages ? [...shown, `and ${images.length - mostImages} more`] : shown;
}

/** What names in images must not do to a message: no control characters, no way to turn the writing. */
export function clean(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]+/gu, " ");
}
