import { checkTexts } from "../checks/image/list.ts";
import { nearest } from "../core/nearest.ts";
import type { CheckSetting, Policy } from "../core/policy.ts";
import { severities } from "../core/severity.ts";
import { usageError } from "./options.ts";

/** Reads `--check ID=SEVERITY` and `--check ID=off`; the last of several for one check counts. @throws SeaworthyError `usage`. */
export function checkSettings(command: string, texts: readonly string[]): Policy["checks"] {
  return Object.fromEntries(texts.map((text) => checkSetting(command, text)));
}

function checkSetting(command: string, text: string): readonly [id: string, setting: CheckSetting] {
  const equals = text.indexOf("=");
  const id = equals < 0 ? text : text.slice(0, equals);
  const value = text.slice(equals + 1);
  if (!checkTexts.some((check) => check.id === id)) throw usageError(command, unknownCheck(id));
  if (equals >= 0 && value === "off") return [id, { off: true }];
  const severity = severities.find((one) => one === value && one !== "unknown");
  if (equals < 0 || severity === undefined)
    throw usageError(command, `--check is ID=critical, high, medium, low, negligible or off, not "${text}"`);
  return [id, { severity }];
}

function unknownCheck(id: string): string {
  const alike = checkTexts.filter(({ aliases }) => aliases.some((alias) => alias === id.toUpperCase()));
  const names = alike.map((check) => check.id).join(", ");
  const meant =
    names ||
    nearest(
      id.toUpperCase(),
      checkTexts.map((check) => check.id),
    );
  return `--check knows no "${id}": the nearest is ${meant}`;
}
