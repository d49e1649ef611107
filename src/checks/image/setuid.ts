import type { TreeCheck } from "../../core/sights.ts";
import { allowedPrograms } from "./allowed.ts";

/** Programs that run with the rights of their owner, whoever starts them. */
export const setuid: TreeCheck = {
  text: {
    id: "SW-IM-024",
    aliases: ["CIS-DI-0008", "CIS-Docker-4.8"],
    title: "setuid and setgid programs",
    severity: "low",
    why: "Whoever starts them has their owner's rights: a flaw in one of them makes a process that does not run as root root after all.",
    remedy:
      "Take a base image without them, or drop the bits; whatever is there, set allowPrivilegeEscalation: false in the pod.",
    example: {
      before: "FROM debian:12-slim",
      after: "FROM debian:12-slim\nRUN find / -xdev -perm /6000 -type f -exec chmod a-s {} +",
    },
    links: ["https://kubernetes.io/docs/tasks/configure-pod-container/security-context/"],
    options: [allowedPrograms],
  },
  look({ kind, mode, uid, gid, name }) {
    if (kind !== "file" || (mode & 0o6000) === 0) return undefined;
    if ((mode & 0o4000) !== 0)
      return {
        group: `uid ${uid}`,
        message: `programs run as ${named(uid, "user")}, whoever starts them`,
        item: name,
      };
    return {
      group: `gid ${gid}`,
      message: `programs run in ${named(gid, "group")}, whoever starts them`,
      item: name,
    };
  },
};

function named(id: number, kind: "user" | "group"): string {
  return id === 0 ? (kind === "user" ? "root" : "group root") : `${kind} ${id}`;
}
