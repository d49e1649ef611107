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
