import { programCheck } from "./program-check.ts";

/** An editor of text. */
export const editor = programCheck({
  text: {
    id: "SW-IM-012",
    aliases: ["CIS-DI-0003", "CIS-Docker-4.3"],
    title: "Editor in the image",
    severity: "low",
    why: "Nothing is edited in a container that is replaced rather than changed, and most editors can run commands.",
    remedy: "Leave it out; to look into a container use an ephemeral one (kubectl debug).",
    links: ["https://docs.docker.com/build/building/best-practices/#dont-install-unnecessary-packages"],
  },
  families: {
    editor:
      "ed emacs emacsclient ex helix hx jed joe kak mcedit micro nano ne nvim pico rnano rview rvim vi view vim vim.basic vim.gtk vim.nox vim.tiny vimdiff",
  },
  message: () => "editors can be run",
  scripts: false,
});
