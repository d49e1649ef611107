import type { CheckFinding } from "../core/check.ts";
import type { ImageSetReport, SetImage } from "../core/image-set.ts";
import type { Placement, Policy } from "../core/policy.ts";
import type { Facts, Reason, Verdict } from "../core/report.ts";
import { cleanFacts } from "./clean-facts.ts";
import { evaluate } from "./evaluate.ts";
import { actionOn } from "./unknown.ts";
import type { Expressions } from "./when.ts";

/**
 * The verdict on a set of images: `fail` when one of them fails or the way in which the files name one does, else `unknown` when one
 * is unknown, could not be had, or may be hidden, else `pass`. `stale`: exceptions that refuse the set, since no image has a use for
 * them. Pure.
 */
export function evaluateSet(
  { images, gaps }: Pick<ImageSetReport, "images" | "gaps">,
  policy: Policy,
  expressions?: Expressions,
  stale: readonly Reason[] = [],
): Verdict {
  const unseen = [
    ...images.flatMap(unavailable),
    ...gaps.map(({ code, message, file, line }) => ({ code, message: `${placeText(file, line)}${message}` })),
  ];
  const naming = namingReasons(images, policy, expressions);
  const refused = [
    ...images.flatMap((image) => judged(image, "fail", "image-refused")),
    ...naming.filter(({ code }) => code !== "rule-undecided"),
    ...unseen.filter(({ code }) => actionOn(code, policy) === "fail"),
    ...stale.map(({ code, message }) => ({ code, message })),
  ];
  const unknown = [
    ...images.flatMap((image) => judged(image, "unknown", "image-unknown")),
    ...naming.filter(({ code }) => code === "rule-undecided"),
    ...unseen.filter(({ code }) => actionOn(code, policy) === "unknown"),
  ];
  return {
    decision: refused.length > 0 ? "fail" : unknown.length > 0 ? "unknown" : "pass",
    reasons: [...refused, ...unknown],
  };
}

// The way in which files name an image is asked by nothing but rules about checks; one check is one reason for the whole set.
function namingReasons(
  images: readonly SetImage[],
  policy: Policy,
  expressions: Expressions | undefined,
): readonly Reason[] {
  const rules = policy.rules.filter(({ target }) => target.about === "check");
  // Signatures are asked of an image, not of its name.
  const unsigned: Policy = { ...policy, signatures: { ...policy.signatures, absent: "pass" } };
  const own = { ...unsigned, rules };
  const shorthand = evaluate(
    namingFacts(
      "",
      images.flatMap(({ checks }) => checks),
    ),
    { ...unsigned, rules: [] },
  );
  const byRule = images.flatMap((image) => {
    const facts = namingFacts(image.reference, image.checks);
    const placements = placementsOf(image);
    return evaluate(facts, { ...own, failOn: "never" }, { expressions, placements }).reasons;
  });
  const distinct = new Map(byRule.map(({ code, message }) => [`${code}\n${message}`, { code, message }]));
  return [...shorthand.reasons.map(({ code, message }) => ({ code, message })), ...distinct.values()];
}

/** The workloads that use an image. */
export function placementsOf({ uses }: Pick<SetImage, "uses">): readonly Placement[] {
  const namespaces = new Set(uses.map(({ namespace }) => namespace));
  return [...namespaces].map((namespace) => ({ namespace, labels: {} }));
}

// Nothing is known of the image but how it is named.
function namingFacts(reference: string, checks: readonly CheckFinding[]): Facts {
  return { ...cleanFacts, image: { ...cleanFacts.image, reference, layers: [] }, checks };
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
