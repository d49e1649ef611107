import type { CheckFinding } from "../core/check.ts";
import type { Policy } from "../core/policy.ts";
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
