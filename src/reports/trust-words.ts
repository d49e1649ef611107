import type { Policy } from "../core/policy.ts";
import type { Report } from "../core/report.ts";
import { answering, demandName, demandState, type Signer, trustDemand } from "../core/trust.ts";

/** What the policy demands of an image's signatures and how it stands, in one line, not cleaned; undefined where nobody asked. */
export function trustWords({ trust, policy }: Pick<Report, "trust" | "policy">): string | undefined {
  if (trust === null) return undefined;
  const demands = policy.signatures.demand.map(trustDemand).map((demand) => {
    const by = answering(trust, demand).find(({ state }) => state === "verified")?.signer;
    return `${demandName(demand)} ${demandState(trust, demand)}${by === undefined ? "" : ` (${signerWords(by)})`}`;
  });
  return demands.join(", ");
}

/** Of a reason's code: does it refuse, rather than say what is not known? */
export function isSignatureRefusal(code: string, { signatures }: Policy): boolean {
  if (code === "signature-absent") return signatures.absent === "fail";
  return code === "signature-invalid" || code === "signature-unchecked";
}

function signerWords(signer: Signer): string {
  return signer.kind === "key" ? `key ${signer.name}` : signer.identity;
}
