import { programCheck } from "./program-check.ts";

/** A client of SSH. */
export const sshTool = programCheck({
  text: {
    id: "SW-IM-007",
    aliases: ["CIS-DI-0003", "CIS-Docker-4.3"],
    title: "SSH client in the image",
    severity: "low",
    why: "It opens tunnels from the container to other machines, and it is where keys are looked for.",
    remedy:
      "Fetch over SSH in a build stage (RUN --mount=type=ssh), and leave the client out of the last one.",
    example: {
      before: "RUN apt-get install -y openssh-client git && git clone git@example.com:app.git",
      after: "FROM debian:12 AS source\nRUN --mount=type=ssh git clone git@example.com:app.git",
    },
    links: ["https://docs.docker.com/reference/dockerfile/#run---mounttypessh"],
  },
  families: {
    client: "autossh dbclient mosh scp sftp slogin ssh ssh-add ssh-agent ssh-copy-id ssh-keygen ssh-keyscan",
  },
  message: () => "tools of SSH can be run",
  scripts: true,
});
