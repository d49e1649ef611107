import type { ImageSetReport, SetImage } from "../core/image-set.ts";
import type { Policy } from "../core/policy.ts";
import type { Reason, Verdict } from "../core/report.ts";
import { evaluate } from "./evaluate.ts";

/**
 * The verdict on a set of images: `fail` when one of them fails or the way in which the files name one does, else `unknown` when one
 * is unknown, could not be had, or may be hidden, else `pass`. Pure.
 */
export function evaluateSet(
  { images, gaps }: Pick<ImageSetReport, "images" | "gaps">,
  policy: Policy,
): Verdict {
  const checks = images.flatMap((image) => image.checks);
  const naming = evaluate({ findings: [], undecided: [], gaps: [], unownedExecutables: [], checks }, policy);
  const refused = [...images.flatMap((image) => judged(image, "fail", "image-refused")), ...naming.reasons];
  const unknown = [
    ...images.flatMap((image) => judged(image, "unknown", "image-unknown")),
    ...images.flatMap(unavailable),
    ...gaps.map(({ code, message, file, line }) => ({ code, message: `${placeText(file, line)}${message}` })),
  ];
  return {
    decision: refused.length > 0 ? "fail" : unknown.length > 0 ? "unknown" : "pass",
    reasons: [...refused, ...unknown],
  };
}

function judged(
  { reference, outcome }: SetImage,
  decision: "fail" | "unknown",
  code: string,
): readonly Reason[] {
  if (outcome.kind !== "scanned" && outcome.kind !== "same") return [];
  const { verdict } = outcome.summary;
  if (verdict.decision !== decision) return [];
  return [{ code, message: `${reference}: ${verdict.reasons.map(({ message }) => message).join("; ")}` }];
}

function unavailable({ reference, outcome }: SetImage): readonly Reason[] {
  if (outcome.kind !== "error") return [];
  return [{ code: "image-unavailable", message: `${reference}: ${outcome.code}: ${outcome.message}` }];
}

function placeText(file: string | null, line: number | null): string {
  if (file === null) return "";
  return line === null ? `${file}: ` : `${file}:${line}: `;
}
