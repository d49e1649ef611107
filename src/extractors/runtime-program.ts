import type { Candidate, Extractor } from "../core/plugin.ts";
import { isElf } from "../formats/elf.ts";
import { findProgramText } from "../formats/text-search.ts";

/**
 * Runtimes and servers that were copied in by hand, as Docker's official images have them: nothing but the program itself tells its
 * version, in a text that it prints. A program of such a name without that text is another one, and stays nobody's.
 */
export const runtimeProgram: Extractor = {
  id: "runtime-program",
  wants: (file) => isElf(file.head) && programOf(file) !== undefined,
  extract(file) {
    const program = programOf(file);
    if (program === undefined) return {};
    const { name, pattern, beside } = program;
    const version = findProgramText(file.bytes, pattern);
    if (version === undefined) return {};
    const paths = beside(file.path);
    const owner = `${name} ${version}`;
    return {
      packages: [{ type: "generic", name, version, licences: [] }],
      owns: paths.length === 0 ? [] : [{ owner, os: false, paths }],
    };
  },
};

interface Program {
  readonly name: string;
  /** Its first group is the version; no two repetitions in it can take the same characters. */
  readonly pattern: RegExp;
  /** Programs of the same build beside the file, which tell no version of their own. */
  readonly beside: (path: string) => readonly string[];
}

const alone = (): readonly string[] => [];

// Names of files, and the text in the program's constants. Each pattern was tried on the real program.
const programs: readonly (Program & { readonly file: RegExp })[] = [
  { name: "node", file: /^node(?:js)?$/, pattern: /node\.js\/v(\d{1,3}\.\d{1,3}\.\d{1,3})/, beside: alone },
  {
    name: "ruby",
    file: /^(?:ruby(?:\d\.\d)?|libruby(?:-\d\.\d)?\.so\.\d\.\d\.\d{1,2})$/,
    pattern: /ruby (\d\.\d{1,2}\.\d{1,2})(?:p\d{1,4})? \(20/,
    beside: (path) => nextToLibrary(path, ["ruby"]),
  },
  {
    name: "php",
    file: /^(?:php(?:\d\.\d)?|php-(?:fpm|cgi)(?:\d\.\d)?|libphp(?:\d(?:\.\d)?)?\.so)$/,
    pattern: /X-Powered-By: PHP\/(\d{1,2}\.\d{1,2}\.\d{1,3}(?:(?:alpha|beta|RC)\d{1,2})?)/,
    beside: alone,
  },
  {
    name: "perl",
    file: /^(?:perl(?:5\.\d{1,2}\.\d{1,2})?|libperl\.so(?:\.5\.\d{1,2}(?:\.\d{1,2})?)?)$/,
    pattern: /\/perl5?\/(5\.\d{1,2}\.\d{1,2})/,
    beside: alone,
  },
  {
    name: "nginx",
    file: /^nginx(?:-debug)?$/,
    pattern: /nginx version: nginx\/(\d{1,2}\.\d{1,3}\.\d{1,3})/,
    beside: alone,
  },
  { name: "httpd", file: /^(?:httpd|apache2)$/, pattern: /Apache\/(\d\.\d{1,2}\.\d{1,3})/, beside: alone },
  {
    name: "haproxy",
    file: /^haproxy$/,
    pattern: / version (\d{1,2}\.\d{1,2}\.\d{1,3})(?:-[\w.+~-]{1,40})?, released /,
    beside: alone,
  },
  {
    name: "postgresql",
    file: /^postgres$/,
    pattern: /postgres \(PostgreSQL\) (\d{1,2}(?:\.\d{1,2}){0,2}(?:(?:beta|rc)\d{1,2})?)/,
    beside: (path) => sameDirectory(path, postgresPrograms),
  },
  { name: "memcached", file: /^memcached$/, pattern: /\0memcached (\d\.\d{1,2}\.\d{1,3})/, beside: alone },
  keyStore("redis"),
  keyStore("valkey"),
];

// Redis and Valkey join version, host and second of the build, state and commit of the source: no mark is between version and host, but
// a host is a container's twelve hexadecimal digits, or begins with a letter.
function keyStore(name: string): Program & { readonly file: RegExp } {
  return {
    name,
    file: new RegExp(`^${name}-(?:server|sentinel|check-(?:aof|rdb))$`),
    pattern: /\0(\d{1,2}\.\d{1,2}\.\d{1,3}?)(?:[0-9a-f]{12}|[a-z][\w.]{0,62})-\d{10,19}[0-9a-f]{8,9}\0/,
    beside: (path) => sameDirectory(path, [`${name}-cli`, `${name}-benchmark`]),
  };
}

const postgresPrograms = [
  "clusterdb createdb createuser dropdb dropuser ecpg initdb oid2name pgbench pg_amcheck pg_archivecleanup pg_basebackup",
  "pg_checksums pg_config pg_controldata pg_ctl pg_dump pg_dumpall pg_isready pg_receivewal pg_recvlogical pg_resetwal pg_restore",
  "pg_rewind pg_test_fsync pg_test_timing pg_upgrade pg_verifybackup pg_waldump psql reindexdb vacuumdb vacuumlo",
].flatMap((line) => line.split(" "));

function programOf({ path }: Pick<Candidate, "path">): Program | undefined {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return python(name) ?? programs.find(({ file }) => file.test(name));
}

// The version begins as the file's name says; a program `python3` without one could be anybody's. Linkers merge a text with the end of a
// longer one: `…/versions/3.11.7`.
function python(name: string): Program | undefined {
  const match = /^(?:lib)?python(\d)\.(\d{1,2})[dmtu]{0,2}(?:\.so\.1\.0)?$/.exec(name);
  if (match === null) return undefined;
  const [, major = "", minor = ""] = match;
  return {
    name: "python",
    pattern: new RegExp(`[\\0/](${major}\\.${minor}\\.\\d{1,2}(?:(?:a|b|rc)\\d{1,2})?)\\+?\\0`),
    beside: (path) => nextToLibrary(path, pythonPrograms(`${major}.${minor}`)),
  };
}

function pythonPrograms(release: string): readonly string[] {
  const tools = ["2to3", "idle", "pydoc"].flatMap((tool) => [`${tool}-${release}`, `${tool}${release}`]);
  return [`python${release}`, `python${release}-config`, ...tools];
}

// `PREFIX/lib/libX.so` belongs to `PREFIX/bin/X`, which only loads it.
function nextToLibrary(path: string, names: readonly string[]): readonly string[] {
  const [, prefix] = /^(.*)lib(?:64)?\/lib[^/]+$/.exec(path) ?? [];
  return prefix === undefined ? [] : names.map((name) => `${prefix}bin/${name}`);
}

function sameDirectory(path: string, names: readonly string[]): readonly string[] {
  const directory = path.slice(0, path.lastIndexOf("/") + 1);
  return names.map((name) => `${directory}${name}`);
}
