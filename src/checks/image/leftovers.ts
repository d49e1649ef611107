import type { TreeCheck } from "../../core/sights.ts";

const names: ReadonlySet<string> = new Set([
  ".dockerignore",
  ".editorconfig",
  ".gitignore",
  ".vimrc",
  ".viminfo",
  "Containerfile",
  "Dockerfile",
  "Jenkinsfile",
  "Vagrantfile",
  "compose.yaml",
  "compose.yml",
  "docker-compose.yaml",
  "docker-compose.yml",
]);
const folders = /(?:^|\/)(\.(?:vscode|idea|github|circleci|devcontainer))(?:\/|$)/;
// Packages bring such files for reasons of their own, and no Dockerfile can leave them out.
const packaged =
  /(?:^|\/)(?:node_modules|vendor|site-packages|dist-packages|gems|pkg\/mod)\/|^usr\/(?:share|lib|src)\//;

/** Files of whoever built the image. */
export const leftovers: TreeCheck = {
  text: {
    id: "SW-IM-018",
    aliases: ["DKL-LI-0003"],
    title: "Left over from development or build",
    severity: "negligible",
    why: "They tell how the image is built and where, and are of no use to what runs.",
    remedy:
      "Name them in .dockerignore, copy only what the application needs, and remove temporary files in the RUN that makes them.",
    example: { before: "COPY . /app", after: "COPY package.json package-lock.json src /app/" },
    links: ["https://docs.docker.com/build/concepts/context/#dockerignore-files"],
  },
  look({ kind, directory, name, path }) {
    if (kind !== "file") return undefined;
    if (isTemporary(directory)) return { group: "tmp", message: "temporary files are in the image" };
    const folder = directory.includes(".") ? folders.exec(directory) : null;
    if (!names.has(name) && folder === null) return undefined;
    if (packaged.test(path)) return undefined;
    const item = folder?.[1] ?? name;
    return { group: "development", message: "files of development are in the image", item };
  },
};

function isTemporary(directory: string): boolean {
  if (directory === "tmp" || directory === "var/tmp") return true;
  return directory.startsWith("tmp/") || directory.startsWith("var/tmp/");
}
