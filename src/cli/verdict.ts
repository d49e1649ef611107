import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { codeOf } from "../core/errors.ts";
import { parseReference } from "../core/reference.ts";
import type { RecordedVerdict } from "../pipeline/trust.ts";
import { type Replay, replayJson, replayTable } from "../reports/replay.ts";
import { compareVerdicts, type VerdictPredicate, verdictOf } from "../reports/verdict.ts";
import { type Command, exitCodes, type Io } from "./command.ts";
import { openOptions, outputs, readArguments, usageError } from "./options.ts";
import { type JudgedImage, type JudgeValues, judgeImage, judgeOptions, readJudgement } from "./scan-judge.ts";
import { tableOptions } from "./terminal.ts";
import { fileLimits, readNamedFile } from "./trust-files.ts";
import { asksTrust, readAuthorities, readBundles, trustUsage } from "./trust-options.ts";
import { readVersion } from "./version.ts";
import { writeOutput } from "./write-output.ts";

const formats = ["table", "json"] as const;

const { today: _, ...judged } = judgeOptions;
const options = {
  ...judged,
  format: { type: "string", short: "f", multiple: true },
  output: { type: "string", short: "o" },
} as const;

const usage = `seaworthy verdict replay VERDICT [IMAGE] [OPTIONS]

Makes a recorded verdict again from what it was made from, as of its own day, and says whether it comes out the same bit for
bit. Everything else that was given to the scan must be given again: what has changed is named.

VERDICT  a file: what scan --format verdict wrote, or a DSSE envelope or sigstore bundle of attest; or the word attested: the
         verdict that is attested to IMAGE
IMAGE    default: the recorded reference by the recorded digest, where that is a registry's

${trustUsage}      and all options of scan that say how an image is judged (--policy, --exceptions, --vex, --db, --platform …), but --today
  -f, --format FORMAT    table (default) or json; FORMAT=FILE writes a file; may be given again
  -o, --output FILE      write the format without a file there

Exit codes: 0 the same, 1 different, 2 error. docs/trust.md tells more.
`;

/** `seaworthy verdict`. */
export const command: Command = {
  name: "verdict",
  summary: "make a recorded verdict again, and name what has changed",
  usage,
  run,
};

async function run(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = readArguments("verdict", args, options);
  const [action, source, given, ...more] = positionals;
  if (action !== "replay") throw usageError("verdict", `"${action ?? ""}" is not replay`);
  if (source === undefined || source === "") throw usageError("verdict", "the verdict is missing");
  if (given === "") throw usageError("verdict", "the image reference is empty");
  if (more.length > 0) throw usageError("verdict", `"${more[0]}" is one argument too many`);
  const wanted = outputs("verdict", values.format ?? [], formats, io, values.output);
  const { verdict: recorded, signature } = await readRecorded(source, given, values, io);
  const image = given ?? recordedImage(recorded, io);
  // Signatures may hang on the index that only the recorded name leads to.
  const signedAs = given === undefined ? [recorded.reference, image] : [given];
  const now = await judgedAgain(recorded, { reference: image, signedAs }, values, io);
  const replay = { source, signature, image, recorded, now };
  for (const { format, file } of wanted) await writeOutput(render(replay, format, file, io), file, io);
  return compareVerdicts(recorded, now).same ? exitCodes.pass : exitCodes.fail;
}

async function readRecorded(
  source: string,
  image: string | undefined,
  values: JudgeValues,
  io: Io,
): Promise<RecordedVerdict> {
  // Its schemas, and sigstore's packages, are loaded when a verdict is read.
  const { attestedVerdict, readVerdict } = await import("../pipeline/trust.ts");
  const authorities = asksTrust(values) ? await readAuthorities("verdict", values, io) : undefined;
  if (source !== "attested")
    return readVerdict(await readNamedFile(source, fileLimits.predicate, io), source, authorities);
  if (image === undefined) throw usageError("verdict", "attested needs an image to which it is");
  if (authorities === undefined) throw usageError("verdict", "attested needs somebody to trust: give --key");
  const { verifyImage } = await import("../pipeline/verify.ts");
  const files = await readBundles(values.bundle ?? [], io);
  return attestedVerdict(
    await verifyImage(image, openOptions("verdict", values, io), authorities, files),
    image,
  );
}

// Each could be a repository's name before a tag, too: as scan has it, it is a source.
const sources =
  /^(?:docker-archive|docker-daemon|docker|podman|containerd|dir|oci(?:-dir|-archive|-layout)?):/;

// By its digest: the tag may have moved since. What was scanned from a file may be anywhere now.
function recordedImage({ reference, imageDigest }: VerdictPredicate, io: Io): string {
  const text = reference.replace(/^(?:registry:|docker:\/\/)/, "");
  const isFile = sources.test(text) || existsSync(resolve(io.cwd, text));
  const { domain, path } = referenceOf(text, isFile);
  return `registry:${domain}/${path}@${imageDigest}`;
}

function referenceOf(text: string, isFile: boolean): ReturnType<typeof parseReference> {
  const missing = usageError("verdict", `name the image: "${text}" is of no registry`);
  if (isFile) throw missing;
  try {
    return parseReference(text);
  } catch (thrown) {
    if (codeOf(thrown) === "reference-invalid") throw missing;
    throw thrown;
  }
}

async function judgedAgain(
  recorded: VerdictPredicate,
  where: Pick<JudgedImage, "reference" | "signedAs">,
  values: JudgeValues,
  io: Io,
): Promise<VerdictPredicate> {
  // The key that the verdict is signed with says nothing of a scan that looked at no signatures.
  const signatures = recorded.trustDigest !== null;
  const by = await readJudgement("verdict", values, { signatures }, io);
  // Rules and exceptions go by the name.
  const image = { ...where, name: recorded.reference, today: recorded.day };
  return verdictOf(await judgeImage("verdict", image, by, values, io), readVersion());
}

function render(replay: Replay, format: (typeof formats)[number], file: string | undefined, io: Io): string {
  return format === "json" ? replayJson(replay) : replayTable(replay, tableOptions(io, file, true));
}
