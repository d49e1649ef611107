import type { CheckText } from "../../core/check.ts";
import type { Extractor } from "../../core/plugin.ts";
import { readLines } from "../../formats/lines.ts";

/** An SSH server that lets root, or anybody, in. */
export const openSshd: CheckText = {
  id: "SW-IM-032",
  aliases: [],
  title: "SSH server that lets root in",
  severity: "high",
  why: "Root's password or key is then all that is between the network and root in the container; with empty passwords not even that.",
  remedy: "Remove the server. Where it must stay: PermitRootLogin no, PermitEmptyPasswords no.",
  example: {
    before: "RUN echo 'PermitRootLogin yes' >> /etc/ssh/sshd_config",
    after: "RUN echo 'PermitRootLogin no' >> /etc/ssh/sshd_config",
  },
  links: ["https://man.openbsd.org/sshd_config"],
};

const bad: readonly (readonly [line: RegExp, message: string])[] = [
  [/^\s*PermitRootLogin[\s=]+"?yes\b/i, "sshd lets root log in"],
  [/^\s*PermitEmptyPasswords[\s=]+"?yes\b/i, "sshd lets accounts without a password log in"],
];

/** Reads sshd_config(5). */
export const sshdProbe: Extractor = {
  id: "sshd-config",
  wants: ({ path }) => path === "etc/ssh/sshd_config" || /^etc\/ssh\/sshd_config\.d\/[^/]+\.conf$/.test(path),
  extract({ path, bytes }) {
    const observations = [...readLines(bytes, path)].flatMap((line, at) =>
      bad
        .filter(([pattern]) => pattern.test(line))
        .map(([, message]) => ({ check: openSshd.id, message, line: at + 1 })),
    );
    return { observations };
  },
};
