/** Is this text a sample, a gap to fill in or a reference to where the value comes from, rather than a value? */
export function isPlaceholder(value: string): boolean {
  return isReference(value) || sampleWords.test(value) || isMonotonous(value);
}

// ${VAR}, $(command), {{ template }}, <token>, %ENV%, @file, [value], process.env.X, !vault, a secret manager's name, a digest …
function isReference(value: string): boolean {
  return (
    /[$<>{}()[\]]|^%.*%$|^@|^\*+$|^_+$|^![a-z]+$|\benv\b/i.test(value) ||
    /^(?:arn:aws|projects\/[^/]+\/secrets\/|ref\+|(?:vault|ssm|op|keyvault|secretsmanager|file):|sha(?:256|384|512)[:-])/i.test(
      value,
    )
  );
}

const sampleWords =
  /example|sample|placeholder|changeme|change[-_ ]?(?:me|this|it)|replace|redacted|dummy|your[-_ ]?|my[-_]?(?:secret|token|password|key)|insert|xxxx|\*\*\*\*|\.\.\.|todo|fixme|foobar|secret[-_]?(?:key|token|here)|not[-_]?a[-_]?(?:real|secret)|fake|none|null|undefined|deadbeef|test[-_]?(?:key|token|secret|password)/i;

// aaaa, 0000, 1234567890, abcdefgh: most characters follow from the one before.
function isMonotonous(value: string): boolean {
  let steps = 0;
  for (let at = 1; at < value.length; at += 1) {
    const step = value.charCodeAt(at) - value.charCodeAt(at - 1);
    if (step === 0 || step === 1) steps += 1;
  }
  return value.length >= 6 && steps > 0.45 * value.length;
}

/** Bits of information in a character, by how often each occurs in the text itself. */
export function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

/** A value as findings may show it: its first characters, never more than four or a quarter. */
export function masked(value: string): string {
  return `"${value.slice(0, Math.min(4, Math.floor(value.length / 4)))}…", ${value.length} characters`;
}

/** A text in which each place is that of its bytes: secrets are ASCII, so that anything else may stand for one character. */
export function ascii(text: string): string {
  return text.replaceAll(/[^\n\r\t -~]/g, "?");
}
