import type { CheckFinding } from "../core/check.ts";
import type { Report } from "../core/report.ts";
import { severityStyles, severityWord } from "./table-row.ts";
import { clean, cut, paint, type Terminal } from "./terminal.ts";

interface Options extends Terminal {
  /** Every place, however many. */
  readonly all: boolean;
}

const mostPlaces = 3;

/** What the checks found, a paragraph for each check: what it is, then where. */
export function checkLines({ checks }: Report, options: Options): readonly string[] {
  if (checks.length === 0) return [];
  const byId = new Map<string, CheckFinding[]>();
  for (const check of checks) byId.set(check.id, [...(byId.get(check.id) ?? []), check]);
  const lines = [...byId.values()].flatMap((found) => paragraph(found, options));
  return [paint(options, "how the image is built", "bold"), ...lines];
}

function paragraph(found: readonly CheckFinding[], options: Options): readonly string[] {
  const [first] = found;
  if (first === undefined) return [];
  const { id, severity, title } = first;
  const word = paint(options, severityWord(severity).padEnd(8), ...severityStyles[severity]);
  const shown = options.all ? found : found.slice(0, mostPlaces);
  const left = found.length - shown.length;
  const more = left === 0 ? [] : [`           … ${left} more (--all shows them)`];
  return [
    `  ${word} ${id}  ${cut(title, Math.max(options.width - 24, 20))}`,
    ...[...shown.map(placeLine), ...more].map((line) =>
      paint(options, cut(clean(line), options.width), "dim"),
    ),
  ];
}

function placeLine({ layer, message, paths = [], entries = 1, line, removedIn }: CheckFinding): string {
  const where = layer === undefined ? "" : `layer ${layer}  `;
  const removed = removedIn === undefined ? "" : `, removed in layer ${removedIn}, still shipped`;
  const [path] = paths;
  const more = entries > 1 ? ` and ${entries - 1} more` : "";
  const place = path === undefined ? "" : ` (/${path}${line === undefined ? "" : `:${line}`}${more})`;
  return `           ${where}${message}${place}${removed}`;
}
