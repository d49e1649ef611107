import type { Alert, AlertBatch } from "../../src/core/alert.ts";
import type { Report } from "../../src/core/report.ts";
import { fullReport, lodash, sampleFinding } from "./sample-report.ts";

/** An alert over one image. */
export function sampleAlert(id: string, more: Partial<Alert> = {}): Alert {
  return {
    id,
    aliases: [],
    severity: "high",
    kev: false,
    epss: null,
    summary: "words",
    url: `https://example.org/${id}`,
    packages: [{ name: "npm lodash", versions: ["4.17.4"], fixed: ["4.17.21"] }],
    images: [{ reference: "example.org/app:1", digest: null, from: ["layer 1"] }],
    news: "new",
    ...more,
  };
}

/** A message of these alerts. */
export function sampleBatch(...alerts: readonly Alert[]): AlertBatch {
  return { today: "2026-01-01", alerts, part: 1, parts: 1 };
}

/** What an image, or an advisory, may try to make of a message. */
export const hostileText =
  "<!channel> <@U1> @here @everyone <https://evil.example|click> [a](https://evil.example) **b** _c_ `d` :bomb: <script>&amp;\r\nBcc: x@evil.example\r\n.\r\nQUIT\u001B[31m\u202E\u0000";

/** An alert in which each text is hostile, and long. */
export function hostileAlert(length = 5): Alert {
  const text = hostileText.repeat(length);
  const many = Array.from({ length: 12 }, (_, at) => `${at}${text}`);
  const some = many.slice(0, 4);
  return sampleAlert(text, {
    aliases: many,
    summary: text,
    url: `javascript:alert(1)//${text}`,
    packages: many.map((name) => ({ name, versions: some, fixed: some })),
    images: many.map((reference) => ({ reference, digest: text, from: some })),
  });
}

/** Alerts that differ in their ids. */
export function manyAlerts(count: number, images = 40): readonly Alert[] {
  return Array.from({ length: count }, (_, at) =>
    sampleAlert(`CVE-2026-${10_000 + at}`, {
      images: Array.from({ length: images }, (_one, image) => ({
        reference: `registry.example.org/team/service-${image}:1.${at}`,
        digest: null,
        from: ["base image"],
      })),
    }),
  );
}

/** The report of an image with these flaws, all of lodash; `gap`: something in it could not be read. */
export function alertReport(
  reference: string,
  ids: readonly string[],
  more: Parameters<typeof sampleFinding>[3] & { readonly gap?: boolean } = {},
): Report {
  const { gap = false, ...finding } = more;
  return {
    ...fullReport,
    image: { ...fullReport.image, reference },
    findings: ids.map((id) => sampleFinding(lodash, id, "high", finding)),
    suppressed: [],
    coverage: { ...fullReport.coverage, gaps: gap ? fullReport.coverage.gaps : [] },
  };
}
