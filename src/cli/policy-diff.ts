import type { ImageVerdict, RuleReason } from "../core/report.ts";
import { evaluate } from "../policy/evaluate.ts";
import { type LoadedPolicy, loadPolicy } from "../policy/load.ts";
import { clean } from "../reports/terminal.ts";
import { exitCodes, type Io } from "./command.ts";
import { usageError } from "./options.ts";
import { factsUnder, savedReport } from "./policy-explain.ts";
import { policySources } from "./policy-file.ts";

/** `seaworthy policy diff`: what another policy would make of saved reports. */
export async function diff(args: readonly string[], io: Io): Promise<number> {
  const [oldName, newName, ...paths] = args;
  if (oldName === undefined || newName === undefined || paths.length === 0)
    throw usageError("policy", "diff takes the old policy, the new one, and a report or more");
  const sources = await policySources(io);
  const before = await loadPolicy(oldName, sources);
  const after = await loadPolicy(newName, sources);
  let changed = 0;
  for (const path of paths) {
    const report = savedReport(path, io);
    const old = verdictBy(before, report);
    const now = verdictBy(after, report);
    if (old.decision !== now.decision) changed += 1;
    const unseen = reopened(report.policy.checks, after);
    const lines = [...changes(`${path}  ${report.image.reference}`, old, now), ...unseen];
    io.stdout.write(lines.map((line) => `${clean(line)}\n`).join(""));
  }
  io.stdout.write(
    `${changed} of ${paths.length} ${paths.length === 1 ? "report" : "reports"} decided otherwise\n`,
  );
  return changed === 0 ? exitCodes.pass : exitCodes.fail;
}

function verdictBy(loaded: LoadedPolicy, report: ReturnType<typeof savedReport>): ImageVerdict {
  const { policy, expressions } = loaded;
  return evaluate(factsUnder(report, loaded), policy, { expressions });
}

function changes(title: string, old: ImageVerdict, now: ImageVerdict): readonly string[] {
  const decided =
    old.decision === now.decision ? `${now.decision}, as before` : `${old.decision} → ${now.decision}`;
  const gone = missing(old.reasons, now.reasons).map((line) => `  - ${line}`);
  const come = missing(now.reasons, old.reasons).map((line) => `  + ${line}`);
  return [`${title}: ${decided}`, ...gone, ...come];
}

function missing(from: readonly RuleReason[], others: readonly RuleReason[]): readonly string[] {
  const there = new Set(others.map(text));
  return from.map(text).filter((line) => !there.has(line));
}

function text({ code, message, findings }: RuleReason): string {
  const shown = findings.slice(0, 3).join(", ");
  const more = findings.length > 3 ? ` and ${findings.length - 3} more` : "";
  return `${code}: ${message}${findings.length === 0 ? "" : ` [${shown}${more}]`}`;
}

// What a check would have found is not in a report that was made without it.
function reopened(before: LoadedPolicy["policy"]["checks"], { policy }: LoadedPolicy): readonly string[] {
  const ids = Object.entries(before).flatMap(([id, { off }]) =>
    off === true && policy.checks[id]?.off !== true ? [id] : [],
  );
  return ids.length === 0 ? [] : [`  ? the report was made without ${ids.join(", ")}: scan again to know`];
}
