import type { ImageJudge } from "../../core/image-judge.ts";
import { allowedPaths, isAllowed } from "./allowed.ts";

const mostPaths = 20;

/** Programs that came without a package. */
export const unownedExecutable: ImageJudge = {
  text: {
    id: "SW-IM-067",
    aliases: ["CIS-DI-0011", "CIS-Docker-4.11"],
    title: "Executables that no package owns",
    severity: "low",
    why: "No advisory can be matched with a program of which nobody knows name and version: it has no findings whatever its flaws are.",
    remedy:
      "Install it from a package; build Go and Rust programs with their build information; describe the rest in an SBOM. --require-owned-executables makes the verdict unknown.",
    example: {
      before: "RUN curl -Lo /usr/local/bin/tool https://example.com/tool",
      after: "RUN apt-get install -y --no-install-recommends tool",
    },
    links: ["https://github.com/rust-secure-code/cargo-auditable"],
    options: [allowedPaths],
  },
  // Where nothing at all was identified, `nothing-found` says so.
  judge({ unownedExecutables, packages }, options) {
    if (packages.length === 0) return [];
    const unowned = unownedExecutables.filter(({ path }) => !isAllowed(options, path));
    const layers = [...new Set(unowned.map(({ layer }) => layer))].toSorted((a, b) => a - b);
    return layers.map((layer) => {
      const paths = unowned.filter((one) => one.layer === layer).map(({ path }) => path);
      return {
        message: "no package owns executables",
        layer,
        paths: paths.slice(0, mostPaths),
        entries: paths.length,
      };
    });
  },
};
