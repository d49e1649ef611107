import { z } from "zod";
import type { TrustProblem } from "../core/trust.ts";
import { absent, text, texts } from "./read-words.ts";

// Any word of that form: a list of the problems would be one more place to keep.
const problem = z.custom<TrustProblem>((value) => typeof value === "string" && /^[a-z-]+$/u.test(value));

const signer = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("key"), fingerprint: text, name: text }),
  z.object({ kind: z.literal("identity"), identity: text, issuer: text }),
]);

/** By its name in json-trust.ts. */
export const trust = z
  .object({
    subjects: texts,
    items: z.array(
      z.object({
        kind: z.enum(["signature", "attestation", "unknown"]),
        state: z.enum(["verified", "invalid"]),
        subject: text,
        source: text,
        predicateType: absent(text),
        payloadDigest: absent(text),
        dockerReference: absent(text),
        signer: absent(signer),
        reason: absent(z.object({ code: problem, message: text })),
      }),
    ),
    incomplete: texts,
  })
  .nullable();
