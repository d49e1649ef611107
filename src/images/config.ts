import { SeaworthyError } from "../core/errors.ts";
import type { HealthTiming, HistoryEntry, ImageConfig } from "../core/image.ts";
import {
  isRecord,
  list,
  optionalRecord,
  optionalText,
  parseJson,
  record,
  text,
  textList,
  textMap,
} from "../formats/shape.ts";

/** Most bytes of a manifest, index or image config. Registries refuse more than 4 MiB. */
export const documentLimit = 16 * 2 ** 20;

/**
 * Reads an image config (https://github.com/opencontainers/image-spec/blob/main/config.md, and Docker's of the same shape).
 * @throws SeaworthyError `malformed` where a part that Seaworthy uses has another shape.
 */
export function parseImageConfig(json: string, what: string): ImageConfig {
  const whole = record(parseJson(json, what), what);
  const run = optionalRecord(whole["config"], `${what}.config`) ?? {};
  const rootfs = optionalRecord(whole["rootfs"], `${what}.rootfs`) ?? {};
  return {
    platform: {
      os: optionalText(whole["os"], `${what}.os`) ?? "",
      architecture: optionalText(whole["architecture"], `${what}.architecture`) ?? "",
      variant: optionalText(whole["variant"], `${what}.variant`) || undefined,
    },
    diffIds: textList(rootfs["diff_ids"], `${what}.rootfs.diff_ids`).map((id) => checkedDigest(id, what)),
    history: list(whole["history"], `${what}.history`).map((entry) => historyEntry(entry, `${what}.history`)),
    env: textList(run["Env"], `${what}.config.Env`),
    entrypoint: words(run["Entrypoint"], `${what}.config.Entrypoint`),
    cmd: words(run["Cmd"], `${what}.config.Cmd`),
    user: optionalText(run["User"], `${what}.config.User`) ?? "",
    workingDir: optionalText(run["WorkingDir"], `${what}.config.WorkingDir`) ?? "",
    labels: textMap(run["Labels"], `${what}.config.Labels`),
    exposedPorts: Object.keys(optionalRecord(run["ExposedPorts"], `${what}.config.ExposedPorts`) ?? {}),
    volumes: Object.keys(optionalRecord(run["Volumes"], `${what}.config.Volumes`) ?? {}),
    healthcheck: healthcheck(run["Healthcheck"], `${what}.config.Healthcheck`),
    healthTiming: healthTiming(run["Healthcheck"]),
    stopSignal: typeof run["StopSignal"] === "string" ? run["StopSignal"] || undefined : undefined,
    onBuild: textList(run["OnBuild"], `${what}.config.OnBuild`),
    created: timeOf(whole["created"], `${what}.created`),
  };
}

/** A config that says nothing, for what has none (a directory). */
export function emptyConfig(platform: ImageConfig["platform"]): ImageConfig {
  return {
    platform,
    diffIds: [],
    history: [],
    env: [],
    entrypoint: [],
    cmd: [],
    user: "",
    workingDir: "",
    labels: {},
    exposedPorts: [],
    volumes: [],
    healthcheck: [],
  };
}

const digestGrammar = /^(?:sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128})$/;

/** Is it a digest of a known algorithm, lower-case and of the right length? Such a one is safe as a file name. */
export function isDigest(value: string): boolean {
  return digestGrammar.test(value);
}

/** @throws SeaworthyError `malformed` when it is none. */
export function checkedDigest(value: string, what: string): string {
  if (isDigest(value)) return value;
  throw new SeaworthyError("malformed", `read ${what}: "${value.slice(0, 160)}" is no digest`);
}

function historyEntry(value: unknown, where: string): HistoryEntry {
  const entry = isRecord(value) ? value : record(value, where);
  return {
    createdBy: optionalText(entry["created_by"], `${where}.created_by`) ?? "",
    emptyLayer: entry["empty_layer"] === true,
    created: timeOf(entry["created"], `${where}.created`),
    comment: optionalText(entry["comment"], `${where}.comment`) || undefined,
  };
}

// RFC 3339. Any other text would be read by the time zone of whoever scans.
function timeOf(value: unknown, where: string): string | undefined {
  const time = optionalText(value, where) ?? "";
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,20})?(?:Z|[+-]\d\d:\d\d)$/i.test(time) ? time : undefined;
}

function healthcheck(value: unknown, where: string): readonly string[] {
  return textList(optionalRecord(value, where)?.["Test"], `${where}.Test`);
}

function healthTiming(value: unknown): HealthTiming | undefined {
  if (!isRecord(value)) return undefined;
  const number = (key: string): number | undefined => {
    const found = value[key];
    return typeof found === "number" && Number.isSafeInteger(found) && found > 0 ? found : undefined;
  };
  return {
    interval: number("Interval"),
    timeout: number("Timeout"),
    startPeriod: number("StartPeriod"),
    startInterval: number("StartInterval"),
    retries: number("Retries"),
  };
}

// The oldest configs have one string where later ones have a list.
function words(value: unknown, where: string): readonly string[] {
  return typeof value === "string" ? [text(value, where)] : textList(value, where);
}
