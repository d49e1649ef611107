import { imageChecks } from "../checks/list.ts";
import { checkSettingsOf, type RawCheckSetting } from "../core/check-settings.ts";
import type { Policy } from "../core/policy.ts";
import { usageError } from "./options.ts";

/**
 * Reads `--check ID=SEVERITY`, `--check ID=off` and `--check ID.OPTION=VALUE`; of several that set the same the last counts.
 * @throws SeaworthyError `usage`.
 */
export function checkSettings(command: string, texts: readonly string[]): Policy["checks"] {
  const raw = new Map<string, RawCheckSetting>();
  for (const text of texts) {
    const { id, setting } = parsed(command, text);
    raw.set(id, merged(raw.get(id) ?? {}, setting));
  }
  const { settings, problems } = checkSettingsOf(Object.fromEntries(raw), imageChecks);
  const [problem] = problems;
  if (problem !== undefined) throw usageError(command, `--check ${problem.check}: ${problem.message}`);
  return settings;
}

const form = "ID=critical, high, medium, low, negligible or off, or ID.OPTION=VALUE";

function parsed(command: string, text: string): { readonly id: string; readonly setting: RawCheckSetting } {
  const [, id, option, value] = /^([^=.]*)(?:\.([^=]*))?=(.*)$/s.exec(text) ?? [];
  if (id === undefined || value === undefined) throw usageError(command, `--check is ${form}, not "${text}"`);
  if (option !== undefined) return { id, setting: { options: { [option]: value } } };
  return { id, setting: value === "off" ? { off: true } : { severity: value } };
}

// A severity and `off` take the other's place; options add up.
function merged({ options, ...rest }: RawCheckSetting, next: RawCheckSetting): RawCheckSetting {
  if (next.options !== undefined) return { ...rest, options: { ...options, ...next.options } };
  return { ...(options === undefined ? {} : { options }), ...next };
}
