import {
  demandName,
  demandState,
  type TrustDemand,
  type TrustFacts,
  type TrustItem,
  type TrustState,
  trustState,
} from "../core/trust.ts";
import { trustItemValue } from "./json-trust.ts";
import type { Json } from "./json-value.ts";
import { clean, paint, type Style, type Terminal } from "./terminal.ts";

/** What is told of an image's signatures. */
export interface TrustReport {
  readonly reference: string;
  readonly facts: TrustFacts;
  readonly demands: readonly TrustDemand[];
}

/** What is not there is null. */
export function trustJson({ reference, facts, demands }: TrustReport): string {
  const value: Json = {
    reference,
    subjects: facts.subjects,
    state: trustState(facts, demands),
    demands: demands.map((demand) => ({ type: demandName(demand), state: demandState(facts, demand) })),
    items: facts.items.map(trustItemValue),
    incomplete: facts.incomplete,
  };
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

const styles: Readonly<Record<TrustState, Style>> = { verified: "green", invalid: "red", absent: "yellow" };

/** For people: each demand, then each thing that was found. */
export function trustTable({ reference, facts, demands }: TrustReport, terminal: Terminal): string {
  const lines = [
    paint(terminal, clean(reference), "bold"),
    ...facts.subjects.map((digest) => `  ${digest}`),
    "",
    ...demands.map((demand) => {
      const state = demandState(facts, demand);
      return `${paint(terminal, state.padEnd(8), styles[state], "bold")}  ${clean(demandName(demand))}`;
    }),
    ...facts.items.flatMap((item) => ["", ...itemLines(item, terminal)]),
    ...facts.incomplete.flatMap((line) => ["", `${paint(terminal, "not whole:", "yellow")} ${clean(line)}`]),
  ];
  return `${lines.join("\n")}\n`;
}

function itemLines(item: TrustItem, terminal: Terminal): readonly string[] {
  const { kind, state, predicateType, source, signer, reason, dockerReference } = item;
  const type = predicateType === undefined ? "" : ` ${predicateType}`;
  const by =
    signer === undefined
      ? ""
      : signer.kind === "key"
        ? `by key ${signer.name} (${signer.fingerprint})`
        : `by ${signer.identity}, vouched for by ${signer.issuer}`;
  const why = reason === undefined ? by : `${reason.code}: ${reason.message}`;
  return [
    `${paint(terminal, state, styles[state])}  ${clean(kind)}${clean(type)}`,
    `  ${clean(why)}`,
    ...(dockerReference === undefined ? [] : [`  signed as ${clean(dockerReference)}`]),
    paint(terminal, `  ${clean(source)}`, "dim"),
  ];
}
