/** How a name in a statement fits what is here. */
export type Fit =
  /** `versioned`: the name tells a version, a tag or a digest, so that it does not speak of every one that ever was. */
  | { readonly kind: "fits"; readonly versioned: boolean }
  /** The same thing, but for these differences, in words that follow its name. `indirect`: it is called by its source package. */
  | {
      readonly kind: "near";
      readonly differences: readonly string[];
      readonly indirect?: boolean | undefined;
    }
  /** Something else. `partly`: the part of the product fits, the product does not. */
  | { readonly kind: "apart"; readonly reason: string; readonly partly?: boolean | undefined };

/** The better of two: one that fits, then the one with fewer differences. The first, where they are as good. */
export function better(a: Fit, b: Fit): Fit {
  return rank(b) < rank(a) ? b : a;
}

function rank(fit: Fit): number {
  switch (fit.kind) {
    case "fits":
      return fit.versioned ? 0 : 1;
    case "near":
      return 1 + fit.differences.length + (fit.indirect === true ? 0.5 : 0);
    case "apart":
      return fit.partly === true ? 1000 : 2000;
  }
}
