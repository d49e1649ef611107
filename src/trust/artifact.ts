import { SeaworthyError } from "../core/errors.ts";
import {
  count,
  list,
  optionalRecord,
  optionalText,
  parseJson,
  record,
  text,
  textMap,
} from "../formats/shape.ts";

/** A layer of an artifact. */
export interface ArtifactLayer {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly annotations: Readonly<Record<string, string>>;
}

/** What is read of the manifest of an artifact. */
export interface Artifact {
  /** Digest of the image on which it hangs. */
  readonly subject: string | undefined;
  readonly layers: readonly ArtifactLayer[];
}

const digestGrammar = /^sha(?:256:[a-f0-9]{64}|384:[a-f0-9]{96}|512:[a-f0-9]{128})$/;

/** @throws SeaworthyError `malformed`. */
export function parseArtifact(bytes: Uint8Array, what: string): Artifact {
  const whole = record(parseJson(new TextDecoder().decode(bytes), what), what);
  const subject = optionalRecord(whole["subject"], `${what}.subject`);
  return {
    subject: subject === undefined ? undefined : digestOf(subject, `${what}.subject`),
    layers: list(whole["layers"], `${what}.layers`).map((value, index) =>
      layerOf(value, `${what}.layers[${index}]`),
    ),
  };
}

function layerOf(value: unknown, where: string): ArtifactLayer {
  const layer = record(value, where);
  return {
    mediaType: optionalText(layer["mediaType"], `${where}.mediaType`) ?? "",
    digest: digestOf(layer, where),
    size: count(layer["size"], `${where}.size`),
    annotations: textMap(layer["annotations"], `${where}.annotations`),
  };
}

function digestOf(value: Readonly<Record<string, unknown>>, where: string): string {
  const digest = text(value["digest"], `${where}.digest`);
  if (digestGrammar.test(digest)) return digest;
  throw new SeaworthyError("malformed", `read ${where}: "${digest.slice(0, 160)}" is no digest`);
}
