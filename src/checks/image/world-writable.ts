import type { TreeCheck } from "../../core/sights.ts";
import { allowedPaths } from "./allowed.ts";

/** Files that everybody may change. */
export const worldWritableFile: TreeCheck = {
  text: {
    id: "SW-IM-026",
    aliases: [],
    title: "Files that everybody may write",
    severity: "medium",
    why: "Any process can change them, whichever user it runs as: programs, libraries and configuration become what an intruder wants.",
    remedy: "Give them to the user that must write them (COPY --chown, --chmod), and let nobody else.",
    example: {
      before: "RUN chmod -R 777 /app",
      after: "COPY --chown=10001:10001 --chmod=755 app /app",
    },
    links: ["https://docs.docker.com/reference/dockerfile/#copy---chown---chmod"],
    options: [allowedPaths],
  },
  look({ kind, mode }) {
    if (kind !== "file" || (mode & 0o002) === 0) return undefined;
    return { group: "file", message: "everybody may write to files" };
  },
};

/** Directories in which everybody may replace the files of others. */
export const worldWritableDirectory: TreeCheck = {
  text: {
    id: "SW-IM-027",
    aliases: [],
    title: "Directories that everybody may write, without the sticky bit",
    severity: "low",
    why: "Any process can remove and replace files of others in them: of a directory of programs or plug-ins, what others will run.",
    remedy:
      "Give the directory to the user that must write it; where several must, set the sticky bit (chmod 1777), as on /tmp.",
    example: { before: "RUN mkdir -m 777 /data", after: "RUN install -d -o 10001 -g 10001 /data" },
    links: ["https://man7.org/linux/man-pages/man1/chmod.1.html"],
    options: [allowedPaths],
  },
  look({ kind, mode }) {
    if (kind !== "directory" || (mode & 0o1002) !== 0o002) return undefined;
    return { group: "directory", message: "everybody may replace what others have in directories" };
  },
};
