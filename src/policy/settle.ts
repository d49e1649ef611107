import type { CheckFinding } from "../core/check.ts";
import type { CheckSetting, Policy } from "../core/policy.ts";
import type { Severity } from "../core/severity.ts";

/**
 * What checks found, as a policy has it: another severity, or none at all. `own`: the severity of a check by its text, where the
 * finding was made under another policy.
 */
export function settledChecks(
  checks: readonly CheckFinding[],
  settings: Policy["checks"],
  own: (id: string) => Severity | undefined = () => undefined,
): readonly CheckFinding[] {
  return checks.flatMap((check) => {
    const { off = false, severity } = settings[check.id] ?? {};
    return off ? [] : [{ ...check, severity: severity ?? own(check.id) ?? check.severity }];
  });
}

/** Settings of checks, one list over another: a severity and `off` take each other's place, options add up. */
export function settingsOver(below: Policy["checks"], above: Policy["checks"]): Policy["checks"] {
  const merged = Object.entries(above).map(([id, setting]): [string, CheckSetting] => {
    const before = Object.hasOwn(below, id) ? below[id] : undefined;
    const { options: inherited, ...kept } = before ?? {};
    const { options, ...own } = setting;
    const rated = Object.keys(own).length > 0 ? own : kept;
    const all = { ...inherited, ...options };
    return [id, Object.keys(all).length === 0 ? rated : { ...rated, options: all }];
  });
  return { ...below, ...Object.fromEntries(merged) };
}
