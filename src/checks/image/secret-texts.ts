import type { CheckText } from "../../core/check.ts";
import { allowedPaths } from "./allowed.ts";

const aliases = ["CIS-DI-0010"];
const example = {
  before: "COPY .npmrc /root/.npmrc\nRUN npm ci && rm /root/.npmrc",
  after: "RUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm ci",
};
const links = [
  "https://docs.docker.com/build/building/secrets/",
  "https://kubernetes.io/docs/concepts/configuration/secret/",
];
const remedy =
  "Revoke it now: whoever could pull the image may have it. Then keep it out of the build context (.dockerignore), give it to the build as a secret mount and to the container as a Kubernetes secret. Deleting the file in a later layer does not take it out of the image.";
const configRemedy =
  "Revoke it now: whoever can pull the image, or read its config in the registry, has it. Give it to a build step as a secret mount (RUN --mount=type=secret) and to the container at run time.";
const configExample = {
  before: "ARG NPM_TOKEN\nRUN npm ci",
  after: "RUN --mount=type=secret,id=npm_token,env=NPM_TOKEN npm ci",
};

/** Credentials that prove themselves. */
export const provenSecret: CheckText = {
  id: "SW-IM-040",
  aliases,
  title: "Credentials of a service in a file",
  severity: "critical",
  why: "The token's own checksum holds, or both halves of a cloud key are there: these are real credentials. Whoever can pull the image can use them, from any layer.",
  remedy,
  example,
  links,
  options: [allowedPaths],
};

/** A token by its form. */
export const tokenInFile: CheckText = {
  id: "SW-IM-041",
  aliases,
  title: "Token of a service in a file",
  severity: "high",
  why: "The text has the form of a service's token and is as random as one. Whoever can pull the image can use it, from any layer.",
  remedy,
  example,
  links,
  options: [allowedPaths],
};

/** A private key. */
export const privateKey: CheckText = {
  id: "SW-IM-042",
  aliases,
  title: "Private key in a file",
  severity: "high",
  why: "Who has a private key is who it stands for: a server, a signer, a user with SSH access. A key in an image is everybody's who can pull it, and each container has the same.",
  remedy,
  example: {
    before: "COPY id_ed25519 /root/.ssh/\nRUN git clone git@github.com:example/app.git",
    after: "RUN --mount=type=ssh git clone git@github.com:example/app.git",
  },
  links,
  options: [allowedPaths],
};

/** A private key with a passphrase. */
export const sealedKey: CheckText = {
  id: "SW-IM-043",
  aliases,
  title: "Private key with a passphrase in a file",
  severity: "low",
  why: "The passphrase can be guessed by whoever has the file, at leisure and without anybody noticing.",
  remedy,
  links,
  options: [allowedPaths],
};

/** A login that a program has stored. */
export const storedLogin: CheckText = {
  id: "SW-IM-044",
  aliases,
  title: "Stored login",
  severity: "high",
  why: "Package managers, container engines and cloud tools keep logins in files of their own. In an image they are everybody's who can pull it.",
  remedy,
  example,
  links,
  options: [allowedPaths],
};

/** A password in a configuration file. */
export const passwordInFile: CheckText = {
  id: "SW-IM-045",
  aliases,
  title: "Password or key in a configuration file",
  severity: "medium",
  why: "A setting whose name says that it is secret has a value that is no sample. Whoever can pull the image can read it, and it cannot be changed without a new image.",
  remedy,
  links,
  options: [allowedPaths],
};

/** A file whose name says that it holds credentials. */
export const credentialFile: CheckText = {
  id: "SW-IM-046",
  aliases,
  title: "File that is named for credentials",
  severity: "medium",
  why: "Files of this name hold credentials, keys or recordings of traffic. What is in it could not be told, or looks harmless.",
  remedy,
  links,
  options: [allowedPaths],
};

/** What somebody typed. */
export const historyFile: CheckText = {
  id: "SW-IM-047",
  aliases,
  title: "History of a shell or database client",
  severity: "medium",
  why: "What was typed often holds passwords and tokens, and always the names of what it was typed for.",
  remedy:
    "Leave it out of the build context, and do not make images from containers in which somebody worked (docker commit).",
  links: [],
  options: [allowedPaths],
};

/** A version control directory. */
export const gitDirectory: CheckText = {
  id: "SW-IM-048",
  aliases: [],
  title: "Git repository with its history",
  severity: "medium",
  why: "The history has all that was ever committed, also secrets that were taken out later, and the whole source.",
  remedy: "Name .git in .dockerignore, or copy only what the build needs.",
  example: { before: "COPY . /app", after: "COPY package.json package-lock.json src /app/" },
  links: ["https://docs.docker.com/build/concepts/context/#dockerignore-files"],
  options: [allowedPaths],
};

/** An environment file. */
export const environmentFile: CheckText = {
  id: "SW-IM-049",
  aliases: [],
  title: "Environment file",
  severity: "low",
  why: "A .env file is where applications expect their secrets. This one holds none that could be told, but the next build may.",
  remedy: "Name it in .dockerignore and give its settings to the container at run time.",
  links: [],
  options: [allowedPaths],
};

/** Credentials in the image's config or history that prove themselves. */
export const provenInConfig: CheckText = {
  id: "SW-IM-050",
  aliases,
  title: "Credentials of a service in the image's config",
  severity: "critical",
  why: "Environment, labels and history are stored in clear text beside the layers. The token's own checksum holds, or both halves of a cloud key are there.",
  remedy: configRemedy,
  example: configExample,
  links,
};

/** A token or key in the image's config or history. */
export const tokenInConfig: CheckText = {
  id: "SW-IM-051",
  aliases,
  title: "Token or private key in the image's config",
  severity: "high",
  why: "Environment, labels and history, build arguments among it, are stored in clear text beside the layers: whoever can pull the image can read them.",
  remedy: configRemedy,
  example: configExample,
  links,
};

/** A password in the image's config or history. */
export const passwordInConfig: CheckText = {
  id: "SW-IM-052",
  aliases,
  title: "Password or key in the image's config",
  severity: "medium",
  why: "A variable, label or build argument whose name says that it is secret has a value that is no sample. Whoever can pull the image can read it.",
  remedy: configRemedy,
  example: configExample,
  links,
};
