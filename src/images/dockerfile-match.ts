import type { Instruction } from "../formats/dockerfile.ts";
import type { ReadEntry } from "../formats/history-entry.ts";

/** Can this history entry be what a builder wrote for this RUN, COPY, ADD or WORKDIR? Variables may stand for any text. */
export function instructionMatches(instruction: Instruction, entry: ReadEntry): boolean {
  if (
    entry.keyword !== instruction.keyword &&
    !(instruction.keyword === "RUN" && entry.keyword === undefined)
  )
    return false;
  switch (instruction.keyword) {
    case "RUN":
      return runMatches(instruction, squeeze(entry.text));
    case "WORKDIR":
      return pathMatches(squeeze(instruction.text), squeeze(entry.text));
    default:
      return copyMatches(instruction, squeeze(entry.text));
  }
}

// `|2 A=b C=d /bin/bash -o pipefail -c COMMAND`: the command is known, what stands before it must be ARGs and a shell.
function runMatches(instruction: Instruction, found: string): boolean {
  return runTexts(instruction).some((wanted) => {
    if (found === wanted) return true;
    if (wanted === "" || !found.endsWith(` ${wanted}`)) return false;
    const before = found.slice(0, -wanted.length - 1);
    return instruction.json === undefined ? isShell(before) : isShell(before) || isArguments(before);
  });
}

function runTexts({ text, flags, json, heredocs }: Instruction): readonly string[] {
  const written = squeeze(text);
  const bodies = heredocs.map(({ body }) => squeeze(body));
  const firstBody = /^<<\S+$/.test(written) ? bodies.slice(0, 1) : [];
  return [
    written,
    squeeze([...flags, text].join(" ")),
    ...(json === undefined ? [] : [squeeze(json.join(" ")), squeeze(JSON.stringify(json))]),
    ...firstBody,
    ...(bodies.length === 0 ? [] : [squeeze([text, ...bodies].join(" "))]),
  ];
}

const shellAtEnd =
  /(?:^| )\S*(?:sh|cmd|powershell)(?:\.exe)?(?: -o \w+| -\w+| \/S)* (?:-\w*[cC]|\/C|-Command)$/;

// A second shell before the last would be part of another command that only ends like this one.
function isShell(before: string): boolean {
  const tail = before.slice(-256);
  const match = shellAtEnd.exec(tail);
  if (match === null) return false;
  const rest = before.slice(0, before.length - (tail.length - match.index));
  return rest === "" || (isArguments(rest) && !/ (?:-\w*[cC]|\/C|-Command)(?= |$)/.test(rest));
}

function isArguments(before: string): boolean {
  return /^\|\d+ \w+=/.test(before);
}

// docker and buildah write `file:HASH in DEST`, BuildKit and kaniko the sources.
function copyMatches(instruction: Instruction, found: string): boolean {
  const words = instruction.json ?? squeeze(instruction.text).split(" ");
  const target = words.at(-1) ?? "";
  const given = withoutFlags(found);
  const hashed = /^(?:file|dir|multi):[0-9a-f]+ in (.*)$/.exec(given);
  if (hashed !== null) return pathMatches(target, hashed[1] ?? "");
  const list = jsonWords(given) ?? given.split(" ");
  const foundTarget = list.at(-1) ?? "";
  if (instruction.heredocs.length > 0) return pathMatches(target, foundTarget);
  const sources = words.slice(0, -1).join(" ");
  return pathMatches(target, foundTarget) && templateMatches(sources, list.slice(0, -1).join(" "), false);
}

function jsonWords(text: string): readonly string[] | undefined {
  if (!text.startsWith("[")) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.map(String) : undefined;
  } catch {
    return undefined;
  }
}

function withoutFlags(text: string): string {
  let rest = text;
  while (rest.startsWith("--")) {
    const space = rest.indexOf(" ");
    if (space < 0) return "";
    rest = rest.slice(space + 1);
  }
  return rest;
}

// A relative path was resolved against the working directory: it must end the path found.
function pathMatches(wanted: string, found: string): boolean {
  const path = tidy(wanted);
  return path === "" || templateMatches(path, tidy(found), !wanted.startsWith("/"));
}

function tidy(path: string): string {
  return path
    .replace(/^["'](.*)["']$/, "$1")
    .replace(/^\.(?:\/|$)/, "")
    .replace(/(?<=.)\/+$/, "");
}

// Text with variables against text without: the pieces between the variables must be there, in order.
function templateMatches(template: string, found: string, anyStart: boolean): boolean {
  const pieces = template.split(/\$(?:\w+|\{[^}]*\})/);
  const last = pieces.at(-1) ?? "";
  if (pieces.length === 1) return anyStart ? found === last || found.endsWith(`/${last}`) : found === last;
  let at = 0;
  for (const [index, piece] of pieces.slice(0, -1).entries()) {
    const place = found.indexOf(piece, at);
    if (place < 0 || (index === 0 && !anyStart && place > 0)) return false;
    at = place + piece.length;
  }
  return found.length - last.length >= at && found.endsWith(last);
}

function squeeze(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
