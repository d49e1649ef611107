import type { Severity } from "./severity.ts";

/** One root cause: a flaw, with every package and every image that has it. */
export interface Alert {
  /** The finding's id; two alerts of one run never have the same. */
  readonly id: string;
  readonly aliases: readonly string[];
  /** The worst among its findings. */
  readonly severity: Severity;
  readonly kev: boolean;
  readonly epss: number | null;
  readonly summary: string;
  readonly url: string | null;
  /** Sorted by name; empty where it is mended. */
  readonly packages: readonly AlertPackage[];
  /** Sorted by reference; those that had it where it is mended. */
  readonly images: readonly AlertImage[];
  /** `new`: not told before. `more`: in further images, worse, or exploited by now. `reminder`: told before, and still there. `mended`: gone, or accepted. */
  readonly news: "new" | "more" | "reminder" | "mended";
}

/** A package in which the flaw is, whichever images hold it. */
export interface AlertPackage {
  /** `deb openssl`: type and name. */
  readonly name: string;
  readonly versions: readonly string[];
  /** Versions that mend it; empty where none is known. */
  readonly fixed: readonly string[];
}

/** An image that has the flaw. */
export interface AlertImage {
  readonly reference: string;
  readonly digest: string | null;
  /** Where it came in: `Dockerfile:12`, `base image`, `layer 3`. */
  readonly from: readonly string[];
}

/** What one message tells. */
export interface AlertBatch {
  /** `YYYY-MM-DD`. */
  readonly today: string;
  readonly alerts: readonly Alert[];
  /** From 1: which of how many messages this is. */
  readonly part: number;
  readonly parts: number;
}
