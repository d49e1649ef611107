import { entropyOf, isPlaceholder } from "./secret-words.ts";

/** A value under a name that says that it is secret. */
export interface NamedSecret {
  /** The name as written. */
  readonly name: string;
  readonly value: string;
  /** Where the value stands in the text. */
  readonly start: number;
  /** The service whose secrets have such a name and form. */
  readonly service: string | undefined;
}

/** What it is, in words: no character of the value. */
export function namedMessage({ name, value, service }: NamedSecret): string {
  return `${service === undefined ? "" : `${service}: `}${name} has a value of ${value.length} characters`;
}

/** Services whose secrets have no mark of their own: the name tells whose they are, the form that the value is one. */
const namedForms: readonly (readonly [service: string, name: RegExp, value: RegExp])[] = [
  ["Azure", /client_?secret/i, /^[\w.~-]{3}\dQ~[\w.~-]{31,34}$/],
  ["Twilio", /twilio/i, /^[0-9a-f]{32}$/],
  ["Datadog", /(?:datadog|\bdd)_.*key/i, /^(?:[0-9a-f]{32}|[0-9a-f]{40})$/],
  ["Discord", /discord|bot_?token/i, /^[MNO][\w-]{22,27}\.[\w-]{6}\.[\w-]{27,38}$/],
  ["Cloudflare", /cloudflare|\bcf_/i, /^(?:[\w-]{40}|[0-9a-f]{37})$/],
  ["Heroku", /heroku/i, /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/],
  ["Fastly", /fastly/i, /^[\w-]{32}$/],
  ["Okta", /okta/i, /^00[\w-]{40}$/],
  ["Algolia", /algolia/i, /^[0-9a-f]{32}$/],
  ["Snyk", /snyk/i, /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/],
  ["PagerDuty", /pagerduty/i, /^(?:u\+|y_)?[\w-]{18,20}$/],
  ["Alibaba Cloud", /(?:alibaba|aliyun|alicloud).*secret/i, /^[0-9A-Za-z]{30}$/],
];

/**
 * May this name (of a variable, a setting, a build argument) stand for something secret? Names of files, paths, ids, public keys and
 * checksums do not.
 */
export function isSecretName(name: string): boolean {
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toUpperCase()
    .split(/[^A-Z0-9]+/)
    .filter((word) => word !== "");
  if (words.some((word) => publicWords.has(word))) return false;
  const last = words.at(-1) ?? "";
  // `PAT`: GitHub's and Azure's personal access token.
  if (shortWords.has(last)) return words.length > 1 && words.at(-2) !== "OLD";
  return secretWords.has(last) || secretPairs.has(`${words.at(-2) ?? ""} ${last}`);
}

const shortWords: ReadonlySet<string> = new Set(["PWD", "PASS", "PAT"]);
const secretWords: ReadonlySet<string> = new Set(
  "PASSWORD PASSWD PASSPHRASE SECRET TOKEN APIKEY SECRETKEY ACCESSKEY PRIVATEKEY AUTHTOKEN CREDENTIAL CREDENTIALS CREDS ROOTPASSWORD".split(
    " ",
  ),
);
const secretPairs: ReadonlySet<string> = new Set(
  [
    "API",
    "APP",
    "SECRET",
    "ACCESS",
    "PRIVATE",
    "AUTH",
    "ENCRYPTION",
    "MASTER",
    "SIGNING",
    "ACCOUNT",
    "STORAGE",
    "LICENSE",
    "SERVICE",
    "JWT",
  ]
    .map((word) => `${word} KEY`)
    .concat("KEY BASE"),
);
const publicWords: ReadonlySet<string> = new Set(
  "PUBLIC PUBLISHABLE ANON GPG PGP FINGERPRINT SHA SHA1 SHA256 SHA512 MD5 CHECKSUM VERSION DOWNLOAD EXAMPLE ALLOW REQUIRE DISABLE ENABLE RANDOM TEST CSRF".split(
    " ",
  ),
);

