import { LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import { SeaworthyError } from "../core/errors.ts";
import { nearest } from "../core/nearest.ts";
import { type Severity, severities } from "../core/severity.ts";

/** Who is told of what. */
export interface AlertConfig {
  /** A finding this bad, that a version mends where `fixable`, is told; one that is known to be exploited always is. */
  readonly severity: Severity;
  readonly fixable: boolean;
  /** Tell again after so many days; null: once. */
  readonly remindDays: number | null;
  /** In the file's order. */
  readonly receivers: readonly Receiver[];
}

/** Where alerts go. Addresses and secrets are values of environment variables, or stand in the file. */
export type Receiver =
  | {
      readonly kind: "slack" | "teams" | "alertmanager";
      readonly name: string;
      readonly url: string;
      readonly insecure: boolean;
    }
  | {
      readonly kind: "webhook";
      readonly name: string;
      readonly url: string;
      readonly secret: string | undefined;
      readonly insecure: boolean;
    }
  | {
      readonly kind: "email";
      readonly name: string;
      readonly smtp: string;
      readonly from: string;
      readonly to: readonly string[];
      readonly insecure: boolean;
    };

const insecure = z.boolean().default(false);
const text = z.string().min(1);
const days = z
  .string()
  .regex(/^\d{1,4}d$/u, "days as 14d")
  .transform((value) => Number.parseInt(value, 10));
const http = z.strictObject({ url: text, insecure });
const receiver = z
  .strictObject({
    slack: http,
    teams: http,
    alertmanager: http,
    webhook: z.strictObject({ url: text, secret: text.optional(), insecure }),
    email: z.strictObject({ smtp: text, from: text, to: z.array(text).min(1), insecure }),
  })
  .partial()
  .refine((value) => Object.keys(value).length === 1, "one of slack, teams, webhook, email, alertmanager");
const schema = z.strictObject({
  version: z.literal(1),
  severity: z.enum(severities).default("high"),
  fixable: z.boolean().default(true),
  remind: days.optional(),
  receivers: z.record(z.string().regex(/^[\w.-]{1,60}$/u, "a name of letters, digits, . and -"), receiver),
});

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads alerts.yaml. A value that begins with `$` is the environment variable of that name.
 * @throws SeaworthyError `alerts-invalid` with file, line and column; also for a variable that is not set.
 */
export function readAlertConfig(source: string, file: string, env: Environment): AlertConfig {
  const counter = new LineCounter();
  const document = parseDocument(source, { lineCounter: counter, prettyErrors: false });
  const at = (offset: number): string => {
    const { line, col } = counter.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  const [error] = document.errors;
  if (error !== undefined) throw invalid(at(error.pos[0]), error.message);
  const read = schema.safeParse(document.toJS({ maxAliasCount: 0 }));
  if (!read.success) {
    const [issue] = read.error.issues;
    throw invalid(
      at(offsetOf(document, issue?.path ?? [])),
      issue === undefined ? "not as expected" : wordsOf(issue),
    );
  }
  const { severity, fixable, remind, receivers } = read.data;
  const list = Object.entries(receivers).map(([name, value]) => receiverOf(name, value, env, file));
  return { severity, fixable, remindDays: remind ?? null, receivers: list };
}

function invalid(place: string, state: string): SeaworthyError {
  return new SeaworthyError("alerts-invalid", `read alerts "${place}": ${state}`, {
    hint: "docs/alerts.md tells the form",
  });
}

type Path = readonly PropertyKey[];

// Of the value, or of what is nearest around it.
function offsetOf(document: ReturnType<typeof parseDocument>, path: Path): number {
  for (let length = path.length; length >= 0; length--) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (typeof node === "object" && node !== null && "range" in node && Array.isArray(node.range))
      return Number(node.range[0]);
  }
  return 0;
}

function wordsOf(issue: z.core.$ZodIssue): string {
  const where = issue.path.length === 0 ? "" : `${issue.path.join(".")}: `;
  if (issue.code !== "unrecognized_keys") return `${where}${issue.message}`;
  const [key = ""] = issue.keys;
  return `${where}the key "${key}" is not known${nearestWords(key)}`;
}

const keys = [
  "version",
  "severity",
  "fixable",
  "remind",
  "receivers",
  "slack",
  "teams",
  "webhook",
  "email",
  "alertmanager",
  "url",
  "secret",
  "insecure",
  "smtp",
  "from",
  "to",
];

function nearestWords(key: string): string {
  const known = nearest(key, keys);
  return known === undefined ? "" : `: the nearest is "${known}"`;
}

function receiverOf(name: string, value: z.infer<typeof receiver>, env: Environment, file: string): Receiver {
  const told = (word: string): string => {
    if (!word.startsWith("$")) return word;
    const found = env[word.slice(1)];
    if (found === undefined || found === "")
      throw invalid(file, `receiver "${name}": the environment variable ${word.slice(1)} is not set`);
    return found;
  };
  const { slack, teams, alertmanager, webhook, email } = value;
  if (email !== undefined) return { kind: "email", name, ...email, smtp: told(email.smtp) };
  if (webhook !== undefined) {
    const { url, secret } = webhook;
    const key = secret === undefined ? undefined : told(secret);
    return { kind: "webhook", name, url: told(url), secret: key, insecure: webhook.insecure };
  }
  const plain = slack ?? teams ?? alertmanager;
  const kind = slack !== undefined ? "slack" : teams !== undefined ? "teams" : "alertmanager";
  return { kind, name, url: told(plain?.url ?? ""), insecure: plain?.insecure ?? false };
}
