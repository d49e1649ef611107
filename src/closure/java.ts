import type { JarFacts } from "../core/facts.ts";
import {
  directoryOf,
  keep,
  keepBelow,
  type Level,
  nameOf,
  type Reach,
  type Reason,
  walkPath,
  within,
} from "./reach.ts";

// https://docs.oracle.com/en/java/javase/21/docs/specs/man/java.html, JAR file specification ("Class-Path attribute").

/** Keeps a Java runtime whole, but for what only developers use. */
export function startJava(reach: Reach, launcher: string, level: Level): void {
  const home = directoryOf(directoryOf(launcher));
  if (home === "" || home === "usr" || home === "usr/local") return;
  const reason: Reason = { level, why: "Java's runtime", from: launcher };
  const accepts = (path: string): boolean =>
    !/^(?:jmods|include|demo|sample|man|legal|docs|src\.zip|lib\/src\.zip)(?:\/|$)/.test(
      path.slice(home.length + 1),
    );
  keepBelow(reach, home, reason, accepts);
  // Java 8 has its runtime in a directory of the kit's.
  if (nameOf(home) === "jre") keepBelow(reach, directoryOf(home), reason, accepts);
}

/** Keeps the parts of a class path: jars, directories, `lib/*`. */
export function keepClassPath(reach: Reach, list: string, base: string, reason: Reason): void {
  for (const part of list.split(":")) {
    if (part === "") continue;
    const directory = part.endsWith("/*") ? part.slice(0, -1) : part === "*" ? "." : undefined;
    if (directory === undefined) keepPart(reach, part, base, reason);
    else {
      const { end } = walkPath(reach.files, directory, base);
      for (const name of end === undefined ? [] : reach.files.list(end.path))
        if (/\.jar$/i.test(name)) keep(reach, `/${within(end?.path ?? "", name)}`, reason);
    }
  }
}

function keepPart(reach: Reach, part: string, base: string, reason: Reason): void {
  const { end } = walkPath(reach.files, part, base);
  if (end?.kind === "directory" && end.path !== "") keepBelow(reach, end.path, reason);
  else keep(reach, part, reason, base);
}

/** Keeps the jars that a jar's manifest names, relative to itself. */
export function followJar(reach: Reach, path: string, { classPath }: JarFacts, level: Level): void {
  for (const part of classPath) {
    const plain = part.replace(/^file:(?:\/\/)?/, "");
    keepPart(reach, plain, directoryOf(path), { level, why: `Class-Path names ${part}`, from: path });
  }
}
