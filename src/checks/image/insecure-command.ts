import type { ImageJudge } from "../../core/image-judge.ts";

const flags = /^--?(?:[a-z-]+-)?insecure(?:-[a-z-]+)?(?:=(?:1|true|yes))?$|^--no-check-certificate$/;

/** Environment → the values with which a runtime or tool looks at no certificate. */
const variables: readonly (readonly [name: string, value: RegExp])[] = [
  ["NODE_TLS_REJECT_UNAUTHORIZED", /^0$/],
  ["PYTHONHTTPSVERIFY", /^0$/],
  ["GIT_SSL_NO_VERIFY", /^(?:1|true|yes)$/i],
  ["NPM_CONFIG_STRICT_SSL", /^false$/i],
  ["GOINSECURE", /./],
];

/** The image's command or environment turns the verification of certificates off. */
export const insecureCommand: ImageJudge = {
  text: {
    id: "SW-IM-075",
    aliases: [],
    title: "Certificates not verified by command or environment",
    severity: "medium",
    why: "Whoever sits between the program and the service that it talks to can read and change everything.",
    remedy:
      "Give the program the certificate authority that it lacks (a mounted file, NODE_EXTRA_CA_CERTS, SSL_CERT_FILE), and leave the option out.",
    example: {
      before: "ENV NODE_TLS_REJECT_UNAUTHORIZED=0",
      after: "ENV NODE_EXTRA_CA_CERTS=/etc/ssl/company.pem",
    },
    links: ["https://nodejs.org/api/cli.html#node_extra_ca_certsfile"],
  },
  judge({ config }) {
    const words = [...config.entrypoint, ...config.cmd].flatMap((word) => word.split(/\s+/));
    const found = words.filter((word) => flags.test(word)).map((word) => `the command has ${word}`);
    const set = config.env.flatMap((line) => {
      const equals = line.indexOf("=");
      const name = line.slice(0, Math.max(equals, 0)).toUpperCase();
      const isSet = variables.some(([known, value]) => known === name && value.test(line.slice(equals + 1)));
      // Hosts may stand there with a password.
      return isSet ? [name === "GOINSECURE" ? name : line] : [];
    });
    return [...found, ...set.map((line) => `the environment has ${line}`)].map((message) => ({ message }));
  },
};
