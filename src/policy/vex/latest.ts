import type { VexStatement } from "../../core/vex.ts";

/**
 * Of statements that speak of one flaw in one product the one that counts: the latest. At the same instant the later one of a document
 * counts, as OpenVEX has it, and between documents the one that suppresses nothing.
 */
export function latest(statements: readonly VexStatement[]): VexStatement | undefined {
  const byDocument = new Map<string, VexStatement>();
  for (const statement of statements) {
    const key = `${statement.document.source}\n${statement.document.id}`;
    const before = byDocument.get(key);
    if (before === undefined || instant(statement) >= instant(before)) byDocument.set(key, statement);
  }
  const [first, ...rest] = byDocument.values();
  return rest.reduce((a, b) => (later(a, b) ? b : a), first);
}

function later(a: VexStatement | undefined, b: VexStatement): boolean {
  if (a === undefined) return true;
  const [left, right] = [instant(a), instant(b)];
  if (left !== right) return right > left;
  return isOpen(b) && !isOpen(a);
}

function isOpen({ status }: VexStatement): boolean {
  return status === "affected" || status === "under_investigation";
}

// A statement without a date is older than every other.
function instant({ timestamp }: VexStatement): number {
  const time = Date.parse(timestamp);
  return Number.isNaN(time) ? Number.NEGATIVE_INFINITY : time;
}
