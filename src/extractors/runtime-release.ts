import type { FoundPackage, Ownership } from "../core/package.ts";
import type { Candidate, Extraction, Extractor, FoundFile } from "../core/plugin.ts";
import { readText, utf8 } from "../formats/random-access.ts";

const longest = 2 ** 16;

/**
 * Runtimes whose directory says in a file of its own what it is: a JDK or JRE (`release`), Go's toolchain (`VERSION`), .NET (the name of its
 * directory). Their programs belong to them.
 */
export const runtimeRelease: Extractor = {
  id: "runtime-release",
  wants: (file) => readers.some(({ wants }) => wants(file)),
  extract: (file) => readers.find(({ wants }) => wants(file))?.read(file) ?? {},
};

interface Reader {
  readonly wants: (file: Candidate) => boolean;
  readonly read: (file: FoundFile) => Extraction;
}

const readers: readonly Reader[] = [
  { wants: isJava, read: java },
  { wants: isGo, read: go },
  // Asked of every file: the end is looked at first.
  { wants: ({ path }) => path.endsWith(".NETCore.App.deps.json") && dotnetFile.test(path), read: dotnet },
];

// https://openjdk.org/jeps/223 and the JDK's make/ReleaseFile.gmk: KEY="value", in no certain order.
function isJava({ path, size, head }: Candidate): boolean {
  if (!path.endsWith("/release") || size > longest) return false;
  return /^(?:IMPLEMENTOR|JAVA_VERSION|JAVA_RUNTIME_VERSION|GRAALVM_VERSION|BUILD_TYPE|OS_NAME)=/m.test(
    utf8(head),
  );
}

/** Who builds Java, as its builds call themselves. The end of life is the builder's; of others nobody says it. */
const builders: readonly (readonly [implementor: RegExp, name: string])[] = [
  [/^Eclipse (?:Adoptium|Foundation)|^Temurin|^AdoptOpenJDK/, "eclipse-temurin"],
  [/^Amazon/, "amazon-corretto"],
  [/^Azul/, "azul-zulu"],
  [/^Microsoft/, "microsoft-openjdk"],
];

function java({ path, bytes }: FoundFile): Extraction {
  const fields = new Map(
    [...readText(bytes, longest, "Java release file").matchAll(/^([A-Z_]{1,40})="([^"\n]{1,4096})"/gm)].map(
      ([, key = "", value = ""]) => [key, value],
    ),
  );
  const version = javaVersion(fields.get("JAVA_VERSION") ?? "");
  if (version === undefined) return {};
  const implementor = fields.get("IMPLEMENTOR") ?? "";
  const commercial = fields.get("BUILD_TYPE") === "commercial";
  const known = builders.find(([pattern]) => pattern.test(implementor))?.[1];
  return found(commercial ? "oracle-jdk" : (known ?? "openjdk"), version, path, "bin/", "lib/", "jre/");
}

// `17.0.9`, `21`; `1.8.0_392` is 8.0.392.
function javaVersion(text: string): string | undefined {
  const old = /^1\.(\d)\.(\d)(?:_(\d{1,4}))?$/.exec(text);
  if (old !== null) return [old[1], old[2], old[3]].filter((part) => part !== undefined).join(".");
  return /^\d{1,3}(?:\.\d{1,4}){0,4}$/.test(text) ? text : undefined;
}

function isGo({ path, size, head }: Candidate): boolean {
  return path.endsWith("/VERSION") && size <= longest && /^go\d/.test(utf8(head.subarray(0, 4)));
}

// `go1.22.1`, and since 1.21 a second line with its time.
function go({ path, bytes }: FoundFile): Extraction {
  const text = readText(bytes, longest, "Go VERSION");
  const [, version] =
    /^go(\d{1,2}\.\d{1,3}(?:\.\d{1,3})?(?:(?:rc|beta)\d{1,2})?)\s*(?:\n|$)/.exec(text) ?? [];
  return version === undefined ? {} : found("go", version, path, "bin/", "pkg/tool/");
}

const dotnetFile =
  /(?:^|\/)shared\/Microsoft\.NETCore\.App\/(\d{1,2}\.\d{1,2}\.\d{1,3})(?:-[\w.]{1,40})?\/Microsoft\.NETCore\.App\.deps\.json$/;

function dotnet({ path }: FoundFile): Extraction {
  const version = dotnetFile.exec(path)?.[1];
  if (version === undefined) return {};
  const at = path.indexOf("shared/Microsoft.NETCore.App/");
  return found("dotnet", version, `${path.slice(0, at)}x`, "dotnet", "shared/", "host/", "sdk/");
}

function found(name: string, version: string, path: string, ...owned: readonly string[]): Extraction {
  const directory = path.slice(0, path.lastIndexOf("/") + 1);
  const pkg: FoundPackage = { type: "generic", name, version, licences: [] };
  const owns: Ownership = {
    owner: `${name} ${version}`,
    os: false,
    paths: owned.map((one) => `${directory}${one}`),
  };
  return { packages: [pkg], owns: [owns] };
}
