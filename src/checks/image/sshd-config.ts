import type { CheckText } from "../../core/check.ts";
import type { Extractor, Observation } from "../../core/plugin.ts";
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

const messages: ReadonlyMap<string, string> = new Map([
  ["permitrootlogin", "sshd lets root log in"],
  ["permitemptypasswords", "sshd lets accounts without a password log in"],
]);

/** Reads sshd_config(5). */
export const sshdProbe: Extractor = {
  id: "sshd-config",
  wants: ({ path }) => path === "etc/ssh/sshd_config" || /^etc\/ssh\/sshd_config\.d\/[^/]+\.conf$/.test(path),
  extract({ path, bytes }) {
    // The first word on a matter counts, in the file and in each block.
    const said = new Set<string>();
    const observations: Observation[] = [];
    for (const [at, line] of [...readLines(bytes, path)].entries()) {
      const [, word = "", value = ""] = /^\s*(\w{1,40})[\s=]+"?(\w{1,40})/.exec(line) ?? [];
      const keyword = word.toLowerCase();
      const message = messages.get(keyword);
      if (keyword === "match") said.clear();
      if (message === undefined || said.has(keyword)) continue;
      said.add(keyword);
      if (value.toLowerCase() === "yes") observations.push({ check: openSshd.id, message, line: at + 1 });
    }
    return { observations };
  },
};
