import { lstatSync, mkdirSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Instruction, parseDockerfile } from "../../src/formats/dockerfile.ts";
import { tool } from "./scratch.ts";

/** What a container of the built image would be started with. */
export interface Applied {
  readonly argv: readonly string[];
  readonly user: string;
  readonly workingDir: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Builds a planned Dockerfile of two stages: the first on the root file system `app`, which it changes, the second into the empty
 * directory `target`. Knows the instructions that a plan has, and COPY as BuildKit does it: what it is told to copy is followed
 * when it is a link.
 */
export async function applyDockerfile(text: string, app: string, target: string): Promise<Applied> {
  const [first, last, ...more] = parseDockerfile(text);
  if (first === undefined || last === undefined || more.length > 0)
    throw new Error("apply Dockerfile: not two stages");
  let place = "/";
  for (const instruction of first.instructions) {
    if (instruction.keyword === "WORKDIR") place = instruction.text;
    await prepare(instruction, app, place);
  }
  for (const instruction of last.instructions)
    if (instruction.keyword === "COPY") await copy(instruction, app, target);
  const one = (keyword: string): Instruction | undefined =>
    last.instructions.find((instruction) => instruction.keyword === keyword);
  const env = last.instructions
    .filter(({ keyword }) => keyword === "ENV")
    .map(({ text: pair }) => {
      const [, name = "", value = ""] = /^([^=]+)="(.*)"$/u.exec(pair) ?? [];
      return [name, value.replace(/\\(.)/gu, "$1")];
    });
  return {
    argv: [...(one("ENTRYPOINT")?.json ?? []), ...(one("CMD")?.json ?? [])],
    user: one("USER")?.text ?? "",
    workingDir: one("WORKDIR")?.text ?? "/",
    env: Object.fromEntries(env),
  };
}

async function prepare({ keyword, json, text }: Instruction, app: string, place: string): Promise<void> {
  if (keyword === "WORKDIR") mkdirSync(join(app, text), { recursive: true });
  else if (keyword === "RUN" && json !== undefined) {
    await tool("chroot", [app, "sh", "-c", 'cd "$0" && exec "$@"', place, ...json]);
  } else if (keyword !== "USER") throw new Error(`apply Dockerfile: ${keyword} ${text}`);
}

async function copy({ flags, json = [] }: Instruction, app: string, target: string): Promise<void> {
  if (flags.join() !== "--from=app") throw new Error(`apply Dockerfile: COPY ${flags.join(" ")}`);
  const to = json.at(-1) ?? "";
  for (const written of json.slice(0, -1)) {
    const from = realpathSync(join(app, written));
    const isDirectory = lstatSync(from).isDirectory();
    const place = isDirectory
      ? join(target, to)
      : join(target, to, written.slice(written.lastIndexOf("/") + 1));
    mkdirSync(isDirectory ? place : dirname(place), { recursive: true });
    await tool("cp", ["-a", isDirectory ? `${from}/.` : from, place]);
  }
}
