import type { Distro } from "../core/package.ts";
import type { SlimBase, SlimPackage } from "../core/slim.ts";

/**
 * Minimal images with the Debian packages in them, smallest first. `nonroot` tags run as 65532.
 * https://github.com/GoogleContainerTools/distroless (base/base.bzl, cc/cc.bzl, python3/config.bzl, java/config.bzl).
 */
const distroless: readonly {
  readonly name: string;
  readonly releases: readonly string[];
  readonly packages: readonly string[];
}[] = [
  {
    name: "static",
    releases: ["12", "13"],
    // Its certificates are one file, to which the links of this image's do not lead: they are copied.
    packages: ["base-files", "netbase", "tzdata", "media-types"],
  },
  { name: "base-nossl", releases: ["12", "13"], packages: ["libc6"] },
  { name: "base", releases: ["12", "13"], packages: ["libssl3", "libssl3t64"] },
  {
    name: "cc",
    releases: ["12", "13"],
    packages: ["gcc-12-base", "gcc-14-base", "libgcc-s1", "libgomp1", "libstdc++6"],
  },
  {
    name: "python3",
    releases: ["12", "13"],
    packages:
      "libbz2-1.0 libdb5.3 libdb5.3t64 libexpat1 liblzma5 libsqlite3-0 libuuid1 libncursesw6 libtinfo6 zlib1g libcom-err2 libcrypt1 libgssapi-krb5-2 libk5crypto3 libkeyutils1 libkrb5-3 libkrb5support0 libnsl2 libreadline8 libtirpc3 libffi8 libpython3.11-minimal libpython3.11-stdlib python3.11-minimal libpython3.13-minimal libpython3.13-stdlib python3.13-minimal".split(
        " ",
      ),
  },
];

/** Debian packages of a base, those of the images below it included; undefined for one that is not known. */
export function basePackages(reference: string): ReadonlySet<string> | undefined {
  const [, name, release] = /^gcr\.io\/distroless\/([\w-]+)-debian(\d+)(?:[:@].*)?$/.exec(reference) ?? [];
  const at = distroless.findIndex((one) => one.name === name && one.releases.includes(release ?? ""));
  return at < 0 ? undefined : new Set(distroless.slice(0, at + 1).flatMap(({ packages }) => packages));
}

/** Bases that could carry what is kept, the one that takes the least copying last; `scratch` can always. */
export function suitableBases(
  packages: readonly SlimPackage[],
  distro: Distro | undefined,
): readonly SlimBase[] {
  const kept = packages.filter(
    ({ type, state }) => state !== "unneeded" && (type === "deb" || type === "apk" || type === "rpm"),
  );
  const names = [...new Set(kept.map(({ name }) => name))].sort();
  const scratch: SlimBase = {
    reference: "scratch",
    has: [],
    copied: names,
    why: "nothing but what this image's command reaches, every file of it from this image",
  };
  const usesLibc = names.some((name) => name === "libc6" || name === "musl" || name === "glibc");
  if (!usesLibc)
    return [scratch, ...reduced("static", names, distro?.id === "debian" ? distro.version : "12")];
  if (distro?.id !== "debian") return [scratch];
  return [
    scratch,
    ...["base-nossl", "base", "cc", "python3"].flatMap((name) => reduced(name, names, distro.version)),
  ];
}

// A base is worth naming when it brings something that a smaller one does not.
function reduced(name: string, names: readonly string[], release: string): readonly SlimBase[] {
  const reference = `gcr.io/distroless/${name}-debian${release}:nonroot`;
  const own = distroless.find((one) => one.name === name)?.packages ?? [];
  const all = basePackages(reference);
  const tells = name === "python3" ? own.filter((one) => /^python3\.\d+-minimal$/.test(one)) : own;
  if (all === undefined || (name !== "static" && !names.some((one) => tells.includes(one)))) return [];
  return [
    {
      reference,
      has: names.filter((one) => all.has(one)),
      copied: names.filter((one) => !all.has(one)),
      why:
        name === "static"
          ? "the program needs no C library"
          : `it brings ${names.filter((one) => own.includes(one)).join(", ")} of the same Debian release`,
    },
  ];
}
