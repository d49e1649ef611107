import { programCheck } from "./program-check.ts";

/** A shell, by whatever name it is there. */
export const shell = programCheck({
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