/** Is this value one that nobody could guess or look up: no sample, switch, number, path, address or reference? */
export function isSecretValue(value: string): boolean {
  if (value.length < 6 || value.length > longestValue || /[\s"'`]/.test(value)) return false;
  if (
    isPlaceholder(value) ||
    commonValues.test(value) ||
    /^(?:\.{0,2}\/|~\/|[a-z][a-z0-9+.-]*:\/\/)/i.test(value)
  )
    return false;
  return entropyOf(value) >= 2;
}

const commonValues =
  /^(?:[a-z]+|(?:pass|password|passwd|admin|root|secret|user|postgres|guest|qwerty|letmein)\d{0,4}|\d{1,5}|[\d.]+|[\w.-]*\.(?:txt|key|pem|json|ya?ml))$/i;

/**
 * Values under secret names in `NAME=value`, `name: value`, `"name": "value"`; and passwords in addresses. `isValue` tells those
 * that count.
 */
export function findNamedSecrets(
  text: string,
  isValue: (value: string) => boolean = isSecretValue,
): readonly NamedSecret[] {
  const found: NamedSecret[] = [];
  for (let at = 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code !== 0x3d && code !== 0x3a) continue;
    const secret =
      code === 0x3a && text.startsWith("//", at + 1) ? inAddress(text, at) : assignedAt(text, at);
    const last = found.at(-1);
    // What is inside of a value (`A_TOKEN=B_TOKEN=…`) is no other.
    const apart =
      secret !== undefined && (last === undefined || secret.start >= last.start + last.value.length);
    if (apart && isValue(secret.value)) found.push(secret);
  }
  return found;
}

const longestName = 80;
const longestValue = 512;

function assignedAt(text: string, at: number): NamedSecret | undefined {
  if (!endsLikeSecret(text, at)) return undefined;
  const name = /([A-Za-z_][\w.-]*)\\?["']?[ \t]*$/.exec(nameWindow(text, at))?.[1];
  if (name === undefined || !isSecretName(name)) return undefined;
  const [all, double, single, plain] =
    /^[ \t]*(?:\\?"([^"\n]*?)\\?"|'([^'\n]*)'|([^\s"'#,;]+))/.exec(
      text.slice(at + 1, at + longestValue + 2),
    ) ?? [];
  const value = double ?? single ?? plain;
  if (all === undefined || value === undefined || value === "") return undefined;
  const start = at + 1 + all.lastIndexOf(value);
  const service = namedForms.find(([, names, values]) => names.test(name) && values.test(value))?.[0];
  return { name, value, start, service };
}

// The end of the name is enough to pass over nearly all of them: settings have thousands.
function endsLikeSecret(text: string, at: number): boolean {
  let end = at;
  while (end > 0 && at - end < longestName && between.has(text.charCodeAt(end - 1))) end -= 1;
  return secretTails.has(text.slice(Math.max(end - tailLength, 0), end).toUpperCase());
}

const between = new Set(Buffer.from(" \t\"'\\_.-"));

const tailLength = 3;
const secretTails: ReadonlySet<string> = new Set(
  [...shortWords, ...secretWords, ...secretPairs].map((word) => word.slice(-tailLength)),
);

// Goes back by hand: a pattern that has to end here would be tried from every character of the line.
function nameWindow(text: string, end: number): string {
  let start = end;
  while (start > 0 && end - start < longestName && /[\w.\-"'\\ \t]/.test(text.charAt(start - 1))) start -= 1;
  return text.slice(start, end);
}

function inAddress(text: string, colon: number): NamedSecret | undefined {
  const scheme = /[A-Za-z][A-Za-z0-9+.-]*$/.exec(text.slice(Math.max(0, colon - 20), colon))?.[0];
  const rest = text.slice(colon + 3, colon + 3 + longestValue);
  const [, user, value] = /^([^\s:@/"'<>]{0,120}):([^\s:@/"'<>]+)@[\w[]/.exec(rest) ?? [];
  if (scheme === undefined || user === undefined || value === undefined) return undefined;
  return {
    name: `password in ${scheme}:// address`,
    value,
    start: colon + 3 + user.length + 1,
    service: undefined,
  };
}
