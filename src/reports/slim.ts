import { severities } from "../core/severity.ts";
import type { FindingCounts, SlimPackage, SlimPlan } from "../core/slim.ts";
import { clean, cut, padded, paint, type Style, type Terminal } from "./terminal.ts";

/** The plan by schemas/slim.schema.json: what is not there is null. */
export function slimJson(plan: SlimPlan): string {
  const { architecture, os, variant } = plan.image.platform;
  const platform = [os, architecture, variant].filter((part) => part !== undefined && part !== "").join("/");
  const value = { ...plan, image: { ...plan.image, platform }, dockerfile: plan.dockerfile ?? null };
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

interface Options extends Terminal {
  readonly all: boolean;
}

const mostRows = 25;
const mostDirectories = 8;
const mostLimits = 8;

/** The plan for people: what leaves, what stays in doubt, what cannot be known. */
export function slimTable(plan: SlimPlan, options: Options): string {
  const lines = [
    paint(options, clean(`${plan.image.reference}  ${plan.image.command.join(" ")}`), "bold"),
    "",
    ...(plan.refusals.length > 0 ? refusalLines(plan, options) : planLines(plan, options)),
  ];
  return `${lines.join("\n")}\n`;
}

function refusalLines({ refusals }: SlimPlan, options: Options): readonly string[] {
  return [
    paint(options, "no plan: what the image needs is not known", "yellow", "bold"),
    ...refusals.map((why) => `  ${clean(why)}`),
  ];
}

function planLines(plan: SlimPlan, options: Options): readonly string[] {
  const { totals } = plan;
  const of = (state: SlimPackage["state"]): readonly SlimPackage[] =>
    plan.packages.filter((one) => one.state === state);
  const removed = `${count(totals.removedPackages, "package")}, ${megabytes(totals.bytes - totals.keptBytes)}, ${findingText(totals.removedFindings)}`;
  const kept = `${count(totals.packages - totals.removedPackages, "package")}, ${megabytes(totals.keptBytes)}, ${findingText(totals.keptFindings)}`;
  return [
    paint(options, `removes ${removed}`, "green", "bold"),
    `keeps   ${kept}`,
    ...section(
      options,
      "could leave",
      of("unneeded").map((one) => packageLine(one, options)),
      mostRows,
    ),
    ...section(
      options,
      "may be asked for, and stay",
      of("doubtful").map((one) => packageLine(one, options)),
      mostRows,
    ),
    ...section(
      options,
      "needed",
      of("needed").map((one) => packageLine(one, options)),
      mostRows,
    ),
    ...section(
      options,
      "files of no package that could leave",
      plan.unowned.map(
        ({ directory, files, bytes }) =>
          `  ${padded(clean(directory), 40)} ${count(files, "file")}, ${megabytes(bytes)}`,
      ),
      mostDirectories,
    ),
    ...section(
      options,
      "bases that could carry it",
      plan.bases.map(
        ({ reference, copied, why }) =>
          `  ${reference}: ${why}${copied.length === 0 ? "" : `; to copy: ${copied.join(", ")}`}`,
      ),
      mostRows,
    ),
    ...section(
      options,
      "linked to, but not in the image",
      plan.missing.map((one) => `  ${clean(one)}`),
      mostLimits,
    ),
    ...section(
      options,
      "what cannot be known",
      plan.limits.map((one) => `  ${clean(one)}`),
      mostLimits,
    ),
  ];
}

function section(options: Options, title: string, lines: readonly string[], most: number): readonly string[] {
  if (lines.length === 0) return [];
  const shown = options.all ? lines : lines.slice(0, most);
  const left = lines.length - shown.length;
  return [
    "",
    paint(options, title, "bold"),
    ...shown.map((line) => (options.all ? line : cut(line, options.width))),
    ...(left === 0 ? [] : [paint(options, `  … ${left} more (--all shows them)`, "dim")]),
  ];
}

const stateStyles: Readonly<Record<SlimPackage["state"], readonly Style[]>> = {
  unneeded: ["green"],
  doubtful: ["yellow"],
  needed: [],
};

function packageLine(
  { type, name, version, state, bytes, keptBytes, findings, chain }: SlimPackage,
  options: Options,
): string {
  const subject = padded(cut(clean(`${type} ${name} ${version}`), 48), 48);
  const size = (
    state === "unneeded" ? megabytes(bytes) : `${megabytes(keptBytes)} of ${megabytes(bytes)}`
  ).padStart(10);
  const why = state === "unneeded" ? findingText(findings) : clean(chain.at(-1) ?? "");
  return cut(
    `  ${paint(options, subject, ...stateStyles[state])} ${size}  ${why}`,
    options.all ? 1000 : options.width + 12,
  );
}

function findingText(counts: FindingCounts): string {
  const total = severities.reduce((sum, severity) => sum + (counts[severity] ?? 0), 0);
  if (total === 0) return "no findings";
  const worst = severities.find((severity) => (counts[severity] ?? 0) > 0);
  return worst === undefined ? "no findings" : `${count(total, "finding")} (${counts[worst]} ${worst})`;
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}

function megabytes(bytes: number): string {
  return bytes < 1e5 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
