import type { FoundPackage } from "../core/package.ts";
import type { Extraction, Extractor, Problem } from "../core/plugin.ts";
import { isProgram, readPrograms } from "../formats/executable.ts";
import { type GoBuild, readGoBuild } from "../formats/go-buildinfo.ts";
import type { GoModule } from "../formats/go-modules.ts";

/**
 * The modules that a Go program was built from, as `go version -m` shows them, and the standard library as `stdlib`.
 *
 * A replacement by another module counts in place of what it replaces; one by a directory has no version, so the module that was asked
 * for counts. The main module is listed when its version is known: the toolchain's, or one that `-ldflags "-X main.version=…"`
 * tells; `(devel)` is none. A program without build information (made before Go 1.13, or packed) tells nothing:
 * it stays an executable that belongs to nobody.
 */
export const go: Extractor = {
  id: "go-binary",
  wants: isProgram,
  extract({ bytes }) {
    const builds = readPrograms(bytes).flatMap((image) => readGoBuild(image) ?? []);
    return merged(builds.map(extractionOf));
  },
};

function extractionOf(build: GoBuild): Extraction {
  const library = standardLibrary(build.goVersion);
  const main = mainModule(build);
  const modules = [...main, ...build.dependencies.map(effective)];
  const problems: Problem[] = modules
    .filter(({ path, version }) => path === "" || version === "")
    .map(({ path }) => ({
      code: "malformed",
      message: `read Go build information: module "${path}" has no name or no version`,
    }));
  if (library === undefined)
    problems.push({
      code: "unsupported",
      message: `read version of the Go standard library "${build.goVersion.slice(0, 100)}": not a release`,
    });
  const packages = modules
    .filter(({ path, version }) => path !== "" && version !== "")
    .map((module) =>
      main.includes(module) ? { ...packageOf(module), main: true as const } : packageOf(module),
    );
  return { packages: library === undefined ? packages : [library, ...packages], problems };
}

// `go1.22.1`, `go1.22.1 X:boringcrypto`, `go1.20.5 (Red Hat 1.20.5-1.el9)`, `go1.19.9b7`; not `devel go1.23-0a1b2c3`.
function standardLibrary(goVersion: string): FoundPackage | undefined {
  const [, version] = /^go(\d{1,9}(?:\.\d{1,9}){1,2}(?:(?:rc|beta)\d{1,9})?)/.exec(goVersion) ?? [];
  return version === undefined ? undefined : { type: "golang", name: "stdlib", version, licences: [] };
}

function mainModule({ main, settings }: GoBuild): readonly GoModule[] {
  if (main === undefined || main.path === "") return [];
  const { path, version } = effective(main);
  if (version !== "" && version !== "(devel)") return [{ path, version }];
  const told = linkedVersion(settings.get("-ldflags") ?? "", main.path);
  return told === undefined ? [] : [{ path, version: told }];
}

function effective(module: GoModule): GoModule {
  const { replacedBy } = module;
  const byModule = replacedBy !== undefined && replacedBy.version !== "" && replacedBy.version !== "(devel)";
  return byModule ? replacedBy : { path: module.path, version: module.version };
}

/** The one version that `-X PACKAGE.version=VERSION` sets in the program's own packages; undefined when none or several. */
function linkedVersion(flags: string, mainPath: string): string | undefined {
  const versions = new Set<string>();
  for (const [, target = "", value = ""] of flags.matchAll(
    /-X[ =]["']?([^\s"'=]{1,500})=([^\s"']{1,100})/g,
  )) {
    const dot = target.lastIndexOf(".");
    const owner = target.slice(0, dot);
    const own = owner === "main" || owner === mainPath || owner.startsWith(`${mainPath}/`);
    if (own && versionVariable.test(target.slice(dot + 1)) && release.test(value))
      versions.add(value.startsWith("v") ? value : `v${value}`);
  }
  const [only] = versions;
  return versions.size === 1 ? only : undefined;
}

const versionVariable = /^(?:app|build|git|release|program|cli)?_?ver(?:sion)?$/i;
const release = /^v?\d{1,9}\.\d{1,9}\.\d{1,9}(?:-[0-9A-Za-z.-]{1,64})?(?:\+[0-9A-Za-z.-]{1,64})?$/;

function packageOf({ path, version }: GoModule): FoundPackage {
  const slash = path.lastIndexOf("/");
  const named = slash < 1 ? { name: path } : { namespace: path.slice(0, slash), name: path.slice(slash + 1) };
  return { type: "golang", ...named, version, licences: [] };
}

// The architectures of a universal program have the same modules, as a rule.
function merged(extractions: readonly Extraction[]): Extraction {
  const packages = new Map<string, FoundPackage>();
  for (const found of extractions.flatMap(({ packages: all = [] }) => all))
    packages.set(`${found.namespace ?? ""}/${found.name}@${found.version}`, found);
  const problems = new Map<string, Problem>();
  for (const problem of extractions.flatMap(({ problems: all = [] }) => all))
    problems.set(problem.message, problem);
  return { packages: [...packages.values()], problems: [...problems.values()] };
}
