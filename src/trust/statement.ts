import { SeaworthyError } from "../core/errors.ts";
import { list, record, text, textMap } from "../formats/shape.ts";
import { parseUniqueJson } from "../formats/unique-json.ts";

/** What is read of an in-toto statement. */
export interface Statement {
  readonly predicateType: string;
  /** `sha256:…` and `sha512:…` of all its subjects. */
  readonly subjects: readonly string[];
  /** Whatever it is. */
  readonly predicate: unknown;
}

const types: readonly string[] = ["https://in-toto.io/Statement/v0.1", "https://in-toto.io/Statement/v1"];
const mostSubjects = 10_000;

/**
 * Reads an in-toto statement, v0.1 or v1 (https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md).
 * @throws SeaworthyError `malformed`, `unsupported`, `limit-exceeded`.
 */
export function parseStatement(bytes: Uint8Array): Statement {
  const what = "in-toto statement";
  const whole = record(parseUniqueJson(bytes, what), what);
  const type = text(whole["_type"], `${what}._type`);
  if (!types.includes(type))
    throw new SeaworthyError("unsupported", `read ${what}: its type is "${type.slice(0, 200)}"`);
  const subjects = list(whole["subject"], `${what}.subject`);
  if (subjects.length > mostSubjects)
    throw new SeaworthyError("limit-exceeded", `read ${what}: ${subjects.length} subjects`);
  const predicateType = text(whole["predicateType"], `${what}.predicateType`);
  if (predicateType === "") throw new SeaworthyError("malformed", `read ${what}: its predicate has no type`);
  return {
    predicateType,
    subjects: subjects.flatMap((item, index) => digestsOf(item, `${what}.subject[${index}]`)),
    predicate: whole["predicate"],
  };
}

/**
 * A statement's bytes: the same for the same predicate, which stands in it as it was written (numbers that JavaScript would round
 * stay what they are). `predicate` is JSON.
 */
export function writeStatement(
  subject: { readonly name: string; readonly digest: string },
  predicateType: string,
  predicate: string,
): Buffer<ArrayBuffer> {
  const [algorithm = "", hex = ""] = subject.digest.split(":");
  const name = subject.name === "" ? {} : { name: subject.name };
  const head = JSON.stringify({
    _type: types[1],
    subject: [{ ...name, digest: { [algorithm]: hex } }],
    predicateType,
  });
  return Buffer.from(`${head.slice(0, -1)},"predicate":${predicate.trim()}}`);
}

function digestsOf(value: unknown, where: string): readonly string[] {
  const digests = textMap(record(value, where)["digest"], `${where}.digest`);
  return Object.entries(digests)
    .filter(([algorithm]) => algorithm === "sha256" || algorithm === "sha512")
    .map(([algorithm, hex]) => `${algorithm}:${hex}`);
}
