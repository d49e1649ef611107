import type { TableOptions } from "../reports/table.ts";
import type { Terminal } from "../reports/terminal.ts";
import type { Io } from "./command.ts";

const fallback = 100;
const narrowest = 60;

/**
 * What a stream can show: colours on a terminal unless NO_COLOR is set (https://no-color.org), anywhere with FORCE_COLOR;
 * the terminal's width, else COLUMNS, else 100.
 */
export function terminalOf(stream: Io["stdout"], env: Io["env"]): Terminal {
  const { NO_COLOR: off, FORCE_COLOR: on, TERM: term, COLUMNS: wide } = env;
  const forced = on !== undefined && on !== "" && on !== "0" && on !== "false";
  const terminal = stream.isTTY === true && term !== "dumb";
  const colour =
    off !== undefined && off !== "" ? false : forced || (terminal && on !== "0" && on !== "false");
  const columns = stream.isTTY === true ? stream.columns : undefined;
  const named = wide !== undefined && /^\d{1,4}$/.test(wide) ? Number(wide) : undefined;
  return { colour, width: Math.max(columns ?? named ?? fallback, narrowest) };
}

/** How a table is shown: a file is no terminal, so there it has no colours, and nothing is folded away. */
export function tableOptions(io: Io, file: string | undefined, all: boolean): TableOptions {
  const terminal = terminalOf(io.stdout, io.env);
  return file === undefined ? { ...terminal, all } : { ...terminal, colour: false, all: true };
}
