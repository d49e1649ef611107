import { programCheck } from "./program-check.ts";

/** A tool that looks into other processes. */
export const debuggerTool = programCheck({
  text: {
    id: "SW-IM-008",
    aliases: ["CIS-DI-0003", "CIS-Docker-4.3"],
    title: "Debugger or tracer in the image",
    severity: "medium",
    why: "It reads and changes the memory of other processes of the same user: keys, sessions, data of customers.",
    remedy: "Leave it out, and attach one from outside when it is needed (kubectl debug --target).",
    links: [
      "https://kubernetes.io/docs/tasks/debug/debug-application/debug-running-pod/#ephemeral-container",
    ],
  },
  families: {
    debugger:
      "bpftrace delve dlv drgn gdb gdbserver jdb lldb lldb-server ltrace perf rr strace uftrace valgrind",
  },
  message: () => "debuggers and tracers can be run",
  scripts: false,
});
