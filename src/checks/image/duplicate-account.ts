import type { CheckHit } from "../../core/check.ts";
import type { ImageJudge } from "../../core/image-judge.ts";
import type { Accounts } from "../../core/plugin.ts";

/** Accounts that share a name or a number. */
export const duplicateAccount: ImageJudge = {
  text: {
    id: "SW-IM-028",
    aliases: ["DKL-LI-0002"],
    title: "Users or groups that share a name or a number",
    severity: "low",
    why: "The kernel knows only numbers: accounts that share one have the same rights and files. Of two that share a name, tools see only the first.",
    remedy: "Give each account a name and a number of its own (useradd and groupadd without --non-unique).",
    example: { before: "RUN useradd -o -u 1000 app", after: "RUN useradd -u 10001 app" },
    links: ["https://man7.org/linux/man-pages/man5/passwd.5.html"],
  },
  judge({ sights: { accounts } }) {
    if (accounts === undefined) return [];
    const { users, groups } = accounts;
    // A second account of number 0 is a check of its own.
    const others = users.filter(({ uid }) => uid !== 0);
    const uid = (one: User): string => String(one.uid);
    const gid = (one: Group): string => String(one.gid);
    const name = (one: { readonly name: string }): string => one.name;
    return [
      ...shared(others, uid, name).map((told) => hit(`users ${told.values} have the number ${told.key}`)),
      ...shared(users, name, uid).map((told) => hit(`user ${told.key} has the numbers ${told.values}`)),
      ...shared(groups, gid, name).map((told) => hit(`groups ${told.values} have the number ${told.key}`)),
      ...shared(groups, name, gid).map((told) => hit(`group ${told.key} has the numbers ${told.values}`)),
    ];
  },
};

type User = Accounts["users"][number];
type Group = Accounts["groups"][number];

function hit(message: string): CheckHit {
  return { message, paths: [message.startsWith("user") ? "etc/passwd" : "etc/group"] };
}

function shared<T>(
  accounts: readonly T[],
  keyOf: (one: T) => string,
  valueOf: (one: T) => string,
): readonly { readonly key: string; readonly values: string }[] {
  const byKey = new Map<string, Set<string>>();
  for (const one of accounts)
    byKey.set(keyOf(one), (byKey.get(keyOf(one)) ?? new Set<string>()).add(valueOf(one)));
  return [...byKey].flatMap(([key, values]) =>
    values.size > 1 ? [{ key: key.slice(0, longestName), values: listed([...values]) }] : [],
  );
}

/** useradd takes no longer one. */
const longestName = 256;
const mostNamed = 20;

function listed(values: readonly string[]): string {
  const named = values.slice(0, mostNamed).map((value) => value.slice(0, longestName));
  const left = values.length - named.length;
  return `${named.join(", ")}${left === 0 ? "" : ` and ${left} more`}`;
}

/** An account beside root with root's number. */
export const secondRoot: ImageJudge = {
  text: {
    id: "SW-IM-029",
    aliases: ["DKL-LI-0002"],
    title: "Second account with root's number",
    severity: "high",
    why: "Such an account is root, and nobody who looks for root sees it: it is an old way to leave a back door.",
    remedy: "Remove the account, or give it a number of its own.",
    links: ["https://man7.org/linux/man-pages/man5/passwd.5.html"],
  },
  judge({ sights }) {
    const roots = sights.accounts?.users.filter(({ uid, name }) => uid === 0 && name !== "root") ?? [];
    return roots.map(({ name }) => ({
      message: `user ${name.slice(0, longestName)} has root's number 0`,
      paths: ["etc/passwd"],
    }));
  },
};
