/** A CVSS version that Seaworthy scores. */
export type CvssVersion = "2.0" | "3.0" | "3.1" | "4.0";

/** The metrics of a vector by name. */
export type CvssMetrics = ReadonlyMap<string, string>;

interface Grammar {
  /** Metrics that every vector must have, with their values. */
  readonly base: Readonly<Record<string, readonly string[]>>;
  readonly optional: Readonly<Record<string, readonly string[]>>;
}

const v2Requirement = ["L", "M", "H", "ND"];
const v2Impact = ["N", "P", "C"];
// https://www.first.org/cvss/v2/guide
const v2: Grammar = {
  base: {
    AV: ["L", "A", "N"],
    AC: ["H", "M", "L"],
    Au: ["M", "S", "N"],
    C: v2Impact,
    I: v2Impact,
    A: v2Impact,
  },
  optional: {
    E: ["U", "POC", "F", "H", "ND"],
    RL: ["OF", "TF", "W", "U", "ND"],
    RC: ["UC", "UR", "C", "ND"],
    CDP: ["N", "L", "LM", "MH", "H", "ND"],
    TD: ["N", "L", "M", "H", "ND"],
    CR: v2Requirement,
    IR: v2Requirement,
    AR: v2Requirement,
  },
};

const undefinedOr = (values: readonly string[]) => ["X", ...values];
const vector = ["N", "A", "L", "P"];
const twoLevels = ["L", "H"];
const threeLevels = ["N", "L", "H"];
const requirement = ["X", "L", "M", "H"];

// https://www.first.org/cvss/v3-1/specification-document
const v3: Grammar = {
  base: {
    AV: vector,
    AC: twoLevels,
    PR: threeLevels,
    UI: ["N", "R"],
    S: ["U", "C"],
    C: threeLevels,
    I: threeLevels,
    A: threeLevels,
  },
  optional: {
    E: ["X", "U", "P", "F", "H"],
    RL: ["X", "O", "T", "W", "U"],
    RC: ["X", "U", "R", "C"],
    CR: requirement,
    IR: requirement,
    AR: requirement,
    MAV: undefinedOr(vector),
    MAC: undefinedOr(twoLevels),
    MPR: undefinedOr(threeLevels),
    MUI: ["X", "N", "R"],
    MS: ["X", "U", "C"],
    MC: undefinedOr(threeLevels),
    MI: undefinedOr(threeLevels),
    MA: undefinedOr(threeLevels),
  },
};

// https://www.first.org/cvss/v4-0/specification-document
const v4: Grammar = {
  base: {
    AV: vector,
    AC: twoLevels,
    AT: ["N", "P"],
    PR: threeLevels,
    UI: ["N", "P", "A"],
    VC: threeLevels,
    VI: threeLevels,
    VA: threeLevels,
    SC: threeLevels,
    SI: threeLevels,
    SA: threeLevels,
  },
  optional: {
    E: ["X", "A", "P", "U"],
    CR: requirement,
    IR: requirement,
    AR: requirement,
    MAV: undefinedOr(vector),
    MAC: undefinedOr(twoLevels),
    MAT: ["X", "N", "P"],
    MPR: undefinedOr(threeLevels),
    MUI: ["X", "N", "P", "A"],
    MVC: undefinedOr(threeLevels),
    MVI: undefinedOr(threeLevels),
    MVA: undefinedOr(threeLevels),
    MSC: undefinedOr(threeLevels),
    MSI: ["S", ...undefinedOr(threeLevels)],
    MSA: ["S", ...undefinedOr(threeLevels)],
    S: ["X", "N", "P"],
    AU: ["X", "N", "Y"],
    R: ["X", "A", "U", "I"],
    V: ["X", "D", "C"],
    RE: requirement,
    U: ["X", "Clear", "Green", "Amber", "Red"],
  },
};

const grammars: Readonly<Record<CvssVersion, Grammar>> = { "2.0": v2, "3.0": v3, "3.1": v3, "4.0": v4 };

/** Reads `NAME:VALUE/NAME:VALUE…` strictly; answers what is wrong with it as text. */
export function parseMetrics(version: CvssVersion, text: string): CvssMetrics | string {
  const { base, optional } = grammars[version];
  const found = new Map<string, string>();
  for (const part of text.split("/")) {
    const [name = "", value = "", ...more] = part.split(":");
    const values = Object.hasOwn(base, name)
      ? base[name]
      : Object.hasOwn(optional, name)
        ? optional[name]
        : [];
    if (values === undefined || values.length === 0) return `version ${version} has no metric "${name}"`;
    if (more.length > 0 || !values.includes(value)) return `the metric ${name} has no value "${value}"`;
    if (found.has(name)) return `the metric ${name} stands there twice`;
    found.set(name, value);
  }
  const missing = Object.keys(base).find((name) => !found.has(name));
  return missing === undefined ? found : `the metric ${missing} is missing`;
}
