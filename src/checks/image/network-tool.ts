import { programCheck } from "./program-check.ts";

/** A tool that looks into a network or opens ways through it. */
export const networkTool = programCheck({
  text: {
    id: "SW-IM-019",
    aliases: ["CIS-DI-0003", "CIS-Docker-4.3"],
    title: "Network tool in the image",
    severity: "medium",
    why: "It scans the cluster's network from inside, listens to it, and makes a shell reachable from outside.",
    remedy:
      "Leave it out; look into networks from an ephemeral container with such tools (kubectl debug --image).",
    links: [
      "https://kubernetes.io/docs/tasks/debug/debug-application/debug-running-pod/#ephemeral-container",
    ],
  },
  families: {
    network:
      "arping chisel dig dumpcap ettercap fping host hping3 iperf iperf3 masscan mtr nc nc.openbsd nc.traditional ncat netcat netsniff-ng ngrep nmap nping nslookup proxychains proxychains4 socat tcpdump telnet tracepath traceroute tshark zmap",
  },
  message: () => "network tools can be run",
  scripts: false,
});
