import type { Policy } from "../core/policy.ts";
import type { Facts, RuleReason } from "../core/report.ts";
import {
  answering,
  demandName,
  demandState,
  type TrustDemand,
  type TrustFacts,
  trustDemand,
} from "../core/trust.ts";

/** What a policy has against an image's signatures and attestations, and what of them it does not know. */
export interface SignatureReasons {
  readonly refusing: readonly RuleReason[];
  readonly unknown: readonly RuleReason[];
}

const nothing: SignatureReasons = { refusing: [], unknown: [] };

/** A bad signature refuses, an absent one does what the policy says. Without signatures that were looked at, only a policy that demands them speaks. Pure. */
export function signatureReasons({ trust }: Pick<Facts, "trust">, { signatures }: Policy): SignatureReasons {
  const { absent, demand } = signatures;
  const demands = demand.map(trustDemand);
  if (trust === null) return absent === "fail" ? { refusing: [unchecked(demands)], unknown: [] } : nothing;
  const states = demands.map((one) => ({ one, state: demandState(trust, one) }));
  const bad = states.filter(({ state }) => state === "invalid").map(({ one }) => invalid(trust, one));
  const missing = states.filter(({ state }) => state === "absent");
  const none = missing.map(({ one }) => reason("signature-absent", `${nameOf(one)}: there is none`));
  // What was not looked at may be what is missing.
  const hidden = missing.length === 0 ? [] : trust.incomplete;
  const incomplete = hidden.map((words) => reason("signature-incomplete", words));
  return {
    refusing: [...bad, ...(absent === "fail" ? none : [])],
    unknown: [...(absent === "unknown" ? none : []), ...incomplete],
  };
}

function unchecked(demands: readonly TrustDemand[]): RuleReason {
  const names = demands.map(nameOf).join(", ");
  return reason("signature-unchecked", `the policy demands what nobody checked: ${names}`);
}

function invalid(trust: TrustFacts, demand: TrustDemand): RuleReason {
  const why = answering(trust, demand).flatMap(({ reason: one }) => one ?? []);
  const [first] = why.filter(({ code }) => code !== "unsupported" && code !== "limit-exceeded");
  const words = first === undefined ? "" : `: ${first.code}: ${first.message}`;
  return reason("signature-invalid", `${nameOf(demand)}: none is good${words}`);
}

function nameOf(demand: TrustDemand): string {
  return demand.kind === "signature" ? "signature" : `attestation ${demandName(demand)}`;
}

function reason(code: string, message: string): RuleReason {
  return { code, message, rule: null, findings: [] };
}
