import { Writable } from "node:stream";
import type { Io } from "./command.ts";

// What runners take from a log as a command to them. GitHub's reads `::name::` at the start of a line, after any white space, and
// `##[name]` anywhere in it (https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs); Azure's reads `##vso[`,
// TeamCity's `##teamcity[`, Octopus's `##octopus[`. Names in an image are a stranger's words.

/** A line, or lines, that no runner takes for a command: a space is put between the two signs that begin one. */
export function inert(text: string): string {
  return text.replace(/^((?:[^\S\n]|\u0085)*):(?=:)/gmu, "$1: ").replace(/#(?=#\w*\[)/gu, "# ");
}

/** A stream that hands lines on to another, each of them inert; `flush` hands on what has no line end. */
export function inertStream(to: Io["stdout"]): {
  readonly stream: Io["stdout"];
  readonly flush: () => Promise<void>;
} {
  let rest = "";
  const decoder = new TextDecoder();
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done): void {
      const text = rest + decoder.decode(chunk, { stream: true });
      const end = text.lastIndexOf("\n") + 1;
      rest = text.slice(end);
      if (end === 0) done();
      else to.write(inert(text.slice(0, end)), done);
    },
  });
  const flush = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const last = inert(rest);
      rest = "";
      to.write(last, (error) => (error === null || error === undefined ? resolve() : reject(error)));
    });
  // It has no isTTY: progress and colours have no place in a log.
  return { stream, flush };
}
