import type { Package } from "../../core/package.ts";
import { fullName } from "../../core/package-name.ts";
import type { VexProduct } from "../../core/vex.ts";
import { better, type Fit } from "./fit.ts";
import { fitImage, fitSystem, type KnownImage } from "./image-fit.ts";
import { readName, type VexName } from "./name.ts";
import { fitPackage, type KnownPackage, knownPackage } from "./package-fit.ts";
import { holding } from "./parts.ts";

/** An image and its packages, ready to be compared with many statements. */
export interface Scene {
  readonly image: KnownImage;
  readonly packages: readonly KnownPackage[];
  /** The packages of a purl's type and name. */
  byName(type: string, name: string): readonly KnownPackage[];
  /** Reads a name; each text once. */
  name(text: string): VexName;
}

/** Prepares an image and its packages. */
export function createScene(image: KnownImage, packages: readonly Package[]): Scene {
  const known = packages.map(knownPackage);
  const index = new Map<string, KnownPackage[]>();
  for (const each of known)
    for (const name of new Set([each.purl.name, each.pkg.source?.name ?? each.purl.name])) {
      const key = `${each.purl.type}/${name}`;
      const there = index.get(key);
      if (there === undefined) index.set(key, [each]);
      else there.push(each);
    }
  const names = new Map<string, VexName>();
  return {
    image,
    packages: known,
    byName: (type, name) => index.get(`${type}/${name}`) ?? [],
    name(text) {
      const read = names.get(text) ?? readName(text);
      names.set(text, read);
      return read;
    },
  };
}

/** How a product fits a finding's package, and which of the product's parts. */
export interface ProductFit {
  readonly fit: Fit;
  /** The product with those parts only that fit, or nearly do. */
  readonly product: VexProduct;
}

/** Does a statement on a product speak of a package of the image? Differences begin with the name that they are of. */
export function fitProduct(product: VexProduct, known: KnownPackage, scene: Scene): ProductFit {
  const part = product.subcomponents.length === 0 ? undefined : bestPart(product.subcomponents, known, scene);
  const narrowed = part === undefined ? product : { ...product, subcomponents: [part.text] };
  if (part?.fit.kind === "apart") return { fit: part.fit, product: narrowed };
  const [first, ...rest] = product.ids.map((id) => {
    const name = scene.name(id);
    return titled(name, fitWhole(name, known, scene, part !== undefined));
  });
  const whole = rest.reduce(better, first ?? { kind: "apart", reason: "the product has no name" });
  return { fit: part === undefined ? whole : together(whole, part.fit), product: narrowed };
}

interface Part {
  readonly text: string;
  readonly fit: Fit;
}

function bestPart(texts: readonly string[], known: KnownPackage, scene: Scene): Part {
  let best: Part | undefined;
  for (const text of texts) {
    const name = scene.name(text);
    const fit = titled(name, fitPart(name, known, scene));
    if (best === undefined || better(best.fit, fit) === fit) best = { text, fit };
    if (fit.kind === "fits" && fit.versioned) break;
  }
  return best ?? { text: "", fit: { kind: "apart", reason: "the product has no part" } };
}

function fitPart(name: VexName, known: KnownPackage, scene: Scene): Fit {
  switch (name.kind) {
    case "package":
      return fitPackage(name.purl, known);
    case "image":
      return /^pkg:/i.test(name.text)
        ? fitImage(name, scene.image)
        : { kind: "apart", reason: "is no purl, and a package is looked for by that" };
    case "cpe":
    case "digest":
      return { kind: "apart", reason: `is a ${name.kind}, and a package is looked for by its purl` };
    case "unknown":
      return { kind: "apart", reason: name.reason };
  }
}

function fitWhole(name: VexName, known: KnownPackage, scene: Scene, narrowed: boolean): Fit {
  switch (name.kind) {
    case "image":
      return fitImage(name, scene.image);
    case "package": {
      const own = fitPackage(name.purl, known);
      return own.kind === "fits" ? own : better(fitHolder(name.purl, known, scene), own);
    }
    case "digest":
      return scene.image.digests.includes(name.digest)
        ? { kind: "fits", versioned: true }
        : apartOrNear(narrowed, "is not a digest of this image");
    case "cpe":
      return narrowed
        ? fitSystem(name, known.pkg.distro)
        : { kind: "apart", reason: "is a CPE alone: no purl says which package is meant" };
    case "unknown":
      return apartOrNear(narrowed, name.reason);
  }
}

// The part is here; what it should be a part of has a name that nothing here could have.
function apartOrNear(narrowed: boolean, reason: string): Fit {
  return narrowed ? { kind: "near", differences: [reason] } : { kind: "apart", reason };
}

type PurlOf = Extract<VexName, { readonly kind: "package" }>["purl"];

function fitHolder(purl: PurlOf, known: KnownPackage, scene: Scene): Fit {
  const fits = scene
    .byName(purl.type, purl.name)
    .filter(({ pkg }) => pkg !== known.pkg)
    .map((holder) => ({ holder: holder.pkg, fit: fitPackage(purl, holder) }))
    .filter(({ fit }) => fit.kind !== "apart");
  if (fits.length === 0) return { kind: "apart", reason: "is not in this image" };
  const same = fits.filter(({ fit }) => fit.kind === "fits").map(({ holder }) => holder);
  const { held, elsewhere } = holding(known.pkg, same);
  if (held === "all") return { kind: "fits", versioned: purl.version !== undefined };
  const part = fullName(known.pkg);
  if (held === "some")
    return { kind: "near", differences: [`is not all that has ${part}: it is in ${elsewhere}, too`] };
  const other = fits.find(({ holder }) => holding(known.pkg, [holder]).held === "all");
  if (other?.fit.kind === "near") return other.fit;
  return {
    kind: "apart",
    reason: `is in this image, and nothing shows that ${part} is a part of it and of nothing else`,
  };
}

function titled(name: VexName, fit: Fit): Fit {
  switch (fit.kind) {
    case "fits":
      return fit;
    case "near":
      return { ...fit, differences: fit.differences.map((text) => `${name.text} ${text}`) };
    case "apart":
      return { ...fit, reason: `${name.text} ${fit.reason}` };
  }
}

function together(whole: Fit, part: Fit): Fit {
  if (whole.kind === "apart") return { ...whole, partly: part.kind === "fits" };
  if (part.kind === "apart") return part;
  if (whole.kind === "fits" && part.kind === "fits")
    return { kind: "fits", versioned: whole.versioned || part.versioned };
  const differences = [whole, part].flatMap((fit) => (fit.kind === "near" ? fit.differences : []));
  return { kind: "near", differences, indirect: part.kind === "near" && part.indirect };
}
