import type { Instruction } from "./dockerfile-instruction.ts";

interface Form {
  readonly flags: readonly string[];
  /** Fewest and most arguments. */
  readonly least: number;
  readonly most: number;
}

const many = Number.POSITIVE_INFINITY;

const forms: ReadonlyMap<string, Form> = new Map([
  [
    "ADD",
    {
      flags: ["chown", "chmod", "link", "keep-git-dir", "checksum", "unpack", "exclude"],
      least: 2,
      most: many,
    },
  ],
  ["ARG", { flags: [], least: 1, most: many }],
  ["CMD", { flags: [], least: 0, most: many }],
  ["COPY", { flags: ["chown", "chmod", "link", "from", "exclude", "parents"], least: 2, most: many }],
  ["ENTRYPOINT", { flags: [], least: 0, most: many }],
  ["ENV", { flags: [], least: 1, most: many }],
  ["EXPOSE", { flags: [], least: 1, most: many }],
  ["FROM", { flags: ["platform"], least: 1, most: 3 }],
  [
    "HEALTHCHECK",
    { flags: ["interval", "timeout", "start-period", "start-interval", "retries"], least: 1, most: many },
  ],
  ["LABEL", { flags: [], least: 1, most: many }],
  ["MAINTAINER", { flags: [], least: 1, most: many }],
  ["ONBUILD", { flags: [], least: 1, most: many }],
  ["RUN", { flags: ["mount", "network", "security", "device"], least: 0, most: many }],
  ["SHELL", { flags: [], least: 1, most: many }],
  ["STOPSIGNAL", { flags: [], least: 1, most: many }],
  ["USER", { flags: [], least: 1, most: many }],
  ["VOLUME", { flags: [], least: 1, most: many }],
  ["WORKDIR", { flags: [], least: 1, most: many }],
]);

/** Why BuildKit refuses an instruction by its form alone; undefined where it does not. */
export function refusal(instruction: Instruction): string | undefined {
  const { keyword, flags, json, words, args } = instruction;
  const form = forms.get(keyword);
  if (form === undefined) return `"${keyword.slice(0, 60)}" is no instruction`;
  const unknown = flags.find(({ name }) => !form.flags.includes(name));
  if (unknown !== undefined) return `${keyword} has no flag --${unknown.name.slice(0, 60)}`;
  const count = json?.length ?? (args.text === "" ? 0 : words.length);
  if (count < form.least)
    return `${keyword} needs ${form.least === 1 ? "an argument" : "a source and a target"}`;
  if (count > form.most) return `${keyword} has too many arguments`;
  if (notOnlyStrings(instruction)) return `${keyword} has a JSON array that holds not only strings`;
  return special(instruction);
}

const jsonForms = new Set(["ADD", "CMD", "COPY", "ENTRYPOINT", "RUN", "SHELL", "VOLUME"]);

function notOnlyStrings({ keyword, json, args }: Instruction): boolean {
  if (json !== undefined || !jsonForms.has(keyword) || !args.text.startsWith("[")) return false;
  try {
    return Array.isArray(JSON.parse(args.text));
  } catch {
    return false;
  }
}

function special({ keyword, words, pairs, json, trigger }: Instruction): string | undefined {
  switch (keyword) {
    case "FROM":
      return fromRefusal(words.map(({ raw }) => raw));
    case "ENV":
    case "LABEL":
      if (pairs.length === 0) return `${keyword} needs a name and a value`;
      return pairs.some(({ name, value }) => name === "" || value === undefined)
        ? `${keyword} has a word that is not NAME=VALUE`
        : undefined;
    case "ARG":
      return pairs.some(({ name }) => name === "") ? "ARG has a value without a name" : undefined;
    case "SHELL":
      return json === undefined ? "SHELL needs the JSON form" : undefined;
    case "VOLUME":
      return json?.some(({ value }) => value.trim() === "") === true ? "VOLUME has an empty path" : undefined;
    case "COPY":
    case "ADD":
      return json === undefined && isHeredoc(words.at(-1)?.raw ?? "")
        ? `${keyword} needs a target that is no here-document`
        : undefined;
    case "HEALTHCHECK":
      return healthRefusal(words.map(({ raw }) => raw));
    case "ONBUILD":
      return ["ONBUILD", "FROM", "MAINTAINER"].includes(trigger?.keyword ?? "")
        ? `ONBUILD cannot defer ${trigger?.keyword}`
        : undefined;
    default:
      return undefined;
  }
}

// A quote that nothing closes makes it a name of a file.
function isHeredoc(word: string): boolean {
  const closed = ['"', "'"].every((quote) => word.split(quote).length % 2 === 1);
  return closed && /^\d*<<-?[^<]+$/.test(word);
}

function fromRefusal([, as, name]: readonly string[]): string | undefined {
  if (as === undefined) return undefined;
  if (as.toUpperCase() !== "AS" || name === undefined) return "FROM is IMAGE or IMAGE AS NAME";
  return /^[a-z][a-z0-9-_.]*$/.test(name.toLowerCase())
    ? undefined
    : `FROM has "${name.slice(0, 60)}" for a name`;
}

function healthRefusal([type = "", ...more]: readonly string[]): string | undefined {
  const kind = type.toUpperCase();
  if (kind === "NONE") return more.length === 0 ? undefined : "HEALTHCHECK NONE takes no arguments";
  if (kind !== "CMD") return "HEALTHCHECK is CMD or NONE";
  return more.length === 0 ? "HEALTHCHECK CMD needs a command" : undefined;
}
