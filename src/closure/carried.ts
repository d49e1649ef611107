import type { HealthTiming, ImageConfig } from "../core/image.ts";

// https://docs.docker.com/reference/dockerfile/. An image's config is anybody's text: what no instruction can say in one line, or what
// is of no shape that the instruction knows, is left out and told. Nothing of it may begin a line of its own.

/** Instructions, and in words what of the config they do not carry. */
export interface Carried {
  readonly lines: readonly string[];
  readonly limits: readonly string[];
}

/** The instructions that give an image this config, but for its user and command. */
export function carriedConfig(config: ImageConfig): Carried {
  const { env, labels, exposedPorts, volumes, stopSignal, onBuild = [] } = config;
  const pairs = env.map((pair) => {
    const equals = pair.indexOf("=");
    return equals < 0 ? ([pair, ""] as const) : ([pair.slice(0, equals), pair.slice(equals + 1)] as const);
  });
  const parts = [
    each("ENV", pairs, ([name]) => name, environmentLine),
    each("LABEL", Object.entries(labels), ([key]) => key, labelLine),
    each("EXPOSE", exposedPorts, (port) => port, portLine),
    each(
      "VOLUME",
      volumes,
      (path) => path,
      (path) => `VOLUME [${variableless(JSON.stringify(path))}]`,
    ),
    each("WORKDIR", [config.workingDir], (path) => path, placeLine),
    each("STOPSIGNAL", stopSignal === undefined ? [] : [stopSignal], (signal) => signal, signalLine),
    each("HEALTHCHECK", [config], () => config.healthcheck.join(" "), healthLine),
  ];
  const triggers =
    onBuild.length === 0
      ? []
      : ["ONBUILD of the image is not carried over, and runs in the first stage when the plan is built"];
  return {
    lines: parts.flatMap(({ lines }) => lines),
    limits: [...parts.flatMap(({ limits }) => limits), ...triggers],
  };
}

function each<T>(
  keyword: string,
  values: readonly T[],
  name: (value: T) => string,
  line: (value: T) => string | undefined,
): Carried {
  const lines = values.map(line);
  const left = values.filter((_, at) => lines[at] === undefined).map((value) => JSON.stringify(name(value)));
  return {
    lines: lines.flatMap((one) => (one === undefined || one === "" ? [] : one)),
    limits: left.length === 0 ? [] : [`${keyword} of the image is not carried over: ${left.join(", ")}`],
  };
}

function environmentLine([name, value]: readonly [string, string]): string | undefined {
  return /^[A-Za-z_][\w.-]*$/.test(name) && isOneLine(value) ? `ENV ${name}=${quoted(value)}` : undefined;
}

function labelLine([key, value]: readonly [string, string]): string | undefined {
  return key !== "" && isOneLine(key) && isOneLine(value)
    ? `LABEL ${quoted(key)}=${quoted(value)}`
    : undefined;
}

function portLine(port: string): string | undefined {
  return /^\d+(?:-\d+)?(?:\/(?:tcp|udp|sctp))?$/i.test(port) ? `EXPOSE ${port}` : undefined;
}

function placeLine(path: string): string | undefined {
  if (path === "") return "WORKDIR /";
  if (!isOneLine(path)) return undefined;
  const absolute = path.startsWith("/") ? path : `/${path}`;
  return `WORKDIR ${/^[\w./@+:-]+$/.test(absolute) ? absolute : quoted(absolute)}`;
}

function signalLine(signal: string): string | undefined {
  return /^(?:SIG)?[A-Z]+[\d+-]*$|^\d+$/i.test(signal) ? `STOPSIGNAL ${signal}` : undefined;
}

// A shell's text in the form of a list: as a line its own newlines would begin instructions.
function healthLine({ healthcheck: [kind, ...words], healthTiming = {} }: ImageConfig): string | undefined {
  const flags = timings.flatMap(([flag, key]) => {
    const value = healthTiming[key] ?? 0;
    return value > 0 ? [`--${flag}=${value}${key === "retries" ? "" : "ns"} `] : [];
  });
  if (kind === "CMD") return `HEALTHCHECK ${flags.join("")}CMD ${JSON.stringify(words)}`;
  if (kind === "CMD-SHELL")
    return `HEALTHCHECK ${flags.join("")}CMD ${JSON.stringify(["/bin/sh", "-c", words.join(" ")])}`;
  return kind === "NONE" ? "HEALTHCHECK NONE" : "";
}

const timings: readonly (readonly [flag: string, key: keyof HealthTiming])[] = [
  ["interval", "interval"],
  ["timeout", "timeout"],
  ["start-period", "startPeriod"],
  ["start-interval", "startInterval"],
  ["retries", "retries"],
];

// No instruction can say a line break.
function isOneLine(text: string): boolean {
  return !/[\r\n\0]/.test(text);
}

function quoted(text: string): string {
  return `"${text.replace(/[\\"$]/g, "\\$&")}"`;
}

/** A JSON list in which builders would fill in variables. */
export function variableless(json: string): string {
  return json.replace(/\$/g, "\\\\$");
}
