/** One module of a Go program. `version` is `(devel)` or empty where the toolchain knew none. */
export interface GoModule {
  readonly path: string;
  readonly version: string;
  /** The module that stands in for it: another one, or a directory (`./fork`, without version). */
  readonly replacedBy?: { readonly path: string; readonly version: string } | undefined;
}

/** The modules of a Go program, as `go version -m` shows them. */
export interface GoModules {
  readonly main: GoModule | undefined;
  readonly dependencies: readonly GoModule[];
  /** Settings of the build: `GOOS`, `vcs.revision`, `-ldflags` … */
  readonly settings: ReadonlyMap<string, string>;
}

const mostModules = 100_000;
const mostSettings = 1000;

/**
 * Parses the module list of a Go program, lines of fields between tabs:
 * `path P`, `mod P V SUM`, `dep P V SUM`, `=> P V SUM` (of the line before), `build KEY=VALUE`
 * (https://github.com/golang/go/blob/master/src/runtime/debug/mod.go). Lines of other kinds are for later versions of Go.
 */
export function parseGoModules(text: string): GoModules {
  let main: GoModule | undefined;
  const dependencies: GoModule[] = [];
  const settings = new Map<string, string>();
  let last: "main" | "dependency" | undefined;
  for (const line of text.split("\n", mostModules)) {
    const [kind, path = "", version = ""] = line.split("\t", 4);
    if (kind === "mod") {
      main = { path, version };
      last = "main";
    } else if (kind === "dep") {
      dependencies.push({ path, version });
      last = "dependency";
    } else if (kind === "=>") {
      const replacedBy = { path, version };
      if (last === "main" && main !== undefined) main = { ...main, replacedBy };
      const replaced = last === "dependency" ? dependencies.pop() : undefined;
      if (replaced !== undefined) dependencies.push({ ...replaced, replacedBy });
      last = undefined;
    } else if (kind === "build" && settings.size < mostSettings) addSetting(settings, line.slice(6));
  }
  return { main, dependencies, settings };
}

function addSetting(settings: Map<string, string>, text: string): void {
  const equals = text.indexOf("=");
  if (equals > 0) settings.set(text.slice(0, equals), unquoted(text.slice(equals + 1)));
}

// A value with blanks or quotes is written as a Go string; escapes beyond the plain ones are left as they are.
function unquoted(value: string): string {
  if (value.length < 2) return value;
  if (value.startsWith("`") && value.endsWith("`")) return value.slice(1, -1);
  if (!value.startsWith('"') || !value.endsWith('"')) return value;
  return value.slice(1, -1).replace(/\\([\\"nt])/g, (_, char: string) => escapes[char] ?? char);
}

const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", "\\": "\\", '"': '"' };
