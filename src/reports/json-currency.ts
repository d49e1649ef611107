import type {
  BaseCurrency,
  Currency,
  EndOfLife,
  PackageCurrency,
  RuntimeCurrency,
} from "../core/currency.ts";
import type { Json } from "./json-value.ts";

/** How up to date an image is, as every JSON output writes it. */
export function currencyValue({ today, os, runtimes, packages, base, created, ageDays }: Currency): Json {
  return {
    today,
    os: os === null ? null : { id: os.id, ...endValue(os) },
    runtimes: runtimes.map(runtimeValue),
    packages: packages === null ? null : packages.map(packageValue),
    base: base === null ? null : baseValue(base),
    created,
    ageDays,
  };
}

function endValue({ release, endOfLife, days, ended }: EndOfLife): Readonly<Record<string, Json>> {
  return { release, endOfLife, days, ended };
}

function runtimeValue(runtime: RuntimeCurrency): Json {
  const { name, version, supportedBy, newest, newestSince, behind, packages, paths, layer } = runtime;
  return {
    name,
    version,
    supportedBy,
    ...endValue(runtime),
    newest,
    newestSince,
    behind,
    packages,
    paths,
    layer,
  };
}

function packageValue(pkg: PackageCurrency): Json {
  const { purl, layer, newest, versionsBehind, daysBehind, newestSince } = pkg;
  return { purl, layer, newest, versionsBehind, daysBehind, newestSince };
}

function baseValue({ reference, namedBy, digest, behind, layers, sharedLayers }: BaseCurrency): Json {
  return { reference, namedBy, digest, behind, layers, sharedLayers };
}
