/** How a name in a statement fits what is here. */
export type Fit =
  /** `versioned`: the name tells a version, a tag or a digest, so that it does not speak of every one that ever was. */
  | { readonly kind: "fits"; readonly versioned: boolean }
  /** The same thing, but for these differences, in words that follow its name. */
  | { readonly kind: "near"; readonly differences: readonly string[] }
  /** Something else. */
  | { readonly kind: "apart"; readonly reason: string };

/** The better of two: one that fits, then the one with fewer differences. The first, where they are as good. */
export function better(a: Fit, b: Fit): Fit {
  return rank(b) < rank(a) ? b : a;
}

function rank(fit: Fit): number {
  switch (fit.kind) {
    case "fits":
      return fit.versioned ? 0 : 1;
    case "near":
      return 1 + fit.differences.length;
    case "apart":
      return Number.POSITIVE_INFINITY;
  }
}
