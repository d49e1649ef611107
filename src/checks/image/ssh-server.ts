import { programCheck } from "./program-check.ts";

/** A server through which people log in to the container. */
export const sshServer = programCheck({
  text: {
    id: "SW-IM-030",
    aliases: [],
    title: "SSH or telnet server in the image",
    severity: "medium",
    why: "It is a second way into the container, with keys and passwords of its own that no cluster knows of.",
    remedy:
      "Leave it out; kubectl exec, attach and debug go through the cluster's own authentication and audit log.",
    links: ["https://kubernetes.io/docs/tasks/debug/debug-application/get-shell-running-container/"],
  },
  families: { server: "dropbear in.telnetd sshd telnetd utelnetd" },
  message: () => "servers for logins can be run",
  scripts: false,
});
