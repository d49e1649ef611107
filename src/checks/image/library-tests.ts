import type { TreeSight } from "../../core/sights.ts";
import { directoryCheck } from "./directory-check.ts";

const ofNpm: ReadonlySet<string> = new Set(["__tests__", "spec", "test", "tests"]);
const ofGems: ReadonlySet<string> = new Set(["spec", "test"]);

/** Tests of libraries, by where their packagers put them. `test` is part of some Python libraries, `tests` is not. */
export const libraryTests = directoryCheck({
  text: {
    id: "SW-IM-016",
    aliases: ["CIS-DI-0003", "CIS-Docker-4.3"],
    title: "Test files of libraries",
    severity: "negligible",
    why: "They never run, make the image larger and set off scanners with the keys and broken files that tests are full of.",
    remedy: "Remove them in the stage that installs the libraries, before the result is copied.",
    example: {
      before: "RUN pip install --prefix=/app -r requirements.txt",
      after:
        "RUN pip install --prefix=/app -r requirements.txt && find /app -type d -name tests -prune -exec rm -r {} +",
    },
    links: ["https://docs.docker.com/build/building/multi-stage/"],
  },
  sightOf(directory) {
    const parts = directory.split("/");
    return ofJavaScript(parts) ?? ofPython(parts) ?? ofRuby(parts);
  },
});

function ofJavaScript(parts: readonly string[]): TreeSight | undefined {
  const at = parts.lastIndexOf("node_modules");
  if (at < 0) return undefined;
  const inside = at + (parts[at + 1]?.startsWith("@") === true ? 3 : 2);
  return ofNpm.has(parts[inside] ?? "") ? sight("npm packages", parts, inside) : undefined;
}

function ofPython(parts: readonly string[]): TreeSight | undefined {
  const library = parts.findIndex((part) => part === "site-packages" || part === "dist-packages");
  if (library >= 0) {
    const tests = parts.indexOf("tests", library + 1);
    return tests < 0 ? undefined : sight("Python packages", parts, tests);
  }
  const own = parts.findIndex((part, at) => part === "test" && /^python3?\.\d+$/.test(parts[at - 1] ?? ""));
  return own < 0 ? undefined : sight("Python itself", parts, own);
}

function ofRuby(parts: readonly string[]): TreeSight | undefined {
  const at = parts.lastIndexOf("gems");
  return at >= 0 && ofGems.has(parts[at + 2] ?? "") ? sight("gems", parts, at + 2) : undefined;
}

function sight(owner: string, parts: readonly string[], at: number): TreeSight {
  const place = parts.slice(0, at + 1).join("/");
  return { group: owner, message: `test files of ${owner} are in the image`, place };
}
