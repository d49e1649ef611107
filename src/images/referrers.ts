import { list, optionalRecord, optionalText, parseJson, record, text } from "../formats/shape.ts";
import type { Referrer } from "./attached-image.ts";
import { checkedDigest } from "./config.ts";

/** Most referrers of one image that are listed. */
export const mostReferrers = 1_000;

/** The tag under which a registry without the referrers API keeps the list of an image's referrers. */
export function referrersTag(digest: string): string {
  return digest.replace(":", "-");
}

/**
 * Reads a list of referrers (https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-referrers).
 * @throws SeaworthyError `malformed`.
 */
export function parseReferrers(json: string): readonly Referrer[] {
  const what = "list of referrers";
  const whole = record(parseJson(json, what), what);
  return list(whole["manifests"], `${what}.manifests`).map((value, index) => {
    const where = `${what}.manifests[${index}]`;
    const entry = record(value, where);
    return {
      digest: checkedDigest(text(entry["digest"], `${where}.digest`), where),
      artifactType: optionalText(entry["artifactType"], `${where}.artifactType`) ?? "",
    };
  });
}

/** The digest of the image that a manifest hangs on; undefined when it hangs on none. @throws SeaworthyError `malformed`. */
export function subjectOf(json: string): {
  readonly subject: string | undefined;
  readonly artifactType: string;
} {
  const what = "manifest";
  const whole = record(parseJson(json, what), what);
  const config = optionalRecord(whole["config"], `${what}.config`);
  return {
    subject: optionalText(optionalRecord(whole["subject"], `${what}.subject`)?.["digest"], `${what}.subject`),
    artifactType:
      optionalText(whole["artifactType"], `${what}.artifactType`) ??
      optionalText(config?.["mediaType"], `${what}.config`) ??
      "",
  };
}
