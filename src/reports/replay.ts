import type { Signer } from "../core/trust.ts";
import type { Json } from "./json-value.ts";
import { clean, paint, type Terminal } from "./terminal.ts";
import { compareVerdicts, type VerdictPredicate } from "./verdict.ts";

/** A recorded verdict beside the one that was made again. */
export interface Replay {
  /** The verdict as the user named it. */
  readonly source: string;
  readonly signature:
    | { readonly state: "none" | "unverified" }
    | { readonly state: "verified"; readonly signer: Signer };
  /** Where the image was opened. */
  readonly image: string;
  readonly recorded: VerdictPredicate;
  readonly now: VerdictPredicate;
}

/** For programs. */
export function replayJson({ source, signature, image, recorded, now }: Replay): string {
  const { inputs, same } = compareVerdicts(recorded, now);
  const value: Json = {
    verdict: source,
    signature: {
      state: signature.state,
      signer: signature.state === "verified" ? { ...signature.signer } : null,
    },
    image,
    same,
    inputs: inputs.map(({ what, recorded: before, now: after }) => ({ what, recorded: before, now: after })),
    recorded: outcome(recorded),
    now: outcome(now),
  };
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function outcome({ decision, reasons, findingsDigest }: VerdictPredicate): Json {
  return {
    decision,
    reasons: reasons.map(({ code, message }) => ({ code, message })),
    findings: findingsDigest,
  };
}

/** For people. */
export function replayTable(replay: Replay, terminal: Terminal): string {
  const { source, image, recorded, now } = replay;
  const { inputs, same } = compareVerdicts(recorded, now);
  const word = same ? paint(terminal, "SAME", "bold", "green") : paint(terminal, "DIFFERENT", "bold", "red");
  const lines = [
    `${paint(terminal, clean(source), "bold")}  ${clean(signatureWords(replay))}`,
    paint(
      terminal,
      `${clean(recorded.reference)} of ${recorded.day}, scanned again as ${clean(image)}`,
      "dim",
    ),
    ...inputs.map(
      ({ what, recorded: before, now: after }) =>
        `changed  ${clean(what)}: recorded ${clean(before)}, now ${clean(after)}`,
    ),
    ...(inputs.length === 0 && !same
      ? ["nothing of what it was made from has changed, but what came out has"]
      : []),
    ...(recorded.decision === now.decision
      ? []
      : [`decision recorded ${recorded.decision}, now ${now.decision}`]),
    ...(same ? [] : reasonLines(replay)),
    `${word}  ${same ? `bit for bit: ${now.decision}` : `now ${now.decision}`}`,
  ];
  return `${lines.join("\n")}\n`;
}

function signatureWords({ signature }: Replay): string {
  switch (signature.state) {
    case "none":
      return "not signed";
    case "unverified":
      return "signed, but not verified: no --key was given";
    case "verified": {
      const { signer } = signature;
      return signer.kind === "key" ? `signed by key ${signer.name}` : `signed by ${signer.identity}`;
    }
  }
}

// Reasons that came or went.
function reasonLines({ recorded, now }: Replay): readonly string[] {
  const [before, after] = [recorded, now].map(({ reasons }) =>
    reasons.map(({ code, message }) => `${code}: ${message}`),
  );
  return [
    ...(before ?? []).filter((line) => after?.includes(line) !== true).map((line) => `  - ${clean(line)}`),
    ...(after ?? []).filter((line) => before?.includes(line) !== true).map((line) => `  + ${clean(line)}`),
  ];
}
