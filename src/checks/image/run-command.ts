import type { ImageConfig } from "../../core/image.ts";
import { programName } from "../../core/sights.ts";

const languages: Readonly<Record<string, string>> = {
  java: "java",
  node: "bun deno node nodejs npm npx pnpm yarn",
  perl: "perl",
  php: "composer php php-fpm",
  python: "celery daphne flask gunicorn hypercorn pip python pypy uvicorn uwsgi",
  ruby: "bundle gem puma rackup rails rake ruby",
  dotnet: "dotnet",
};

const languageOf = new Map(
  Object.entries(languages).flatMap(([language, names]) => names.split(" ").map((name) => [name, language])),
);

// They start what follows and are no part of the application.
const wrappers: ReadonlySet<string> = new Set(["catatonit", "dumb-init", "env", "exec", "tini", "--"]);
const shells: ReadonlySet<string> = new Set(["ash", "bash", "dash", "sh"]);

/** The words of the image's command; those of a shell's command line, too. */
export function commandWords({ entrypoint, cmd }: ImageConfig): readonly string[] {
  return [...entrypoint, ...cmd].flatMap((word) => word.split(/[\s;&|()]+/)).filter((word) => word !== "");
}

/** Name of the program, without directory and version. */
export function bareName(word: string): string {
  return programName(word.slice(word.lastIndexOf("/") + 1));
}

/**
 * The language that the image's process is written in, as far as its command names the interpreter; undefined for all else:
 * a script may start anything, and of a program the name does not tell what it starts.
 */
export function runLanguage(config: ImageConfig): string | undefined {
  const words = unwrapped([...config.entrypoint, ...config.cmd]);
  const [first] = words;
  return first === undefined ? undefined : languageOf.get(bareName(first));
}

function unwrapped(words: readonly string[]): readonly string[] {
  const start = words.findIndex((word) => !wrappers.has(bareName(word)) && !/^(?:-|\w+=)/.test(word));
  if (start < 0) return [];
  const [first = "", flag, line, ...more] = words.slice(start);
  if (!shells.has(bareName(first))) return words.slice(start);
  // More than one command: which of them is the application is not shown.
  const single = flag === "-c" && line !== undefined && more.length === 0 && !/[;&|`$(){}\n]/.test(line);
  return single ? unwrapped(line.trim().split(/\s+/)) : [];
}
