import { findNamedSecrets } from "./secret-names.ts";
import { findTokens } from "./secret-tokens.ts";
import { ascii } from "./secret-words.ts";

/**
 * A text of the image (a history entry) as reports may show it: what may be a secret is cut out. More is cut than is told as a
 * finding: nobody misses a harmless word in a history, but whoever reads a report may use a password in it.
 */
export function withoutSecrets(text: string): string {
  const plain = ascii(text);
  const cuts = [
    ...findTokens(Buffer.from(plain, "latin1")).map(({ start, length }) => ({ start, end: start + length })),
    ...findNamedSecrets(plain, isCut).map(({ start, value }) => ({ start, end: start + value.length })),
    ...spoken.flatMap((form) => [...plain.matchAll(form)].flatMap(spanOf)),
  ].sort((a, b) => a.start - b.start || b.end - a.end);
  let shown = "";
  let at = 0;
  for (const { start, end } of cuts) {
    if (start >= at) shown += `${text.slice(at, start)}‹secret›`;
    at = Math.max(at, end);
  }
  return shown + text.slice(at);
}

/** The image's labels as reports may show them. */
export function labelsWithoutSecrets(
  labels: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const shown = Object.entries(labels).map(([name, value]) => {
    // The name says whether the value is a password.
    const cut = withoutSecrets(`${name}=${value}`);
    return [withoutSecrets(name), cut.startsWith(`${name}=`) ? cut.slice(name.length + 1) : "‹secret›"];
  });
  return Object.fromEntries(shown);
}

// Where commands take a secret that no name with `=` or `:` stands before.
const spoken: readonly RegExp[] = [
  /(?<=\b(?:curl|wget|https?)\b[^;|&\n]{0,300}(?:\s-u|\s--user)[ =]?["']?[^\s:"'@/]{1,80}:)[^\s"'@]+/g,
  /(?<=authorization["']?[ \t]{0,3}[:=][ \t]{0,3}["']?(?:basic|bearer|token|digest|apikey)[ \t]{1,3})[^\s"']+/gi,
  /(?<=--?(?:[a-z]{1,20}-){0,3}(?:password|passwd|pass|passphrase|token|secret|pat|(?:api|access|secret|auth|account|license)-?key)[ \t]{1,3}["']?)[^\s"'-][^\s"']*/gi,
  /(?<=\b(?:mysql\w{0,10}|mariadb[\w-]{0,10}|sshpass|login)\b[^;|&\n]{0,160}\s-p[ ]?["']?)[^\s"'-][^\s"']*/g,
  /(?<=\becho[ \t]{1,3}(?:-n[ \t]{1,3})?["']?)[^\s"'|]{4,512}(?=["']?[ \t]{0,3}\|[^;&|]{0,200}(?:--password-stdin|chpasswd))/g,
  /(?<=:\/\/)[^\s/:@"']{16,512}(?=@)/g,
  /(?<=\bENV[ \t]{1,3}\w{0,60}(?:PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY)[ \t]{1,3})\S+/gi,
];

function spanOf(found: RegExpExecArray): readonly { readonly start: number; readonly end: number }[] {
  const [value] = found;
  return isCut(value) ? [{ start: found.index, end: found.index + value.length }] : [];
}

// No reference to where the value comes from, no path or address, no number or switch.
function isCut(value: string): boolean {
  return (
    value.length >= 4 &&
    !/^(?:[$<{(%@*]|\.{0,2}\/|~\/|[a-z][a-z0-9+.-]*:\/\/)/i.test(value) &&
    !/^(?:[\d.:]+|true|false|null|none)$/i.test(value)
  );
}
