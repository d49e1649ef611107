import type { Readable, Writable } from "node:stream";

/** What a command may touch of the process; tests hand in their own. */
export interface Io {
  readonly stdin: Readable;
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Today as `YYYY-MM-DD` (UTC), from SOURCE_DATE_EPOCH when that is set. */
  readonly today: string;
}

/** One command: `seaworthy NAME …`. */
export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Whole help text. */
  readonly usage: string;
  /** Answers the exit code. @throws SeaworthyError, which main prints. */
  run(args: readonly string[], io: Io): Promise<number>;
}

/** 0 pass, 1 fail, 2 usage or input error, 3 unknown. */
export const exitCodes = { pass: 0, fail: 1, error: 2, unknown: 3 } as const;
