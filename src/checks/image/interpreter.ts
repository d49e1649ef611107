import { programCheck } from "./program-check.ts";
import { runLanguage } from "./run-command.ts";

/** An interpreter beside another one that the image's command names. */
export const interpreter = programCheck({
  text: {
    id: "SW-IM-005",
    aliases: ["CIS-DI-0003", "CIS-Docker-4.3"],
    title: "Interpreter that the application does not run on",
    severity: "low",
    why: "An interpreter is as good as a shell to an intruder, and its library is a large part of many images. The image's command names another one.",
    remedy:
      "Take a base image that has only the application's interpreter. If the application starts this one itself, turn the check off for the image.",
    links: ["https://docs.docker.com/build/building/best-practices/#dont-install-unnecessary-packages"],
  },
  families: {
    lua: "lua luajit",
    node: "bun deno node nodejs",
    perl: "perl",
    php: "php php-fpm",
    python: "pypy python",
    ruby: "ruby",
    tcl: "tclsh",
  },
  message: () => "the image's command names another interpreter than what is there",
  scripts: false,
  counts({ group }, config) {
    const language = runLanguage(config);
    return language !== undefined && language !== group;
  },
});
