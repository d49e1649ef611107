import { SeaworthyError } from "../core/errors.ts";
import { knownPredicateType, predicateTypes } from "../core/trust.ts";
import { isRecord } from "../formats/shape.ts";
import { parseVerdictPredicate } from "../reports/verdict.ts";

/** The predicate type that a short name or a URI means. @throws SeaworthyError `usage`. */
export function predicateTypeOf(text: string): string {
  const type = knownPredicateType(text);
  if (type !== undefined) return type;
  throw new SeaworthyError("usage", `read predicate type "${text.slice(0, 200)}": it is no URI`, {
    hint: `write a URI, or ${Object.keys(predicateTypes).join(", ")}`,
  });
}

/**
 * Refuses to attest what is not of its type, or about another image.
 * @throws SeaworthyError `malformed`, `digest-mismatch`.
 */
export function checkPredicate(
  type: string,
  predicate: unknown,
  subjects: readonly string[],
  what: string,
): void {
  const found = isRecord(predicate) ? predicate : undefined;
  if (found === undefined)
    throw new SeaworthyError("malformed", `read predicate "${what}": it is no JSON object`);
  switch (type) {
    case predicateTypes["sbom-cyclonedx"]:
      return requireField(found["bomFormat"] === "CycloneDX", what, "a CycloneDX document");
    case predicateTypes["sbom-spdx"]:
      return requireField(typeof found["spdxVersion"] === "string", what, "an SPDX document");
    case predicateTypes.scan:
      requireField(
        isRecord(found["verdict"]) && isRecord(found["image"]),
        what,
        "a report of scan --format json",
      );
      return requireSubject(isRecord(found["image"]) ? found["image"]["digest"] : undefined, subjects, what);
    case predicateTypes.verdict:
      return requireSubject(parseVerdictPredicate(found).imageDigest, subjects, what);
    default:
      return undefined;
  }
}

function requireField(there: boolean, what: string, kind: string): void {
  if (!there) throw new SeaworthyError("malformed", `read predicate "${what}": it is not ${kind}`);
}

function requireSubject(digest: unknown, subjects: readonly string[], what: string): void {
  if (typeof digest === "string" && subjects.includes(digest)) return;
  const state =
    typeof digest === "string" ? `it is about ${digest.slice(0, 200)}` : "it names no image digest";
  throw new SeaworthyError(
    "digest-mismatch",
    `attest "${what}": ${state}, the image is ${subjects.join(", ")}`,
    {
      hint: "an index and its platforms' manifests have digests of their own: name the platform with --platform",
    },
  );
}
