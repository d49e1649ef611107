import retired from "spdx-license-ids/deprecated.json" with { type: "json" };
import licences from "spdx-license-ids/index.json" with { type: "json" };
import type { LabelType } from "../../core/lint.ts";
import { lineage } from "../../formats/dockerfile-tree.ts";
import type { Pair } from "../../formats/dockerfile-words.ts";
import { type DockerfileRule, hadolint, instructionsOf, type LintSubject, lineSpan } from "./rule.ts";

interface Label extends Pair {
  /** Without it nothing can be said of a variable. */
  readonly text: string;
}

function labelsOf(subject: LintSubject): readonly Label[] {
  return instructionsOf(subject, "LABEL").flatMap(({ instruction }) =>
    instruction.pairs.map((pair) => ({ ...pair, text: pair.value ?? "" })),
  );
}

/** DL3048. */
const validKey: DockerfileRule = {
  about: hadolint("DL3048", "style", {
    title: "Give labels valid names",
    why: "Names of lower case letters, digits, dots and dashes work with every tool; com.docker, io.docker and org.dockerproject belong to Docker.",
    remedy: "Rename the label.",
    example: { before: "LABEL Com.Example=1", after: "LABEL com.example=1" },
    links: ["https://docs.docker.com/engine/manage-resources/labels/"],
  }),
  check: (subject) => labelsOf(subject).filter(({ name }) => !goodName(name)),
};

function goodName(name: string): boolean {
  if (name.includes("$")) return true;
  const shaped = /^[a-z][a-z0-9._-]*$/.test(name) && /[a-z0-9]$/.test(name) && !/\.\.|--/.test(name);
  return shaped && !/^(?:com\.docker|io\.docker|org\.dockerproject)\./.test(name);
}

/** DL3049. */
const missing: DockerfileRule = {
  about: hadolint("DL3049", "info", {
    title: "Set the labels that the project asks for",
    why: "The project's label-schema names labels that every image has, so that they can be asked for.",
    remedy: "Add LABEL NAME=VALUE.",
  }),
  check: ({ dockerfile: { stages }, settings: { labels } }) => {
    const last = stages.at(-1);
    if (last === undefined) return [];
    const set = new Set(
      lineage(last, stages).flatMap(({ instructions }) =>
        instructions.flatMap(({ keyword, pairs }) =>
          keyword === "LABEL" ? pairs.map(({ name }) => name) : [],
        ),
      ),
    );
    return [...labels.keys()]
      .filter((name) => !set.has(name))
      .map((name) => ({ ...lineSpan(last.from), message: `The label "${name}" is missing` }));
  },
};

/** DL3050. */
const superfluous: DockerfileRule = {
  about: hadolint("DL3050", "info", {
    title: "Set only labels that the project knows",
    why: "With strict-labels the project's label-schema names all labels that there may be.",
    remedy: "Remove the label, or add it to label-schema.",
  }),
  check: (subject) => {
    const { labels, strictLabels } = subject.settings;
    const unknown = strictLabels ? labelsOf(subject).filter(({ name }) => !labels.has(name)) : [];
    return unknown.map((label) => ({
      ...label,
      message: `The label "${label.name}" is none of the project's`,
    }));
  },
};

/** DL3051. */
const empty: DockerfileRule = {
  about: hadolint("DL3051", "warning", {
    title: "Give labels of the project a value",
    why: "A label without a value answers no question.",
    remedy: "Write its value.",
  }),
  check: (subject) =>
    labelsOf(subject)
      .filter(({ name, text }) => subject.settings.labels.has(name) && text === "")
      .map((label) => ({ ...label, message: `The label "${label.name}" is empty` })),
};

const longestValue = 4096;

function typed(
  code: string,
  type: LabelType,
  what: string,
  valid: (text: string) => boolean,
): DockerfileRule {
  return {
    about: hadolint(code, "warning", {
      title: `Give ${type} labels ${what}`,
      why: `The project's label-schema says that the label holds ${what}; tools that read it rely on that.`,
      remedy: "Correct the value.",
    }),
    check: (subject) =>
      labelsOf(subject)
        .filter(
          ({ name, text }) =>
            subject.settings.labels.get(name) === type && (text.length > longestValue || !valid(text)),
        )
        .map((label) => ({ ...label, message: `The value of "${label.name}" is not ${what}` })),
  };
}

function isUri(text: string): boolean {
  return (
    /^[A-Za-z][A-Za-z0-9+.-]*:[\w\-.~:/?#[\]@!$&'()*+,;=%]*$/.test(text) && !/%(?![0-9A-Fa-f]{2})/.test(text)
  );
}

function isTime(text: string): boolean {
  const shaped = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})$/.test(text);
  return shaped && !Number.isNaN(Date.parse(text.replace(" ", "T").toUpperCase()));
}

const known = new Set<string>([...licences, ...retired]);

// An expression of SPDX, too: GPL-2.0-only WITH Classpath-exception-2.0 OR MIT.
function isLicence(text: string): boolean {
  const words = text
    .replaceAll(/[()]/g, " ")
    .split(/\s+/)
    .filter((word) => word !== "");
  const plain = words.filter((word, at) => words[at - 1] !== "WITH" && !/^(?:AND|OR|WITH)$/.test(word));
  return (
    plain.length > 0 &&
    plain.every((word) => known.has(word.replace(/\+$/, "")) || /^LicenseRef-[\w.-]+$/.test(word))
  );
}

function isSemver(text: string): boolean {
  return (
    /^(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-(?!.*(?:^|[-.])0\d+(?:\.|\+|$))[\w.-]+)?(?:\+[\w.-]+)?$/.test(
      text,
    ) && !/[._]{2}|_/.test(text)
  );
}

function isEmail(text: string): boolean {
  const at = text.lastIndexOf("@");
  const [local, domain] = [text.slice(0, at), text.slice(at + 1)];
  return (
    at > 0 &&
    (/^[\w.!#$%&'*+/=?^`{|}~-]+$/.test(local) || /^"[^"]+"$/.test(local)) &&
    !/^\.|\.$|\.\./.test(local) &&
    /^(?:[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*|\[[^\]]+\])$/.test(domain)
  );
}

/** Rules on labels. */
export const labelRules: readonly DockerfileRule[] = [
  validKey,
  missing,
  superfluous,
  empty,
  typed("DL3052", "url", "a URL", isUri),
  typed("DL3053", "rfc3339", "a time by RFC 3339", isTime),
  typed("DL3054", "spdx", "a licence of SPDX", isLicence),
  typed("DL3055", "hash", "a commit of Git", (text) => /^(?:[0-9a-f]{7}|[0-9a-f]{40})$/.test(text)),
  typed("DL3056", "semver", "a semantic version", isSemver),
  typed("DL3058", "email", "an e-mail address", isEmail),
];
