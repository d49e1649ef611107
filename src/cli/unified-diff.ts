const context = 3;
// How far a changed place is followed until the texts agree again.
const reach = 400;

/** The lines from `oldStart` to before `oldEnd` became those from `newStart` to before `newEnd`. */
interface Change {
  readonly oldStart: number;
  readonly oldEnd: number;
  readonly newStart: number;
  readonly newEnd: number;
}

/** The difference of two texts, as `patch` takes it; empty where there is none. */
export function unifiedDiff(name: string, before: string, after: string): string {
  if (before === after) return "";
  const old = linesOf(before);
  const now = linesOf(after);
  const hunks = grouped(changesOf(old, now)).map((changes) => hunkOf(changes, old, now));
  return `--- ${name}\n+++ ${name}\n${hunks.join("")}`;
}

function linesOf(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function changesOf(old: readonly string[], now: readonly string[]): readonly Change[] {
  const changes: Change[] = [];
  let oldStart = 0;
  let newStart = 0;
  while (oldStart < old.length || newStart < now.length) {
    if (old[oldStart] === now[newStart]) {
      oldStart += 1;
      newStart += 1;
      continue;
    }
    const { oldEnd, newEnd } = agreement(old, now, oldStart, newStart);
    changes.push({ oldStart, oldEnd, newStart, newEnd });
    oldStart = oldEnd;
    newStart = newEnd;
  }
  return changes;
}

// The nearest place where both have the same line, or both end.
function agreement(
  old: readonly string[],
  now: readonly string[],
  oldStart: number,
  newStart: number,
): Pick<Change, "oldEnd" | "newEnd"> {
  for (let steps = 1; steps <= reach; steps += 1)
    for (let taken = 0; taken <= steps; taken += 1) {
      const oldEnd = oldStart + taken;
      const newEnd = newStart + steps - taken;
      if (oldEnd <= old.length && newEnd <= now.length && old[oldEnd] === now[newEnd])
        return { oldEnd, newEnd };
    }
  return { oldEnd: old.length, newEnd: now.length };
}

/** Changes whose context would overlap, together. */
function grouped(changes: readonly Change[]): readonly (readonly Change[])[] {
  const groups: Change[][] = [];
  for (const change of changes) {
    const last = groups.at(-1);
    const before = last?.at(-1);
    if (last !== undefined && before !== undefined && change.oldStart - before.oldEnd <= 2 * context)
      last.push(change);
    else groups.push([change]);
  }
  return groups;
}

function hunkOf(changes: readonly Change[], old: readonly string[], now: readonly string[]): string {
  const [first] = changes;
  const last = changes.at(-1);
  if (first === undefined || last === undefined) return "";
  const lead = Math.min(context, first.oldStart);
  const trail = Math.min(context, old.length - last.oldEnd);
  const lines: string[] = [];
  let at = first.oldStart - lead;
  for (const { oldStart, oldEnd, newStart, newEnd } of changes) {
    lines.push(...signed(" ", old.slice(at, oldStart)));
    lines.push(...signed("-", old.slice(oldStart, oldEnd)), ...signed("+", now.slice(newStart, newEnd)));
    at = oldEnd;
  }
  lines.push(...signed(" ", old.slice(at, last.oldEnd + trail)));
  const oldRange = range(first.oldStart - lead, last.oldEnd + trail);
  const newRange = range(first.newStart - lead, last.newEnd + trail);
  return `@@ -${oldRange} +${newRange} @@\n${lines.join("")}`;
}

function signed(sign: string, lines: readonly string[]): readonly string[] {
  return lines.map((line) =>
    line.endsWith("\n") ? sign + line : `${sign}${line}\n\\ No newline at end of file\n`,
  );
}

// A range of no lines names the line before it.
function range(start: number, end: number): string {
  return `${end === start ? start : start + 1},${end - start}`;
}
