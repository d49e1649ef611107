import { programCheck } from "./program-check.ts";

/** A tool that gives a user root's rights. */
export const sudo = programCheck({
  text: {
    id: "SW-IM-010",
    aliases: ["DKL-DI-0001"],
    title: "sudo or another way to root in the image",
    severity: "medium",
    why: "It is a setuid program with a long list of flaws behind it, and a rule that is too wide makes every process root. Its handling of terminals and signals does not suit containers either.",
    remedy:
      "Do what needs root in the Dockerfile before USER. To drop rights at the start, use setpriv or su-exec.",
    example: {
      before: "RUN apt-get install -y sudo\nUSER app\nRUN sudo make install",
      after: "RUN make install\nUSER 10001",
    },
    links: ["https://docs.docker.com/build/building/best-practices/#user"],
  },
  families: { root: "doas pkexec run0 sudo sudo-rs sudoedit visudo" },
  message: () => "programs that give root's rights can be run",
  scripts: true,
});
