import type { HistoryEntry } from "../core/image.ts";

/** A tool that writes image histories in a way of its own. One build is made by one of them. */
export type Builder = "classic" | "buildkit" | "debuerreotype" | "bazel" | "jib" | "ko" | "apko";

/** A history entry as read. */
export interface ReadEntry {
  readonly builder: Builder | undefined;
  /** Dockerfile keyword; undefined when the text tells none. A bare shell command is a RUN. */
  readonly keyword: string | undefined;
  /** What follows the keyword, without the builder's own marks. */
  readonly text: string;
  readonly emptyLayer: boolean;
  /** Image that buildah says this step was built from, where it has a name. */
  readonly from: string | undefined;
  /** Milliseconds since 1970; undefined when the entry has no date. */
  readonly created: number | undefined;
}

const keywords = new Set(
  (
    "ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE HEALTHCHECK LABEL MAINTAINER ONBUILD " +
    "RUN SHELL STOPSIGNAL USER VOLUME WORKDIR"
  ).split(" "),
);

/** Reads the forms that docker, BuildKit, buildah, kaniko and some others write. */
export function readEntry(entry: HistoryEntry): ReadEntry {
  const raw = entry.createdBy.trim();
  const marked = raw.endsWith("# buildkit");
  const text = marked ? raw.slice(0, -"# buildkit".length).trimEnd() : raw;
  const created = Date.parse(entry.created ?? "");
  return {
    builder: builderOf(entry, raw, marked),
    ...instructionOf(text),
    emptyLayer: entry.emptyLayer,
    from: fromOf(entry.comment),
    created: Number.isNaN(created) ? undefined : created,
  };
}

function builderOf({ comment = "" }: HistoryEntry, raw: string, marked: boolean): Builder | undefined {
  if (marked || comment.startsWith("buildkit.")) return "buildkit";
  if (comment.startsWith("debuerreotype") || raw.startsWith("# debian.sh")) return "debuerreotype";
  if (raw.startsWith("jib-")) return "jib";
  if (raw.startsWith("ko build ") || raw.startsWith("ko publish ")) return "ko";
  if (raw.startsWith("bazel build ")) return "bazel";
  if (raw === "apko" || raw.startsWith("apko ")) return "apko";
  return nopAt(raw) >= 0 || shell.test(raw) ? "classic" : undefined;
}

const shell = /^(?:\|\d+ |\S*\/(?:ba|da|a|z)?sh (?:-o \w+ |-\w+ )*-\w*c |cmd \/S \/C |powershell )/;

function instructionOf(text: string): { readonly keyword: string | undefined; readonly text: string } {
  const nop = nopAt(text);
  const rest = nop < 0 ? text : text.slice(nop).trimStart();
  const space = rest.search(/\s/);
  const word = space < 0 ? rest : rest.slice(0, space);
  if (keywords.has(word)) return { keyword: word, text: space < 0 ? "" : rest.slice(space).trim() };
  return { keyword: shell.test(text) ? "RUN" : undefined, text: rest };
}

// The classic builder and buildah mark what is no command of the image, right after the shell: `/bin/sh -c #(nop) COPY …`.
function nopAt(text: string): number {
  const mark = "#(nop)";
  const at = text.slice(0, 128).indexOf(mark);
  const prefix = text.slice(0, Math.max(at, 0)).trimEnd();
  return at >= 0 && /^[\w./\\: -]+ (?:-\w*c|\/C|-Command)$/.test(prefix) ? at + mark.length : -1;
}

// buildah writes `FROM NAME` where a build leaves its base, `FROM <12 hex digits>` for its own steps.
function fromOf(comment = ""): string | undefined {
  const match = /^FROM (\S+)$/.exec(comment);
  return match?.[1] === undefined || /^[0-9a-f]{12}$/.test(match[1]) ? undefined : match[1];
}
