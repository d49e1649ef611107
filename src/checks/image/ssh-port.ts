import type { ImageJudge } from "../../core/image-judge.ts";

const ports: Readonly<Record<string, string>> = { "22": "SSH", "23": "telnet" };

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
  },
  judge({ config }) {
    return config.exposedPorts.flatMap((port) => {
      const [number = "", protocol = "tcp"] = port.split("/");
      const service = ports[number];
      return service === undefined || protocol !== "tcp"
        ? []
        : [{ message: `port ${number} (${service}) is exposed` }];
    });
  },
};
