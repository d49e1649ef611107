import type { Platform } from "../../core/image.ts";
import type { Distro } from "../../core/package.ts";
import { registryReference } from "../../core/reference.ts";
import type { Fit } from "./fit.ts";
import { type CpeName, type ImageName, repositoryOf } from "./name.ts";
import { oneArchitecture } from "./qualifiers.ts";

/** What is known of the image that statements may speak of. */
export interface VexImage {
  /** References, as written or as the archive tells them; one with a scheme (`docker-archive:…`) names no repository. */
  readonly references: readonly string[];
  /** All digests that stand for it: of its manifest, of the index around that, of its config. */
  readonly digests: readonly string[];
  readonly platform: Platform;
}

/** An image with its names read. */
export interface KnownImage extends VexImage {
  readonly names: readonly { readonly repository: string; readonly tag: string }[];
}

/** Prepares the image. */
export function knownImage(image: VexImage): KnownImage {
  return { ...image, names: image.references.flatMap(namesOf) };
}

function namesOf(text: string): KnownImage["names"] {
  const reference = registryReference(text);
  const repository =
    reference === undefined ? undefined : repositoryOf(`${reference.domain}/${reference.path}`);
  return repository === undefined ? [] : [{ repository, tag: reference?.tag ?? "" }];
}

/** Does an image's name in a statement mean this image? The same digest is the same image, in whichever registry it lies. */
export function fitImage(name: ImageName, image: KnownImage): Fit {
  const architecture =
    name.architecture === "" || oneArchitecture(name.architecture, image.platform.architecture)
      ? []
      : [`is for ${name.architecture}, this image is for ${image.platform.architecture}`];
  if (name.digest !== "" && image.digests.includes(name.digest))
    return architecture.length === 0
      ? { kind: "fits", versioned: true }
      : { kind: "near", differences: architecture };
  const named = image.names.filter(({ repository }) => repository.endsWith(`/${name.name}`));
  if (named.length === 0) return { kind: "apart", reason: `is another image than ${nameText(image)}` };
  const differences = [
    ...digestDifferences(name, image),
    ...named
      .map((each) => [...repositoryDifferences(name, each.repository), ...tagDifferences(name, each.tag)])
      .toSorted((a, b) => a.length - b.length)
      .slice(0, 1)
      .flat(),
    ...architecture,
  ];
  return differences.length === 0
    ? { kind: "fits", versioned: name.tag !== "" }
    : { kind: "near", differences };
}

function nameText({ names, digests, references }: KnownImage): string {
  return names[0]?.repository ?? digests[0] ?? references[0] ?? "this one";
}

function digestDifferences({ digest }: ImageName, { digests }: KnownImage): readonly string[] {
  if (digest === "") return [];
  const [here] = digests;
  return [
    here === undefined
      ? "names a digest, and that of this image is not known"
      : `is another build: this image is ${here}`,
  ];
}

function repositoryDifferences({ repositories }: ImageName, repository: string): readonly string[] {
  if (repositories.length === 0 || repositories.includes(repository)) return [];
  return [`lies in ${repositories[0] ?? ""}, this image in ${repository}`];
}

function tagDifferences({ tag }: ImageName, here: string): readonly string[] {
  if (tag === "" || tag === here) return [];
  return [
    here === "" ? `is tagged ${tag}, and this image has no tag` : `is tagged ${tag}, this image ${here}`,
  ];
}

/** CPE vendor:product → os-release ids. */
const systems: ReadonlyMap<string, string> = new Map([
  ["redhat:enterprise_linux", "rhel"],
  ["debian:debian_linux", "debian"],
  ["canonical:ubuntu_linux", "ubuntu"],
  ["alpinelinux:alpine_linux", "alpine"],
  ["suse:sles", "sles"],
  ["suse:linux_enterprise_server", "sles"],
  ["opensuse:leap", "opensuse-leap"],
  ["rocky:rocky", "rocky"],
  ["rocky:rocky_linux", "rocky"],
  ["almalinux:almalinux", "almalinux"],
  ["oracle:linux", "ol"],
  ["fedoraproject:fedora", "fedora"],
]);

/** Is the operating system that a CPE names the one that a package is of? Other CPEs name nothing that an image tells of itself. */
export function fitSystem(cpe: CpeName, distro: Distro | undefined): Fit {
  const id = systems.get(`${cpe.vendor}:${cpe.product}`);
  if (id === undefined) return { kind: "apart", reason: "is a CPE, and no image tells which it is of" };
  const version = `${cpe.version}${cpe.update.replace(/^sp(\d)/, ".$1")}`;
  if (distro?.id !== id)
    return { kind: "apart", reason: `is another system than ${distro?.prettyName ?? "this image's"}` };
  if (version === "" || distro.version === version || distro.version.startsWith(`${version}.`))
    return { kind: "fits", versioned: false };
  return { kind: "apart", reason: `is another release than ${distro.version}` };
}
