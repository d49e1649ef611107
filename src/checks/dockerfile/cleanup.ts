import { placeOf } from "../../formats/mapped-text.ts";
import type { ShellCommand } from "../../formats/shell.ts";
import type { Hit } from "./rule.ts";
import type { Run } from "./run.ts";

/**
 * The edit that adds a command at the end of a RUN, in the style of its lines; undefined where the end is not one list of commands
 * joined by `&&`: behind `;`, in a here-document or in a group it might not run, or run where nothing was done; behind `exec` never.
 */
export function appendCommand(run: Run, command: string): Hit["fix"] {
  const { instruction, script } = run;
  if (script === undefined || instruction.heredocs.length > 0 || instruction.json !== undefined)
    return undefined;
  const { text } = script.source;
  if (/[;&|(){}#<]|\bfi\b|\bdone\b/.test(text.replaceAll("&&", "").replace(/\d?>&\d|&>/g, "")))
    return undefined;
  if (run.commands.some(({ name }) => enders.has(name))) return undefined;
  const end = placeOf(script.source, text.length - 1) + 1;
  return {
    description: `add ${command}`,
    edits: [{ start: end, end, text: joiner(run, script.source.text) + command }],
  };
}

// Nothing behind them runs.
const enders = new Set(["exec", "exit", "return"]);

const nearby = 200;

// `&& \` at the end of lines, or `&&` at their beginning; on one line as long as it was one.
function joiner({ instruction, continuation }: Run, text: string): string {
  const written = instruction.args.pieces.length > 1;
  const breaks = instruction.args.pieces.map(({ at }) => at).filter((at) => at > 0);
  if (!written || !text.includes("&&")) return " && ";
  const last = breaks.findLast(
    (at) =>
      /&&\s*$/.test(text.slice(Math.max(at - nearby, 0), at)) || /^\s*&&/.test(text.slice(at, at + nearby)),
  );
  if (last === undefined) return " && ";
  const indent = /^[ \t]*/.exec(text.slice(last))?.[0] ?? "    ";
  const leading = /^\s*&&/.test(text.slice(last));
  return leading ? ` ${continuation}${indent}&& ` : ` && ${continuation}${indent}`;
}

/** Was something installed, and not cleaned up behind it? Answers the first command that installed. */
export function uncleaned(
  { commands }: Run,
  installs: (command: ShellCommand) => boolean,
  cleans: (command: ShellCommand) => boolean,
): ShellCommand | undefined {
  const first = commands.findIndex(installs);
  if (first < 0) return undefined;
  return commands.slice(first).some(cleans) ? undefined : commands[first];
}

/** Does a cache or tmpfs mount of the RUN cover the directory, so that nothing of it gets into the image? */
export function mounted({ instruction, outer }: Run, directory: string): boolean {
  return [...instruction.flags, ...outer.flags].some(({ name, value = "" }) => {
    if (name !== "mount") return false;
    const fields = new Map(
      value.split(",").map((field) => [field.split("=")[0] ?? "", field.slice(field.indexOf("=") + 1)]),
    );
    const type = fields.get("type");
    const target = (fields.get("target") ?? fields.get("dst") ?? fields.get("destination") ?? "").replace(
      /\/$/,
      "",
    );
    const covers =
      target === directory || directory.startsWith(`${target}/`) || target.startsWith(`${directory}/`);
    return (type === "cache" || type === "tmpfs") && target !== "" && covers;
  });
}
