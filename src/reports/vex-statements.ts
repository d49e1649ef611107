import type { VexProduct, VexState, VexStatement } from "../core/vex.ts";
import { vexStateValue } from "./json-verdict.ts";
import { clean, paint, type Style, type Terminal } from "./terminal.ts";

/** What VEX documents do to an image. */
export interface VexCheck {
  /** Of the statements that speak of a flaw that was found. */
  readonly states: readonly VexState[];
  /** How many statements speak of other flaws. */
  readonly elsewhere: number;
  readonly suppressed: number;
  readonly findings: number;
  /** What of the documents says nothing, in words. */
  readonly notes: readonly string[];
}

/** What documents do, as JSON. */
export function vexCheckJson({ states, elsewhere, suppressed, findings, notes }: VexCheck): string {
  return json({ statements: states.map(vexStateValue), elsewhere, suppressed, findings, notes });
}

/** What documents do, for people. */
export function vexCheckText(check: VexCheck, terminal: Terminal): string {
  const count = (state: VexState["state"]): number =>
    check.states.filter((each) => each.state === state).length;
  const summary = [
    `${count("matched")} matched, ${count("near")} near, ${count("unmatched")} unmatched`,
    `${check.elsewhere} of flaws that were not found`,
    `${check.suppressed} of ${check.findings} findings suppressed`,
  ].join("; ");
  const lines = check.states.flatMap((state) => stateLines(state, terminal));
  return text([...lines, ...notes(check.notes, terminal), summary]);
}

const styles: Readonly<Record<VexState["state"], Style>> = {
  matched: "green",
  near: "yellow",
  unmatched: "dim",
};

function stateLines(
  { statement, state, suppressed, message }: VexState,
  terminal: Terminal,
): readonly string[] {
  const { vulnerability, status, document } = statement;
  const effect = suppressed === 0 ? "" : `  suppresses ${suppressed}`;
  const head = `${paint(terminal, state.padEnd(9), styles[state])}  ${clean(vulnerability)}  ${status}${effect}`;
  return [
    `${head}  ${paint(terminal, clean(document.source), "dim")}`,
    ...(message === "" ? [] : [`           ${clean(message)}`]),
  ];
}

/** Statements of a document, as JSON. */
export function vexStatementsJson(statements: readonly VexStatement[], remarks: readonly string[]): string {
  const values = statements.map((statement) => {
    const {
      state: _,
      suppressed: _suppressed,
      message: _message,
      ...fields
    } = vexStateValue({
      statement,
      state: "unmatched",
      suppressed: 0,
      message: "",
    });
    return fields;
  });
  return json({ statements: values, notes: remarks });
}

/** Statements of a document, for people. */
export function vexStatementsText(
  statements: readonly VexStatement[],
  remarks: readonly string[],
  terminal: Terminal,
): string {
  const lines = statements.flatMap((each) => {
    const { vulnerability, aliases, status, justification, statement, products, timestamp } = each;
    const ids = [vulnerability, ...aliases].map(clean).join(" ");
    const why = [justification ?? "", statement]
      .filter((words) => words !== "")
      .map(clean)
      .join(": ");
    return [
      `${paint(terminal, ids, "bold")}  ${status}${timestamp === "" ? "" : `  ${clean(timestamp)}`}`,
      ...(why === "" ? [] : [`  ${why}`]),
      ...products
        .slice(0, mostProducts)
        .map((product) => `  ${paint(terminal, productText(product), "dim")}`),
      ...(products.length > mostProducts ? [`  … ${products.length - mostProducts} more products`] : []),
    ];
  });
  return text([...lines, ...notes(remarks, terminal), `${statements.length} statements`]);
}

const mostProducts = 10;
const mostParts = 5;

function productText({ ids, subcomponents }: VexProduct): string {
  const parts = subcomponents.slice(0, mostParts).map(clean).join(", ");
  const more = subcomponents.length > mostParts ? ` and ${subcomponents.length - mostParts} more` : "";
  return `${ids.map(clean).join(" = ")}${parts === "" ? "" : `: ${parts}${more}`}`;
}

function notes(remarks: readonly string[], terminal: Terminal): readonly string[] {
  return remarks.map((note) => `${paint(terminal, "note", "yellow")}: ${clean(note)}`);
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function text(lines: readonly string[]): string {
  return `${lines.join("\n")}\n`;
}
