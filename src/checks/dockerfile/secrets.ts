import type { Pair } from "../../formats/dockerfile-words.ts";
import { pathsOf } from "./paths.ts";
import { type DockerfileRule, type Hit, hadolint, instructionsOf, lineSpan, own } from "./rule.ts";

const secretWords =
  /(?:^|_)(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|API_?KEY|ACCESS_?KEY|SECRET_?KEY|PRIVATE_?KEY|CLIENT_?KEY|CREDENTIALS?)$/i;
const notSecret = /(?:^|_)(?:PUBLIC|ALLOW_EMPTY|RANDOM(?:_ROOT)?)_/i;

// Names that say a secret is in them, whatever they end in: `…_FILE` names a place, `…_URL` an address.
function namesSecret(name: string): boolean {
  return secretWords.test(name) && !notSecret.test(name);
}

/** DL3064. */
const namedSecrets: DockerfileRule = {
  about: hadolint("DL3064", "warning", {
    aliases: ["SecretsUsedInArgOrEnv"],
    title: "Keep secrets out of ARG and ENV",
    why: "What ARG and ENV hold is written into the image's configuration and history: whoever can pull the image can read it.",
    remedy: "Use RUN --mount=type=secret while building, and the orchestrator's secrets when running.",
    example: {
      before: "ARG NPM_TOKEN\nRUN npm ci",
      after: "RUN --mount=type=secret,id=npm,env=NPM_TOKEN npm ci",
    },
    links: ["https://docs.docker.com/reference/build-checks/secrets-used-in-arg-or-env/"],
  }),
  check: (subject) =>
    instructionsOf(subject, "ARG", "ENV").flatMap(({ instruction }) =>
      instruction.pairs
        .filter(({ name, value }) => namesSecret(name) && !harmless(value))
        .map((pair) => ({
          start: pair.start,
          end: pair.end,
          message: `${pair.name} ends up in the image's configuration or history`,
        })),
    ),
};

// Empty, a switch, a path, or no more than the name of another variable.
function harmless(value: Pair["value"]): boolean {
  return (
    value !== undefined &&
    (/^(?:|true|false|yes|no|0|1|null|none)$/i.test(value) || /^\/[\w./-]+$/.test(value))
  );
}

// Tokens that cannot be anything else; each with a length that makes chance impossible.
const shapes: readonly (readonly [string, RegExp])[] = [
  ["a key of AWS", /\b(?:AKIA|ASIA)[A-Z2-7]{16}\b/],
  ["a token of GitHub", /\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{82})\b/],
  ["a token of GitLab", /\bglpat-[A-Za-z0-9_-]{20}\b/],
  ["a token of npm", /\bnpm_[A-Za-z0-9]{36}\b/],
  ["a token of PyPI", /\bpypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,}/],
  ["a token of Slack", /\bxox[abprs]-[0-9]{10,13}-[A-Za-z0-9-]{20,}/],
  ["a key of Stripe", /\b[sr]k_live_[A-Za-z0-9]{24,}\b/],
  ["a key of Google", /\bAIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])/],
  ["a token of Docker Hub", /\bdckr_pat_[A-Za-z0-9_-]{27}(?![A-Za-z0-9_-])/],
  ["a key of SendGrid", /\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])/],
  ["a private key", /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/],
];

/** Ours: a secret itself. */
const secretValues: DockerfileRule = {
  about: own(501, "critical", {
    title: "Take the secret out of the Dockerfile",
    why: "The file holds a credential by its shape. It is in the repository and in the image's history, and has to be taken for stolen.",
    remedy: "Revoke it. Hand the new one to the build by RUN --mount=type=secret.",
    links: ["https://docs.docker.com/build/building/secrets/"],
  }),
  check: ({ dockerfile: { file, instructions } }) =>
    instructions.flatMap(({ start, end }) => {
      const text = file.slice(start, end);
      return shapes.flatMap(([what, shape]): readonly Hit[] => {
        const match = shape.exec(text);
        // The published example of AWS's manual is nobody's.
        if (match === null || match[0].endsWith("EXAMPLE")) return [];
        const from = start + match.index;
        return [{ start: from, end: from + match[0].length, message: `This has the shape of ${what}` }];
      });
    }),
};

const keyFiles =
  /(?:^|\/)(?:id_(?:rsa|dsa|ecdsa|ed25519)|\.netrc|\.pgpass|\.git-credentials|\.aws\/credentials|\.docker\/config\.json|\.kube\/config)$/;

/** Ours: a file that holds credentials by its name is copied. */
const copiedKeys: DockerfileRule = {
  about: own(502, "high", {
    title: "Do not copy files with credentials",
    why: "The file is in a layer for good, also when a later line deletes it: whoever can pull the image can read it.",
    remedy: "Use RUN --mount=type=secret or --mount=type=ssh for what needs it.",
    example: {
      before: "COPY id_rsa /root/.ssh/id_rsa\nRUN git clone …",
      after: "RUN --mount=type=ssh git clone …",
    },
    links: ["https://docs.docker.com/build/building/secrets/"],
  }),
  check: (subject) =>
    instructionsOf(subject, "COPY", "ADD").flatMap(({ instruction }) => {
      const { sources } = pathsOf(instruction, subject.dockerfile.escape);
      const key = sources.map(({ value }) => value).find((source) => keyFiles.test(source));
      return key === undefined ? [] : { ...lineSpan(instruction), message: `${key} holds credentials` };
    }),
};

/** Rules on secrets. */
export const secretRules: readonly DockerfileRule[] = [namedSecrets, secretValues, copiedKeys];
