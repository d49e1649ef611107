import { directoryCheck } from "./directory-check.ts";

/** The history of a source tree. */
export const repositoryData = directoryCheck({
  text: {
    id: "SW-IM-014",
    aliases: ["DKL-LI-0003"],
    title: "Repository of source code in the image",
    severity: "medium",
    why: "A .git directory holds every version of every file, those with secrets that were removed later, too, and often the credentials of its remote.",
    remedy: "Name it in .dockerignore, or copy only the directories that the application needs.",
    example: { before: "COPY . /app", after: "# .dockerignore\n.git" },
    links: ["https://docs.docker.com/build/concepts/context/#dockerignore-files"],
  },
  sightOf(directory) {
    const [, place, kind] = /^((?:.*?\/)?\.(git|hg|svn|bzr))(?:\/|$)/.exec(directory) ?? [];
    if (place === undefined || kind === undefined) return undefined;
    return { group: place, message: `the history of a ${kind} repository is in the image`, place };
  },
});
