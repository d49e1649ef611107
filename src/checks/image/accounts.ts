import type { CheckText } from "../../core/check.ts";
import type { Accounts, Extraction, Extractor, Observation } from "../../core/plugin.ts";
import { readLines } from "../../formats/lines.ts";

/** An account without a password. */
export const emptyPassword: CheckText = {
  id: "SW-IM-021",
  aliases: ["DKL-LI-0001"],
  title: "Account without a password",
  severity: "high",
  why: "Anybody can become a user whose password field is empty, wherever the image has su, login or an SSH server.",
  remedy: "Lock the account (passwd -l NAME) or leave its password field as ! or *.",
  links: ["https://man7.org/linux/man-pages/man5/shadow.5.html"],
};

/** Reads passwd(5), group(5) and shadow(5). */
export const accountsProbe: Extractor = {
  id: "accounts",
  wants: ({ path }) => path === "etc/passwd" || path === "etc/group" || path === "etc/shadow",
  extract({ path, bytes }): Extraction {
    const rows = [...readLines(bytes, path, accountLimits)].map((line) => line.trim().split(":"));
    const observations = path === "etc/group" ? [] : rows.flatMap(emptyPasswordOf);
    return path === "etc/shadow" ? { observations } : { observations, accounts: accountsOf(path, rows) };
  },
};

/** Ten thousand accounts take half of it. All of them are kept until the report is written. */
const accountLimits = { file: 2 ** 20, line: 2 ** 16 };

function emptyPasswordOf(fields: readonly string[], at: number): readonly Observation[] {
  const [name = "", password] = fields;
  if (isNobody(name) || fields.length < 3 || password !== "") return [];
  return [{ check: emptyPassword.id, message: `the account "${name}" has no password`, line: at + 1 }];
}

// A comment, or NIS' mark for the accounts of another machine (nsswitch.conf(5), compat).
function isNobody(name: string): boolean {
  return name === "" || /^[#+-]/.test(name);
}

function accountsOf(path: string, rows: readonly (readonly string[])[]): Accounts {
  const known = rows.filter(([name = "", , id = ""]) => !isNobody(name) && /^\d{1,10}$/.test(id));
  if (path === "etc/group")
    return { users: [], groups: known.map(([name = "", , gid]) => ({ name, gid: Number(gid) })) };
  const users = known.map(([name = "", , uid, gid, , home = "", shell = ""]) => ({
    name,
    uid: Number(uid),
    gid: Number(gid),
    home,
    shell,
  }));
  return { users, groups: [] };
}
