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

/** Images of a runtime's major versions, by Debian release, on top of `cc` (nodejs/README.md, java/README.md there). */
const runtimes: readonly {
  readonly image: string;
  readonly packages: RegExp;
  readonly program: string;
  readonly majors: Readonly<Record<string, readonly string[]>>;
}[] = [
  {
    image: "nodejs",
    packages: /^node(?:js)?$/,
    program: "/nodejs/bin/node",
    majors: { "12": ["20", "22", "24"], "13": ["20", "22", "24"] },
  },
  {
    image: "java",
    packages:
      /^(?:openjdk|eclipse-temurin|amazon-corretto|azul-zulu|microsoft-openjdk|openjdk-\d+-jre(?:-headless)?)$/,
    program: "/usr/bin/java",
    majors: { "12": ["17", "21"], "13": ["21"] },
  },
];

/** Debian packages of a base, those of the images below it included; undefined for one that is not known. */
export function basePackages(reference: string): ReadonlySet<string> | undefined {
  const [, name, release] = /^gcr\.io\/distroless\/([\w-]+)-debian(\d+)(?:[:@].*)?$/.exec(reference) ?? [];
  const under = runtimes.some(({ image, majors }) =>
    majors[release ?? ""]?.some((major) => name === `${image}${major}`),
  )
    ? "cc"
    : name;
  const at = distroless.findIndex((one) => one.name === under && one.releases.includes(release ?? ""));
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
    ...runtimeBases(packages, names, distro.version),
  ];
}

function runtimeBases(
  packages: readonly SlimPackage[],
  names: readonly string[],
  release: string,
): readonly SlimBase[] {
  const kept = packages.filter(({ state }) => state !== "unneeded");
  return runtimes.flatMap(({ image, packages: known, program, majors }) =>
    (majors[release] ?? [])
      .filter((major) => kept.some(({ name, version }) => known.test(name) && majorOf(version) === major))
      .map((major) => {
        const reference = `gcr.io/distroless/${image}${major}-debian${release}:nonroot`;
        const all = basePackages(reference);
        return {
          reference,
          has: names.filter((one) => all?.has(one) === true),
          copied: names.filter((one) => all?.has(one) !== true),
          why: `it brings the same major version itself, as ${program}, for a Dockerfile that copies the application alone`,
        };
      }),
  );
}

function majorOf(version: string): string | undefined {
  return /^(?:\d+:)?(\d+)(?:\D|$)/.exec(version)?.[1];
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
