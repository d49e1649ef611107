/** Every way in which Seaworthy refuses an input or gives up. The code is stable and documented in docs/cli.md. */
export type ErrorCode =
  | "usage"
  | "reference-invalid"
  | "purl-invalid"
  | "version-invalid"
  | "cvss-invalid"
  | "image-not-found"
  | "image-ambiguous"
  | "image-invalid"
  | "platform-not-found"
  | "source-unavailable"
  | "auth-failed"
  | "network-failed"
  | "network-refused"
  | "digest-mismatch"
  | "layer-unreadable"
  | "truncated"
  | "malformed"
  | "signature-invalid"
  | "unsupported"
  | "limit-exceeded"
  | "database-missing"
  | "database-invalid"
  | "database-busy"
  | "database-poorer"
  | "feed-invalid"
  | "report-invalid"
  | "alerts-invalid"
  | "exception-invalid"
  | "vex-invalid"
  | "disk-failed"
  | "policy-invalid"
  | "internal";

/** The one error class: `message` = action that failed, quoted value, colon, state found; `hint` = what to do. */
export class SeaworthyError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { hint?: string | undefined; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = "SeaworthyError";
    this.code = code;
    this.hint = options.hint;
  }
}

/** Any thrown thing as one line of text. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The code of a thrown thing: its own when it is a SeaworthyError, else `internal`. */
export function codeOf(thrown: unknown): ErrorCode {
  return thrown instanceof SeaworthyError ? thrown.code : "internal";
}
