import { programCheck } from "./program-check.ts";

/** A tool that fetches and keeps source code. */
export const versionControl = programCheck({
  text: {
    id: "SW-IM-013",
    aliases: ["CIS-DI-0003", "CIS-Docker-4.3"],
    title: "Version control in the image",
    severity: "low",
    why: "It downloads code and runs hooks, and its configuration is where credentials are kept.",
    remedy: "Clone in a build stage or let the builder do it (ADD of a git URL), and copy only the result.",
    example: {
      before: "RUN apt-get install -y git && git clone https://example.com/app.git /app",
      after: "FROM scratch AS source\nADD https://example.com/app.git#v1.2.3 /app",
    },
    links: ["https://docs.docker.com/reference/dockerfile/#adding-files-from-a-git-repository"],
  },
  families: { vcs: "bzr cvs darcs fossil git git-shell gh hg jj p4 svn" },
  message: () => "version control can be run",
  scripts: true,
});
