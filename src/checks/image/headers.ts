import { type NumberOption, numberOf } from "../../core/check.ts";
import type { TreeCheck } from "../../core/sights.ts";

const includes = /^usr\/(?:local\/)?include(?=\/|$)/;
const leastHeaders: NumberOption = {
  name: "headers",
  kind: "number",
  default: 20,
  meaning:
    "fewer headers in a layer are not told: some packages of programs bring one or two for their plug-ins",
};
const libraries = /^(?:usr\/)?(?:local\/)?lib(?:64|32)?(?=\/|$)/;

/** What only compilers read. */
export const headers: TreeCheck = {
  text: {
    id: "SW-IM-074",
    aliases: ["CIS-DI-0003", "CIS-Docker-4.3"],
    title: "Headers and static libraries in the image",
    severity: "low",
    why: "Only a compiler reads them: packages for building (-dev, -devel) are in an image that only runs.",
    remedy:
      "Build in a stage of its own, and install in the last one the packages that run (libpq5 instead of libpq-dev).",
    example: {
      before: "RUN apt-get install -y libpq-dev && pip install psycopg2",
      after: "FROM python:3.13-slim\nRUN apt-get install -y libpq5\nCOPY --from=build /venv /venv",
    },
    links: ["https://docs.docker.com/build/building/multi-stage/"],
    options: [leastHeaders],
  },
  look({ kind, directory, name }) {
    if (kind !== "file") return undefined;
    const [place] = includes.exec(directory) ?? [];
    if (place !== undefined)
      return { group: "headers", message: "headers of libraries are in the image", place };
    if (!name.endsWith(".a") || !libraries.test(directory)) return undefined;
    return { group: "archives", message: "static libraries are in the image" };
  },
  counts: ({ group, entries }, _, options) =>
    group !== "headers" || entries >= numberOf(options, leastHeaders),
};
