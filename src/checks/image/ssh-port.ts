import { type NamesOption, namesOf } from "../../core/check.ts";
import type { ImageJudge } from "../../core/image-judge.ts";

const services: Readonly<Record<string, string>> = { "22": "SSH", "23": "telnet" };

const loginPorts: NamesOption = {
  name: "ports",
  kind: "names",
  default: Object.keys(services),
  meaning: "TCP ports that must not be exposed",
};

/** The image says that it listens for logins. */
export const sshPort: ImageJudge = {
  text: {
    id: "SW-IM-031",
    aliases: [],
    title: "Port of SSH or telnet exposed",
    severity: "medium",
    why: "EXPOSE 22 says that people are to log in to the container over the network.",
    remedy: "Remove the line and the server; use kubectl exec or debug.",
    example: { before: "EXPOSE 8080 22", after: "EXPOSE 8080" },
    links: ["https://docs.docker.com/reference/dockerfile/#expose"],
    options: [loginPorts],
  },
  judge({ config }, options) {
    const refused = namesOf(options, loginPorts);
    return config.exposedPorts.flatMap((port) => {
      const [number = "", protocol = "tcp"] = port.toLowerCase().split("/");
      if (!refused.includes(number) || protocol !== "tcp") return [];
      const service = services[number];
      return [{ message: `port ${number}${service === undefined ? "" : ` (${service})`} is exposed` }];
    });
  },
};
