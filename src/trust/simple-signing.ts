import { SeaworthyError } from "../core/errors.ts";
import { optionalText, record, text } from "../formats/shape.ts";
import { parseUniqueJson } from "../formats/unique-json.ts";

/** What a signature's payload says. */
export interface SimpleSigning {
  /** The digest of the image. */
  readonly digest: string;
  readonly dockerReference: string;
}

const cosignType = "cosign container image signature";

/**
 * Reads the payload of cosign's signatures (https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md).
 * @throws SeaworthyError `malformed`; `unsupported` for a payload of another type.
 */
export function parseSimpleSigning(bytes: Uint8Array): SimpleSigning {
  const what = "signature payload";
  const critical = record(record(parseUniqueJson(bytes, what), what)["critical"], `${what}.critical`);
  const type = text(critical["type"], `${what}.type`);
  if (type !== cosignType)
    throw new SeaworthyError("unsupported", `read ${what}: its type is "${type.slice(0, 200)}"`);
  const image = record(critical["image"], `${what}.image`);
  const identity = record(critical["identity"], `${what}.identity`);
  return {
    digest: text(image["docker-manifest-digest"], `${what}.image`),
    dockerReference: optionalText(identity["docker-reference"], `${what}.identity`) ?? "",
  };
}

/** The payload as cosign writes it. */
export function writeSimpleSigning({ digest, dockerReference }: SimpleSigning): Buffer<ArrayBuffer> {
  const critical = {
    identity: { "docker-reference": dockerReference },
    image: { "docker-manifest-digest": digest },
    type: cosignType,
  };
  return Buffer.from(JSON.stringify({ critical, optional: null }));
}
