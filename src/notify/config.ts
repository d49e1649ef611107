import type { Document, YAMLMap } from "yaml";
import { isMap, isNode, isScalar, LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import { messageOf, SeaworthyError } from "../core/errors.ts";
import { nearest } from "../core/nearest.ts";
import { type Severity, severities } from "../core/severity.ts";
import { keyOf } from "./webhook.ts";

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
  | ({ readonly kind: "slack" | "teams" } & HttpReceiver)
  | ({
      readonly kind: "alertmanager";
      readonly labels: Readonly<Record<string, string>>;
    } & HttpReceiver)
  | ({ readonly kind: "webhook"; readonly secret: string | undefined } & HttpReceiver)
  | {
      readonly kind: "email";
      readonly name: string;
      readonly smtp: string;
      readonly from: string;
      readonly to: readonly string[];
      readonly insecure: boolean;
    };

interface HttpReceiver {
  readonly name: string;
  readonly url: string;
  /** Plain HTTP beyond loopback, and a certificate that nobody vouches for, are allowed. */
  readonly insecure: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads alerts.yaml. A value that begins with `$` is the environment variable of that name.
 * @throws SeaworthyError `alerts-invalid` with file, line and column; also for a variable that is not set. No secret is in it.
 */
export function readAlertConfig(source: string, file: string, env: Environment): AlertConfig {
  const counter = new LineCounter();
  const document = parseDocument(source, { lineCounter: counter, prettyErrors: false });
  const fail = (offset: number, state: string): SeaworthyError => {
    const { line, col } = counter.linePos(offset);
    return new SeaworthyError("alerts-invalid", `read alerts "${file}:${line}:${col}": ${state}`, {
      hint: "docs/alerts.md tells the form",
    });
  };
  const [error] = document.errors;
  if (error !== undefined) throw fail(error.pos[0], error.message);
  const read = schemaFor(env).safeParse(plain(document, fail));
  if (read.success) return configOf(read.data);
  const { at, words } = problemOf(read.error, document);
  throw fail(at, words);
}

function plain(document: Document.Parsed, fail: (offset: number, state: string) => SeaworthyError): unknown {
  try {
    return document.toJS({ maxAliasCount: 0 });
  } catch (thrown) {
    throw fail(document.contents?.range[0] ?? 0, messageOf(thrown));
  }
}

type Read = z.infer<ReturnType<typeof schemaFor>>;

function configOf({ severity, fixable, remind, receivers }: Read): AlertConfig {
  const list = Object.entries(receivers).map(([name, value]) => receiverOf(name, value));
  return { severity, fixable, remindDays: remind ?? null, receivers: list };
}

function receiverOf(name: string, value: Read["receivers"][string]): Receiver {
  const { slack, teams, alertmanager, webhook, email } = value;
  if (slack !== undefined) return { kind: "slack", name, ...slack };
  if (teams !== undefined) return { kind: "teams", name, ...teams };
  if (alertmanager !== undefined) return { kind: "alertmanager", name, ...alertmanager };
  if (webhook !== undefined) return { kind: "webhook", name, ...webhook, secret: webhook.secret };
  if (email !== undefined) return { kind: "email", name, ...email };
  throw new SeaworthyError("internal", `read receiver "${name}": it has no kind`);
}

// https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md: 24 bytes and more.
const shortestSecret = 24;

// What `$NAME` stands for is checked as if it stood in the file.
function schemaFor(env: Environment) {
  const text = z.string().min(1);
  const told = text.transform((word, context) => {
    if (!word.startsWith("$")) return word;
    const name = word.slice(1);
    const found = Object.hasOwn(env, name) ? env[name] : undefined;
    if (found !== undefined && found !== "") return found;
    context.addIssue({ code: "custom", message: `the environment variable "${name}" is not set` });
    return z.NEVER;
  });
  const address = (...protocols: readonly string[]) =>
    told.refine(
      (word) => URL.canParse(word) && protocols.includes(new URL(word).protocol),
      `it is no address that begins with ${protocols.map((protocol) => `${protocol}//`).join(" or ")}`,
    );
  const insecure = z.boolean().default(false);
  const http = { url: address("https:", "http:"), insecure };
  const secret = told
    .refine(
      (word) => !word.startsWith("whsec_") || /^whsec_[A-Za-z0-9+/]+={0,2}$/u.test(word),
      "whsec_ before base64",
    )
    .refine((word) => keyOf(word).length >= shortestSecret, `a secret has ${shortestSecret} bytes or more`);
  const label = z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/u, "a label's name has letters, digits and _");
  const mailbox = text.regex(/^[^\r\n]*[^\s@]@[^\s@]+$/u, "it is no mail address");
  const kinds = {
    slack: z.strictObject(http),
    teams: z.strictObject(http),
    alertmanager: z.strictObject({ ...http, labels: z.record(label, text).default({}) }),
    webhook: z.strictObject({ ...http, secret: secret.optional() }),
    email: z.strictObject({
      smtp: address("smtp:", "smtps:"),
      from: mailbox,
      to: z.array(mailbox).min(1),
      insecure,
    }),
  };
  const receiver = z
    .strictObject(kinds)
    .partial()
    .refine(
      (value) => Object.keys(value).length === 1,
      `a receiver is one of ${Object.keys(kinds).join(", ")}`,
    );
  const name = z.string().regex(/^[A-Za-z0-9][\w.-]{0,59}$/u, "a name has letters, digits, . _ and -");
  return z.strictObject({
    version: z.literal(1),
    severity: z.enum(severities).default("high"),
    fixable: z.boolean().default(true),
    remind: z
      .string()
      .regex(/^[1-9]\d{0,3}d$/u, "days are written as 14d")
      .transform((value) => Number.parseInt(value, 10))
      .optional(),
    receivers: z
      .record(name, receiver)
      .refine((value) => Object.keys(value).length > 0, "there is no receiver"),
  });
}

type Path = readonly PropertyKey[];

function problemOf(
  error: z.ZodError,
  document: Document.Parsed,
): { readonly at: number; readonly words: string } {
  const [issue] = error.issues;
  if (issue === undefined) return { at: 0, words: "not as expected" };
  const where = issue.path.length === 0 ? "" : `${issue.path.join(".")}: `;
  if (issue.code === "unrecognized_keys") {
    const [key = ""] = issue.keys;
    const known = nearest(key, keysAt(issue.path));
    const near = known === undefined ? "" : `, the nearest is "${known}"`;
    return {
      at: keyOffset(document, issue.path, key),
      words: `${where}the key "${key}" is not known${near}`,
    };
  }
  if (issue.code === "invalid_key") {
    const [inner] = issue.issues;
    const key = String(issue.path.at(-1));
    return {
      at: keyOffset(document, issue.path.slice(0, -1), key),
      words: `${where}${inner?.message ?? issue.message}`,
    };
  }
  return { at: offsetOf(document, issue.path), words: `${where}${issue.message}` };
}

const keys: Readonly<Record<string, readonly string[]>> = {
  slack: ["url", "insecure"],
  teams: ["url", "insecure"],
  alertmanager: ["url", "insecure", "labels"],
  webhook: ["url", "secret", "insecure"],
  email: ["smtp", "from", "to", "insecure"],
};

function keysAt(path: Path): readonly string[] {
  if (path.length === 0) return ["version", "severity", "fixable", "remind", "receivers"];
  return path.length === 2 ? Object.keys(keys) : (keys[String(path[2])] ?? []);
}

// Of the value, or of what is nearest around it.
function offsetOf(document: Document.Parsed, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node)) return node.range?.[0] ?? 0;
  }
  return document.contents?.range[0] ?? 0;
}

function keyOffset(document: Document.Parsed, path: Path, key: string): number {
  const map: unknown = path.length === 0 ? document.contents : document.getIn(path, true);
  if (!isMap(map)) return offsetOf(document, path);
  return ofKey(map, key) ?? map.range?.[0] ?? 0;
}

function ofKey(map: YAMLMap, key: string): number | undefined {
  for (const pair of map.items)
    if (isScalar(pair.key) && String(pair.key.value) === key) return pair.key.range?.[0];
  return undefined;
}
