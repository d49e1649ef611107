/** What one file tells of the other files that it needs when it runs. Collected for `slim` alone, never by a scan. */
export type FileFacts = ElfFacts | ScriptFacts | ImportFacts | PackageFacts | JarFacts | TextFacts;

/** An ELF program or library, by its dynamic section and the constants in it. */
export interface ElfFacts {
  readonly kind: "elf";
  /** Path of the loader that starts it; undefined for a library and a static program. */
  readonly interpreter?: string | undefined;
  /** Sonames or paths, in the order in which the loader takes them. */
  readonly needed: readonly string[];
  readonly soname?: string | undefined;
  /** Directories as written: `$ORIGIN/../lib`. */
  readonly rpath: readonly string[];
  readonly runpath: readonly string[];
  /** Constants that look like a library's name, or like an absolute path. */
  readonly names: readonly string[];
  /** Loads libraries at run time (`dlopen`). */
  readonly loads: boolean;
  /** Gives commands to a shell (`system`, `popen`). */
  readonly shell: boolean;
  /** Starts other programs (`exec…`, `posix_spawn`). */
  readonly runs: boolean;
}

/** A text with an interpreter line. */
export interface ScriptFacts {
  readonly kind: "script";
  /** The interpreter line in words: `["/usr/bin/env", "python3"]`. */
  readonly interpreter: readonly string[];
  /** Of a shell script: every word and quoted text that may name a program or a file. */
  readonly words: readonly string[];
  /** Of a shell script: files that it takes in (`. /etc/functions`), as written. */
  readonly reads: readonly string[];
  /** A command's name is computed at run time, or more was written than is read. */
  readonly computed: boolean;
}

/** What a Python or JavaScript source loads. */
export interface ImportFacts {
  readonly kind: "imports";
  readonly language: "python" | "javascript";
  /** Module names as written: `flask.json`, `..models`, `./routes`, `express/lib/router`. */
  readonly requests: readonly string[];
  /** A module's name is computed at run time. */
  readonly computed: boolean;
  /** It asks the installed distributions for plugins (`entry_points`). */
  readonly plugins: boolean;
  /** It starts programs; with `shell`, by a shell. */
  readonly runs: boolean;
  readonly shell: boolean;
  /** Texts in it that may name a module, a program or a path. */
  readonly words: readonly string[];
  /** The file has more than is kept. */
  readonly cut: boolean;
}

/** A package.json: who may be asked for by a computed name. */
export interface PackageFacts {
  readonly kind: "package";
  /** Names of dependencies, optional and peer ones included. */
  readonly dependencies: readonly string[];
}

/** The manifest of a jar. */
export interface JarFacts {
  readonly kind: "jar";
  /** Jars and directories beside it, as written. */
  readonly classPath: readonly string[];
  readonly mainClass: string | undefined;
}

/** A short file of settings, line by line, without comments and empty lines. */
export interface TextFacts {
  readonly kind: "text";
  readonly lines: readonly string[];
}
