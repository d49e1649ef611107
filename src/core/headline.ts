const longest = 160;
const mostRead = 2000;

/**
 * One line for people out of a publisher's words: white space and control characters as single blanks, the first sentence
 * of longer text (Markdown headings left out), at most 160 characters.
 */
export function headline(words: string, kind: "title" | "text"): string {
  const read = words.slice(0, mostRead);
  const line = (kind === "title" ? read : read.replace(/^#+ .*$/gm, "")).replace(/[\p{Cc}\s]+/gu, " ").trim();
  const sentence = kind === "title" ? line : (/^.*?[.!?](?= |$)/.exec(line)?.[0] ?? line);
  return sentence.length <= longest ? sentence : `${sentence.slice(0, longest - 1).trimEnd()}…`;
}
