import type { FileSystem } from "../core/file-system.ts";
import type { ImageConfig } from "../core/image.ts";
import { readShellWords } from "../formats/shell-words.ts";
import { nameOf, walkPath } from "./reach.ts";

/** What a container of the image starts. */
export interface Start {
  readonly argv: readonly string[];
  readonly environment: ReadonlyMap<string, string>;
  /** Canonical directory; `""` for the root. */
  readonly workingDir: string;
  /** The config gives a shell one plain command: `argv` is that command, and the shell is not needed for it. */
  readonly withoutShell: boolean;
}

const shell = /^(?:ba|da|a|k|z|mk)?sh$/;

/** Is it the name of a shell? */
export function isShell(name: string): boolean {
  return shell.test(name);
}

/** Reads entrypoint, command, environment and working directory of the config. */
export function startOf(files: FileSystem, config: ImageConfig): Start {
  const written = [...config.entrypoint, ...config.cmd];
  const plain = plainCommand(written);
  const environment = new Map(
    config.env.map((pair) => {
      const equals = pair.indexOf("=");
      return equals < 0 ? [pair, ""] : [pair.slice(0, equals), pair.slice(equals + 1)];
    }),
  );
  return {
    argv: plain ?? written,
    environment,
    workingDir: walkPath(files, `/${config.workingDir}`).end?.path ?? "",
    withoutShell: plain !== undefined,
  };
}

// ["/bin/sh", "-c", "node server.js"]: what follows is only $0, $1 … of a command that does not look at them.
function plainCommand([program = "", option, text, ...more]: readonly string[]):
  | readonly string[]
  | undefined {
  if (!isShell(nameOf(program)) || option !== "-c" || text === undefined || more.length > 0) return undefined;
  return readShellWords(text).simple;
}

const standardPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Directories in which programs are looked for. */
export function searchPath({ environment }: Pick<Start, "environment">): readonly string[] {
  return (environment.get("PATH") ?? standardPath).split(":");
}

/** Path by which a program of this name is started; undefined when there is none. */
export function findProgram(files: FileSystem, start: Start, name: string): string | undefined {
  const tries = name.includes("/") ? [name] : searchPath(start).map((directory) => `${directory}/${name}`);
  return tries
    .map((path) => (path.startsWith("/") ? path : `/${start.workingDir}/${path}`))
    .find((path) => {
      const { end } = walkPath(files, path);
      return end?.kind === "file" && (end.mode & 0o111) !== 0;
    });
}

/** Programs that do something for another one and then become it: the words before that one's name are theirs. */
const wrappers: ReadonlyMap<string, { readonly words: number; readonly valued: RegExp }> = new Map([
  ["env", { words: 0, valued: /^-[uCS]$/ }],
  ["tini", { words: 0, valued: /^-[pe]$/ }],
  ["docker-init", { words: 0, valued: /^-[pe]$/ }],
  ["dumb-init", { words: 0, valued: /^(?:-r|--rewrite)$/ }],
  ["catatonit", { words: 0, valued: /^$/ }],
  ["gosu", { words: 1, valued: /^$/ }],
  ["su-exec", { words: 1, valued: /^$/ }],
  ["setpriv", { words: 0, valued: /^$/ }],
  ["nice", { words: 0, valued: /^-n$/ }],
  ["timeout", { words: 1, valued: /^-[ks]$/ }],
  ["nohup", { words: 0, valued: /^$/ }],
  ["setsid", { words: 0, valued: /^$/ }],
  ["stdbuf", { words: 0, valued: /^-[ioe]$/ }],
  ["exec", { words: 0, valued: /^$/ }],
]);

/** The command that a wrapper runs; undefined when it is no wrapper. */
export function wrappedCommand(name: string, args: readonly string[]): readonly string[] | undefined {
  const wrapper = wrappers.get(name.replace(/-static$/, ""));
  if (wrapper === undefined) return undefined;
  let at = 0;
  let words = wrapper.words;
  for (; at < args.length; at += 1) {
    const arg = args[at] ?? "";
    if (arg === "--") {
      at += 1;
      break;
    }
    if (wrapper.valued.test(arg)) at += arg === "-S" ? 0 : 1;
    else if (arg.startsWith("-") || (name === "env" && /^\w+=/.test(arg))) continue;
    else if (words > 0) words -= 1;
    else break;
  }
  return args.slice(at);
}

/** Interpreters whose way of finding modules is not followed here, and programs that start what their settings say. */
export function isOtherInterpreter(name: string): boolean {
  return /^(?:perl[\d.]*|ruby[\d.]*|php(?:-fpm)?[\d.]*|Rscript|R|lua[\d.]*|luajit|tclsh[\d.]*|erl|elixir|dotnet|mono|deno|bun|guile|sbcl|ghci|julia|pwsh|npm|npx|yarn|yarnpkg|pnpm|corepack|pm2|pm2-runtime|supervisord|runsvdir|s6-svscan|s6-overlay.*|systemd|init|make)$/.test(
    name,
  );
}
