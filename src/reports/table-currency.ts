import type { Currency, EndOfLife, RuntimeCurrency } from "../core/currency.ts";
import type { Report } from "../core/report.ts";
import { clean, cut, paint, type Terminal } from "./terminal.ts";

interface Options extends Terminal {
  /** Every runtime, however many. */
  readonly all: boolean;
}

const mostRuntimes = 5;

/** How up to date the image is, a line for each fact; nothing when none is known. */
export function currencyLines({ currency }: Report, options: Options): readonly string[] {
  const { os } = currency;
  const runtimes = currency.runtimes.filter(
    ({ supportedBy, ended, behind }) => supportedBy === "distribution" || ended !== null || behind === true,
  );
  const shown = options.all ? runtimes : runtimes.slice(0, mostRuntimes);
  const left = runtimes.length - shown.length;
  const facts = [
    ...(os === null || os.ended === null ? [] : [`${os.id} ${os.release ?? ""}: ${endText(os)}`]),
    ...shown.map((runtime) => `${runtime.name} ${runtime.version}: ${runtimeText(runtime, currency)}`),
    ...(left === 0 ? [] : [`… ${left} more (--all shows them)`]),
    ...packagesText(currency),
    ...baseText(currency),
    ...(currency.ageDays === null
      ? []
      : [`made ${daysText(currency.ageDays)} ago (${currency.created ?? ""})`]),
  ];
  if (facts.length === 0) return [];
  const lines = facts.map((fact) => `  ${cut(clean(fact), options.width - 2)}`);
  return [paint(options, "how up to date it is", "bold"), ...lines];
}

function endText({ endOfLife, days, ended }: EndOfLife): string {
  if (ended === true)
    return endOfLife === null || days === null
      ? "past its end of life"
      : `end of life was on ${endOfLife}, ${daysText(-days)} ago`;
  if (endOfLife === null || days === null) return "no end of life is set";
  return `end of life in ${daysText(days)} (${endOfLife})`;
}

function runtimeText(runtime: RuntimeCurrency, { os }: Currency): string {
  const { supportedBy, ended, newest, behind } = runtime;
  if (supportedBy === "distribution") return `mended by ${os?.id ?? "its distribution"}`;
  const end = ended === null ? "its end of life is not known" : endText(runtime);
  return newest === null || behind !== true ? end : `${end}, newest is ${newest}`;
}

function packagesText({ packages }: Currency): readonly string[] {
  if (packages === null) return [];
  const known = packages.filter(({ versionsBehind }) => versionsBehind !== null);
  const behind = known.filter(({ versionsBehind }) => versionsBehind !== 0);
  const absent = packages.length - known.length;
  const rest = absent === 0 ? "" : `, ${absent} are not in the index`;
  return [`${behind.length} of ${packages.length} OS packages are behind the index${rest}`];
}

function baseText({ base }: Currency): readonly string[] {
  if (base === null) return [];
  const { reference, behind, layers, sharedLayers } = base;
  const state =
    behind === null
      ? "cannot be told"
      : behind
        ? `has moved on (${sharedLayers} of ${layers} layers)`
        : "up to date";
  return [`base ${reference}: ${state}`];
}

function daysText(days: number): string {
  return `${days} ${days === 1 ? "day" : "days"}`;
}
