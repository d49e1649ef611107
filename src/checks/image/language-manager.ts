import { programCheck } from "./program-check.ts";
import { bareName, commandWords } from "./run-command.ts";

const families: Readonly<Record<string, string>> = {
  cargo: "cargo rustup",
  composer: "composer",
  cpan: "cpan cpanm",
  gem: "bundle bundler gem",
  luarocks: "luarocks",
  npm: "corepack npm npx",
  pip: "conda easy_install mamba micromamba pdm pip pipenv pipx poetry uv uvx",
  pnpm: "pnpm pnpx",
  yarn: "yarn yarnpkg",
};

const languages: Readonly<Record<string, string>> = {
  cargo: "Rust",
  composer: "PHP",
  cpan: "Perl",
  gem: "Ruby",
  luarocks: "Lua",
  pip: "Python",
};

/** A package manager of a language that the image's command does not use. */
export const languageManager = programCheck({
  text: {
    id: "SW-IM-003",
    aliases: ["CIS-DI-0003", "CIS-Docker-4.3"],
    title: "Package manager of a language in the image",
    severity: "low",
    why: "It fetches and runs code of strangers, which is of use when the image is built and to an intruder afterwards; its own dependencies bring findings of their own.",
    remedy:
      "Install in a build stage and copy only the result (node_modules, a virtual environment) into the last stage; start the interpreter, not npm or yarn.",
    example: {
      before: 'FROM node:22\nCOPY . /app\nRUN npm ci\nCMD ["node", "/app/main.js"]',
      after:
        'FROM node:22 AS build\nCOPY . /app\nRUN npm ci --omit=dev\nFROM gcr.io/distroless/nodejs22-debian12\nCOPY --from=build /app /app\nCMD ["/app/main.js"]',
    },
    links: ["https://docs.docker.com/build/building/multi-stage/"],
  },
  families,
  message: (family) => `a package manager for ${languages[family] ?? "JavaScript"} can be run`,
  scripts: true,
  counts({ group }, config) {
    const names = families[group]?.split(" ") ?? [];
    return !commandWords(config).some((word) => names.includes(bareName(word)));
  },
});
