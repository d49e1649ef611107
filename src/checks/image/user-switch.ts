import { programCheck } from "./program-check.ts";

/** A tool that logs in as somebody else. */
export const userSwitch = programCheck({
  text: {
    id: "SW-IM-011",
    aliases: ["CIS-DI-0003", "CIS-Docker-4.3"],
    title: "su and its kind in the image",
    severity: "low",
    why: "With a guessed, empty or stolen password a process becomes another user, root above all. Nobody logs in to a container.",
    remedy:
      "Take a base image without them (distroless, scratch); Debian and Alpine bring them in packages that cannot go.",
    links: ["https://github.com/GoogleContainerTools/distroless"],
  },
  families: { switch: "login newgrp runuser sg su sulogin" },
  message: () => "programs that change the user can be run",
  scripts: false,
});
