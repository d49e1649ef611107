import type { CheckOptions } from "./check.ts";
import type { Severity } from "./severity.ts";

/** How a policy changes a check. */
export interface CheckSetting {
  /** In place of the check's own. */
  readonly severity?: Severity | undefined;
  /** It makes no findings. */
  readonly off?: boolean | undefined;
  /** In place of its options' defaults. */
  readonly options?: CheckOptions | undefined;
}

/**
 * Which images a rule or an exception speaks of. Every field that is there must hold; a list holds when one of its patterns does.
 * In a pattern `*` stands for anything but `/`, `**` for anything.
 */
export interface Scope {
  /** Of the reference as it was written or its canonical form, or of the digest. */
  readonly images?: readonly string[] | undefined;
  /** Of the canonical repository, `docker.io/library/debian`. */
  readonly repositories?: readonly string[] | undefined;
  /** Kubernetes namespaces of the workloads that use the image. */
  readonly namespaces?: readonly string[] | undefined;
  /** Labels of the image's config, or of the workload; the value is a pattern. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

/** A workload that uses an image: what scopes ask beside the image itself. */
export interface Placement {
  readonly namespace: string | null;
  /** Of the workload. */
  readonly labels: Readonly<Record<string, string>>;
}

/** What a rule looks at. Every field that is there must hold for the rule to be violated. */
export type RuleTarget =
  | { readonly about: "finding"; readonly where: FindingCondition }
  | { readonly about: "check"; readonly where: CheckCondition }
  | { readonly about: "package"; readonly where: PackageCondition }
  | { readonly about: "image"; readonly where: ImageCondition };

/** Findings that violate a rule. */
export interface FindingCondition {
  /** This bad or worse; `unknown`: any. */
  readonly severity?: Severity | undefined;
  /** Is a version out that mends it? */
  readonly fixable?: boolean | undefined;
  /** Is it in CISA's catalogue of known exploited vulnerabilities? */
  readonly kev?: boolean | undefined;
  /** An EPSS probability of exploitation at least this high, 0 to 1. */
  readonly epss?: number | undefined;
  /** A fixed version has been out for at least this many days; one whose day nobody tells does not count. */
  readonly fixedForDays?: number | undefined;
  /** Ids or aliases, as patterns. */
  readonly ids?: readonly string[] | undefined;
  /** purls, as patterns. */
  readonly packages?: readonly string[] | undefined;
  /** Whose layer brought it. */
  readonly from?: "base" | "application" | undefined;
  /** A CEL expression over `finding`, `pkg`, `layer` and `image` that gives a boolean (`package` is a reserved word of CEL). */
  readonly when?: string | undefined;
}

/** Findings of checks that violate a rule. */
export interface CheckCondition {
  readonly severity?: Severity | undefined;
  /** Ids or aliases, as patterns. */
  readonly ids?: readonly string[] | undefined;
  readonly from?: "base" | "application" | undefined;
  /** A CEL expression over `check`, `layer` and `image`. */
  readonly when?: string | undefined;
}

/** Packages that violate a rule. */
export interface PackageCondition {
  /** purls, as patterns. */
  readonly packages?: readonly string[] | undefined;
  /** SPDX ids, as patterns: a package every choice of whose licence needs one of these. */
  readonly licencesDenied?: readonly string[] | undefined;
  /** SPDX ids, as patterns: a package no choice of whose licence is made of these alone, or that states none. */
  readonly licencesAllowed?: readonly string[] | undefined;
  /** The distribution's index has had a newer version for more than this many days. */
  readonly behindDays?: number | undefined;
  /** A CEL expression over `pkg`, `layer` and `image`. */
  readonly when?: string | undefined;
}

/** An image that violates a rule. */
export interface ImageCondition {
  /** The operating system's or a runtime's end of life is less than this many days away, or over. */
  readonly endOfLifeWithinDays?: number | undefined;
  /** Made more than this many days ago, or nobody knows when. */
  readonly olderThanDays?: number | undefined;
  /** Its base is none of these references (patterns), or is not known. */
  readonly basesAllowed?: readonly string[] | undefined;
  /** Its base's tag has other layers now. */
  readonly baseBehind?: boolean | undefined;
  /** A CEL expression over `image`, `packages`, `findings`, `checks` and `gaps`. */
  readonly when?: string | undefined;
}

/** One rule of a policy. */
export interface Rule {
  /** Unique in its policy; kebab-case. */
  readonly id: string;
  /** Why there is this rule, for people. */
  readonly description?: string | undefined;
  /** `warn` is told and decides nothing; `off` takes an inherited rule away. */
  readonly action: "fail" | "warn" | "off";
  readonly scope?: Scope | undefined;
  readonly target: RuleTarget;
}

/** What becomes of something that could not be looked at. */
export type UnknownAction = "unknown" | "fail" | "pass";

/** What exceptions may be. */
export interface ExceptionLimits {
  /** An exception that lasts longer is an error; null: any time. */
  readonly longestDays: number | null;
  /** What becomes of one that is expired, was reopened, matches nothing or is otherwise of no use: told, or it refuses the image. */
  readonly stale: "warn" | "fail";
}

/** What is asked of an image beside its baseline. */
export interface BaselineRules {
  /** Does an advisory that is new since the baseline refuse an image in which nothing changed? */
  readonly newAdvisories: "fail" | "pass";
  /** Days that a finding which was there before, or whose advisory is new, may stay since its fix came out; without a severity: for ever. */
  readonly graceDays: Readonly<Partial<Record<Severity, number>>>;
}

/** What is asked of an image's signatures and attestations. */
export interface SignatureRules {
  /** What becomes of an image that has none of what is demanded; a bad one refuses it. `fail` also refuses an image that nobody checked. */
  readonly absent: UnknownAction;
  /** `signature`, or URIs of predicate types; each is asked for. */
  readonly demand: readonly string[];
}

/** What a policy decides from: the same in CI, on a laptop, at admission and over a fleet. */
export interface Policy {
  /** Shorthand for two rules: findings and checks this bad or worse fail. */
  readonly failOn: Severity | "never";
  /** Of findings, {@link failOn} counts only those that a version mends. */
  readonly onlyFixed: boolean;
  /** Is an executable that no package claims a reason for `unknown`? */
  readonly unownedExecutables: "list" | "unknown";
  /** By id of the check; one that is not named is as its text says. */
  readonly checks: Readonly<Record<string, CheckSetting>>;
  readonly rules: readonly Rule[];
  /**
   * By code of the gap, `undecided` for matches, `unowned-executables`; `default` for those that are not named, `unknown` without it.
   * A rule that cannot be decided is `unknown`, whatever stands here.
   */
  readonly unknown: Readonly<Record<string, UnknownAction>>;
  readonly exceptions: ExceptionLimits;
  readonly baseline: BaselineRules;
  readonly signatures: SignatureRules;
}
