import type { ImportFacts } from "../core/facts.ts";

// https://nodejs.org/api/esm.html, https://nodejs.org/api/modules.html. Text is searched, not parsed: telling a regular expression from a
// division needs a whole parser, and a wrong guess would hide what is loaded. What stands in comments within a line counts as loaded.

const longestSource = 8 * 2 ** 20;
const mostRequests = 5000;
const mostWords = 2000;

/** What a JavaScript source loads by `require`, `import` and `import()`, whichever module system it is of. */
export function readJavascriptRequests(source: string): ImportFacts {
  const text = withoutCommentLines(source.slice(0, longestSource));
  const requests = new Set<string>();
  for (const pattern of literal)
    for (const [, , name = ""] of text.matchAll(pattern))
      if (requests.size < mostRequests) requests.add(name);
  const runs = runners.test(text);
  const words = wordsOf(text);
  return {
    kind: "imports",
    language: "javascript",
    requests: [...requests],
    computed: computed.test(text),
    plugins: false,
    runs,
    shell: runs && shells.test(text),
    words,
    cut: source.length > longestSource || requests.size >= mostRequests || words.length >= mostWords,
  };
}

const gap = "[\\s]{0,80}";
const name = "([\"'`])([^\"'`\\s\\\\$();]{1,300})\\1";
const literal: readonly RegExp[] = [
  new RegExp(`\\brequire${gap}(?:\\.resolve${gap})?\\(${gap}${name}`, "g"),
  new RegExp(`\\bfrom${gap}${name}`, "g"),
  new RegExp(`\\bimport${gap}\\(?${gap}(?:/\\*[^*]{0,200}\\*/${gap})?${name}`, "g"),
  new RegExp(`\\bnew${gap}(?:Worker|URL)\\(${gap}${name}`, "g"),
];
// A call whose argument is no text, or one with a field in it.
const computed = new RegExp(
  `(?:\\brequire${gap}(?:\\.resolve${gap})?|\\bimport${gap})\\(${gap}(?:[^\\s"'\`)/]|\`[^\`\\n]{0,300}\\$\\{|["'][^"'\\n]{0,300}["']${gap}\\+)`,
);
const runners = /\b(?:child_process|execa|cross-spawn|shelljs)\b/;
const shells = /\bexec(?:Sync)?\b|\bshell\s{0,20}:/;

// Lines of a block comment begin with an asterisk in nearly all code; a line that is code does not.
function withoutCommentLines(text: string): string {
  return text.replace(/^[ \t]{0,200}(?:\/\/|\*(?![\w$\s]{0,80}\()).*$/gm, "");
}

const quoted = /(["'`])([\w@./+:-]{2,200})(?: [^"'`\n]{0,200})?\1/g;

function wordsOf(text: string): readonly string[] {
  const words = new Set<string>();
  for (const [, , word = ""] of text.matchAll(quoted)) {
    if (words.size >= mostWords) break;
    words.add(word);
  }
  return [...words];
}
