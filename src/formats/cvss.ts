import { createRequire } from "node:module";
import type * as Calculator from "ae-cvss-calculator";
import { SeaworthyError } from "../core/errors.ts";
import { type CvssMetrics, type CvssVersion, parseMetrics } from "./cvss-metrics.ts";

/** A vector's score, 0 to 10 with one decimal, and its rating by the version's own scale (version 2 knows no "critical"). */
export interface CvssScore {
  readonly version: CvssVersion;
  readonly score: number;
  readonly severity: "none" | "low" | "medium" | "high" | "critical";
}

const maxLength = 1024;

/**
 * Scores a CVSS vector of version 2.0 (bare or in parentheses), 3.0, 3.1 or 4.0 after checking it strictly; metrics may stand in any order.
 * The score is the base score; version 4.0 defines one score for a vector, which its threat and environmental metrics take part in.
 * @throws SeaworthyError `cvss-invalid`.
 */
export function scoreCvss(vector: string): CvssScore {
  const text = vector.trim();
  if (text.length > maxLength) throw invalid(`${text.slice(0, 40)}…`, `longer than ${maxLength} characters`);
  const [version, metricText] = versionOf(text);
  const metrics = parseMetrics(version, metricText);
  if (typeof metrics === "string") throw invalid(text, metrics);
  const score = scoreOf(version, metrics, text);
  return { version, score, severity: version === "2.0" ? rateV2(score) : rate(score) };
}

function versionOf(text: string): readonly [version: CvssVersion, metrics: string] {
  for (const version of ["3.1", "3.0", "4.0"] as const) {
    const prefix = `CVSS:${version}/`;
    if (text.startsWith(prefix)) return [version, text.slice(prefix.length)];
  }
  if (/^CVSS/i.test(text)) throw invalid(text, "the version is not 3.0, 3.1 or 4.0");
  return ["2.0", text.startsWith("(") && text.endsWith(")") ? text.slice(1, -1) : text];
}

function scoreOf(version: CvssVersion, metrics: CvssMetrics, text: string): number {
  switch (version) {
    case "2.0":
      return scoreV2(metrics);
    case "3.0":
    case "3.1":
      return scoreV3(metrics);
    case "4.0":
      return scoreV4(text);
  }
}

// https://www.first.org/cvss/v2/guide, 3.2.1
const v2Weights = {
  AV: { L: 0.395, A: 0.646, N: 1 },
  AC: { H: 0.35, M: 0.61, L: 0.71 },
  Au: { M: 0.45, S: 0.56, N: 0.704 },
  impact: { N: 0, P: 0.275, C: 0.66 },
};

function scoreV2(metrics: CvssMetrics): number {
  const impact = 10.41 * (1 - notHit(v2Weights.impact, metrics));
  if (impact === 0) return 0;
  const exploitability =
    20 *
    weight(v2Weights.AV, metrics.get("AV")) *
    weight(v2Weights.AC, metrics.get("AC")) *
    weight(v2Weights.Au, metrics.get("Au"));
  return Math.round((0.6 * impact + 0.4 * exploitability - 1.5) * 11.76 + 1e-9) / 10;
}

// https://www.first.org/cvss/v3-1/specification-document#CVSS-v3-1-Equations
const v3Weights = {
  AV: { N: 0.85, A: 0.62, L: 0.55, P: 0.2 },
  AC: { L: 0.77, H: 0.44 },
  PR: { N: 0.85, L: 0.62, H: 0.27 },
  changedPR: { N: 0.85, L: 0.68, H: 0.5 },
  UI: { N: 0.85, R: 0.62 },
  impact: { N: 0, L: 0.22, H: 0.56 },
};

function scoreV3(metrics: CvssMetrics): number {
  const changed = metrics.get("S") === "C";
  const base = 1 - notHit(v3Weights.impact, metrics);
  const impact = changed ? 7.52 * (base - 0.029) - 3.25 * (base - 0.02) ** 15 : 6.42 * base;
  if (base <= 0 || impact <= 0) return 0;
  const exploitability =
    8.22 *
    weight(v3Weights.AV, metrics.get("AV")) *
    weight(v3Weights.AC, metrics.get("AC")) *
    weight(changed ? v3Weights.changedPR : v3Weights.PR, metrics.get("PR")) *
    weight(v3Weights.UI, metrics.get("UI"));
  return roundUp(Math.min((changed ? 1.08 : 1) * (impact + exploitability), 10));
}

function notHit(weights: Readonly<Record<string, number>>, metrics: CvssMetrics): number {
  return ["C", "I", "A"].reduce((product, name) => product * (1 - weight(weights, metrics.get(name))), 1);
}

function weight(weights: Readonly<Record<string, number>>, value: string | undefined): number {
  return weights[value ?? ""] ?? 0;
}

// Appendix A of 3.1: up to the next tenth, free of what floating point leaves behind the fifth decimal.
function roundUp(score: number): number {
  const hundredThousandths = Math.round(score * 100_000);
  return hundredThousandths % 10_000 === 0
    ? hundredThousandths / 100_000
    : (Math.floor(hundredThousandths / 10_000) + 1) / 10;
}

// The library takes 11 ms to load, and most vectors are of version 3.
let calculator: typeof Calculator | undefined;

function scoreV4(text: string): number {
  // oxlint-disable-next-line typescript/consistent-type-assertions -- require() answers any; this is the package's own type
  calculator ??= createRequire(import.meta.url)("ae-cvss-calculator") as typeof Calculator;
  return new calculator.Cvss4P0(text).calculateScores().overall;
}

function rateV2(score: number): CvssScore["severity"] {
  return score < 4 ? "low" : score < 7 ? "medium" : "high";
}

function rate(score: number): CvssScore["severity"] {
  if (score === 0) return "none";
  if (score < 4) return "low";
  return score < 7 ? "medium" : score < 9 ? "high" : "critical";
}

function invalid(text: string, state: string): SeaworthyError {
  return new SeaworthyError("cvss-invalid", `score CVSS vector "${text}": ${state}`);
}
