import { programName, type TreeCheck } from "../../core/sights.ts";
import { programCheck } from "./program-check.ts";

const named = programCheck({
  text: {
    id: "SW-IM-004",
    aliases: ["CIS-DI-0003", "CIS-Docker-4.3"],
    title: "Shell in the image",
    severity: "medium",
    why: "Most attacks on a container begin with a command line: a flaw that lets somebody run a command is worth far less where no shell is there to take it.",
    remedy:
      "Copy what runs into a base image without a shell, start it in exec form, and debug with ephemeral containers (kubectl debug).",
    example: {
      before: "CMD node /app/main.js",
      after: 'FROM gcr.io/distroless/nodejs22-debian12\nCOPY --from=build /app /app\nCMD ["/app/main.js"]',
    },
    links: [
      "https://kubernetes.io/docs/tasks/debug/debug-application/debug-running-pod/#ephemeral-container",
    ],
  },
  families: {
    shell:
      "ash bash busybox busybox.static csh dash elvish es fish hush ksh lksh lash mksh mksh-static nu oksh osh posh pwsh rbash rc rksh sash sh static-sh tcsh toybox xonsh yash zsh zsh-static",
  },
  anywhere: "ash bash busybox busybox.static csh dash fish ksh mksh pwsh sh tcsh toybox zsh",
  message: () => "shells can be run",
  scripts: false,
});

// What scripts are written for beside shells (SW-IM-005 and others tell of those that need telling).
const languages = new Set(
  "awk bun deno gawk lua luajit make mawk nawk node nodejs perl php pypy python raku ruby Rscript sed tclsh wish".split(
    " ",
  ),
);

/** A shell, by whatever name it is there: also one of another name that a script's first line names. */
export const shell: TreeCheck = {
  ...named,
  scripts: true,
  look(file, tree) {
    if (file.interpreter === undefined) return named.look(file, tree);
    const program = tree.find(file.interpreter.slice(1));
    if (program === undefined || program.program === undefined || program.program === "script")
      return undefined;
    const known = [program.name, file.interpreter.slice(file.interpreter.lastIndexOf("/") + 1)];
    const told = known.some(
      (name) => languages.has(programName(name)) || named.programs?.has(programName(name)),
    );
    if (told) return undefined;
    return {
      group: "interpreter",
      message: `a program that scripts name as their interpreter: /${program.path}`,
      place: program.path,
    };
  },
};
