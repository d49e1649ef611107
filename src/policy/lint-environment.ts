import { SeaworthyError } from "../core/errors.ts";
import { hadolintLevels, type LabelType } from "../core/lint.ts";
import type { Severity } from "../core/severity.ts";
import { defaultLintConfig, gravest, type LintConfig, labelTypes, thresholds } from "./lint-config.ts";

/**
 * What Hadolint's variables ask (https://github.com/hadolint/hadolint#cli). A configuration file is read on top of it: it adds to the
 * lists, and what else it says holds.
 * @throws SeaworthyError `malformed` for a threshold or a label's type that there is not.
 */
export function lintEnvironment(env: Env): LintConfig {
  return {
    ...defaultLintConfig,
    passedOver: listOf(env, "HADOLINT_IGNORE").map((code) => ({ code, by: "HADOLINT_IGNORE" })),
    severities: gravest(overrides(env)),
    rules: {
      trustedRegistries: listOf(env, "HADOLINT_TRUSTED_REGISTRIES"),
      labels: new Map(labels(env)),
      strictLabels: isOn(env, "HADOLINT_STRICT_LABELS"),
    },
    comments: !isOn(env, "HADOLINT_DISABLE_IGNORE_PRAGMA"),
    failOn: threshold(env),
    noFail: isOn(env, "HADOLINT_NOFAIL"),
  };
}

type Env = Readonly<Record<string, string | undefined>>;

function isOn(env: Env, name: string): boolean {
  return /^(?:1|y|on|true|yes)$/i.test(env[name] ?? "");
}

function listOf(env: Env, name: string): readonly string[] {
  const words = (env[name] ?? "").split(",").map((word) => word.trim());
  return words.filter((word) => word !== "");
}

function overrides(env: Env): readonly (readonly [string, Severity])[] {
  return Object.entries(hadolintLevels).flatMap(([level, severity]) =>
    listOf(env, `HADOLINT_OVERRIDE_${level.toUpperCase()}`).map((code) => [code, severity] as const),
  );
}

// `NAME:TYPE,…`
function labels(env: Env): readonly (readonly [string, LabelType])[] {
  return listOf(env, "HADOLINT_REQUIRE_LABELS").map((word) => {
    const colon = word.lastIndexOf(":");
    const type = labelTypes.find((one) => one === word.slice(colon + 1));
    if (colon < 1 || type === undefined)
      throw wrong("HADOLINT_REQUIRE_LABELS", word, `NAME:TYPE, a type one of ${labelTypes.join(", ")}`);
    return [word.slice(0, colon), type];
  });
}

function threshold(env: Env): Severity | undefined {
  const word = env["HADOLINT_FAILURE_THRESHOLD"]?.trim() ?? "";
  if (word === "") return undefined;
  const found = Object.hasOwn(thresholds, word) ? thresholds[word] : undefined;
  if (found === undefined)
    throw wrong("HADOLINT_FAILURE_THRESHOLD", word, `one of ${Object.keys(thresholds).join(", ")}`);
  return found;
}

function wrong(name: string, word: string, wanted: string): SeaworthyError {
  return new SeaworthyError(
    "malformed",
    `read the environment's ${name}: expected ${wanted}, found ${JSON.stringify(word.slice(0, 60))}`,
  );
}
