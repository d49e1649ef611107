import { createHash } from "node:crypto";

/** A running sha256 over pushed bytes. */
export interface Digester {
  update(bytes: Uint8Array): void;
  /** `sha256:…`, lower-case hex. Ends the run. */
  finish(): string;
}

/** A new sha256 run, written as the OCI image specification writes digests. */
export function createDigester(): Digester {
  const hash = createHash("sha256");
  return {
    update(bytes) {
      hash.update(bytes);
    },
    finish: () => `sha256:${hash.digest("hex")}`,
  };
}

/** The sha256 of bytes, or of a text as UTF-8, written as the OCI image specification writes digests. */
export function sha256Digest(content: Uint8Array | string): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}
