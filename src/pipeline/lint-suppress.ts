import { dockerfileRules } from "../checks/dockerfile/list.ts";
import type { LintFinding, LintNote, SuppressedLint } from "../core/lint.ts";
import type { Instruction } from "../formats/dockerfile-instruction.ts";
import type { Dockerfile } from "../formats/dockerfile-tree.ts";
import type { LintConfig } from "../policy/lint-config.ts";

/** Somebody asks that findings of a rule do not count. */
interface Wish {
  readonly code: string;
  readonly by: string;
  /** Lines that it is about; undefined: the whole file. */
  readonly lines: { readonly first: number; readonly last: number } | undefined;
  /** Where it stands, if that is in the file and it should be told when it is idle. */
  readonly line: number | undefined;
}

/** Splits findings into those that count and those that a comment, the check directive or the configuration asks not to count. */
export function suppress(
  file: string,
  dockerfile: Dockerfile,
  found: readonly LintFinding[],
  config: LintConfig,
  scriptsJudged: boolean,
): {
  readonly findings: readonly LintFinding[];
  readonly suppressed: readonly SuppressedLint[];
  readonly notes: readonly LintNote[];
} {
  const comments = config.comments ? commentWishes(file, dockerfile) : { wishes: [], notes: [] };
  const wishes = [...comments.wishes, ...directiveWishes(file, dockerfile), ...configWishes(config)];
  const named = Map.groupBy(wishes, ({ code }) => code);
  const used = new Set<Wish>();
  const findings: LintFinding[] = [];
  const suppressed: SuppressedLint[] = [];
  for (const finding of found) {
    const meant = ["all", finding.rule, ...finding.aliases].flatMap((code) =>
      (named.get(code) ?? []).filter((wish) => covers(wish, finding)),
    );
    for (const wish of meant) used.add(wish);
    // A comment tells more of the finding than a configuration.
    const first = meant.find((wish) => wish.line !== undefined) ?? meant[0];
    if (first === undefined) findings.push(finding);
    else suppressed.push({ ...finding, by: first.by });
  }
  const idle = wishes.filter(
    (wish) => wish.line !== undefined && !used.has(wish) && (scriptsJudged || !wish.code.startsWith("SC")),
  );
  return { findings, suppressed, notes: [...comments.notes, ...idle.map((wish) => idleNote(file, wish))] };
}

function covers({ lines }: Wish, { line }: LintFinding): boolean {
  return lines === undefined || (line >= lines.first && line <= lines.last);
}

function idleNote(file: string, { code, line }: Wish): LintNote {
  const message = isKnown(code)
    ? `"${code}" is to be passed over, but matches nothing`
    : `there is no rule "${code}"`;
  return { file, line: line ?? null, message };
}

function isKnown(code: string): boolean {
  return (
    /^SC\d+$/.test(code) ||
    dockerfileRules.some(({ about }) => about.id === code || about.aliases.includes(code))
  );
}

/** What is to be known of a configuration: keys that are not read, rules that there are not. */
export function configNotes({ source, notes, passedOver, severities }: LintConfig): readonly LintNote[] {
  const codes = new Set([...passedOver.map(({ code }) => code), ...severities.keys()]);
  const unknown = [...codes].filter((code) => !isKnown(code)).map((code) => `there is no rule "${code}"`);
  return [...notes, ...unknown].map((message) => ({ file: source ?? null, line: null, message }));
}

function commentWishes(
  file: string,
  { instructions, comments }: Dockerfile,
): { readonly wishes: readonly Wish[]; readonly notes: readonly LintNote[] } {
  const wishes: Wish[] = [];
  const notes: LintNote[] = [];
  const owners = new Map(
    instructions.flatMap((instruction) =>
      instruction.comments.map((comment) => [comment, instruction] as const),
    ),
  );
  for (const comment of comments) {
    if (!/^(?:hadolint|seaworthy)\s+\S/.test(comment.text) || /^\w+\s+shell\s*=\s*\S/.test(comment.text))
      continue;
    const read = readPragma(comment.text);
    const owner: Instruction | undefined = owners.get(comment);
    if (read === undefined) {
      if (/ignore|shell/.test(comment.text.slice(0, 60)))
        notes.push({
          file,
          line: comment.line,
          message: "this comment is not one that lint reads: write # seaworthy ignore=RULE,RULE",
        });
      continue;
    }
    const lines = read.everywhere ? undefined : { first: owner?.line ?? 0, last: owner?.endLine ?? 0 };
    for (const code of read.codes)
      wishes.push({ code, by: `${file}:${comment.line}`, lines, line: comment.line });
  }
  return { wishes, notes };
}

// `hadolint ignore=DL3008,SC2086 # reason`, `hadolint global ignore=…`; seaworthy in the place of hadolint means the same.
function readPragma(
  text: string,
): { readonly codes: readonly string[]; readonly everywhere: boolean } | undefined {
  const match = /^(?:hadolint|seaworthy)\s+(global\s+)?ignore\s*=\s*([^#]*)/.exec(text);
  const codes = [...new Set(match?.[2]?.split(",").map((code) => code.trim()))];
  if (match === null || codes.some((code) => !/^[A-Za-z][\w-]*$/.test(code))) return undefined;
  return { codes, everywhere: match[1] !== undefined };
}

// `# check=skip=SecretsUsedInArgOrEnv,…`: BuildKit's own checks, whose names some rules know.
function directiveWishes(name: string, { directives, file }: Dockerfile): readonly Wish[] {
  const check = directives.find(({ name }) => name === "check");
  const skip = /(?:^|;)\s*skip=([^;]*)/.exec(check?.value ?? "")?.[1];
  const line = file.slice(0, check?.start ?? 0).split("\n").length;
  const codes = skip?.split(",").map((code) => code.trim()) ?? [];
  // `all` means BuildKit's, not ours.
  return codes
    .filter((code) => code !== "all")
    .map((code) => ({ code, by: `${name}:${line}`, lines: undefined, line: undefined }));
}

function configWishes({ passedOver }: LintConfig): readonly Wish[] {
  return passedOver.map((wish) => ({ ...wish, lines: undefined, line: undefined }));
}
