import assert from "node:assert/strict";
import { test } from "node:test";
import { configOf, elf, imports, type ToldFile, toldFiles } from "../../tests/support/file-system.ts";
import type { FileFacts } from "../core/facts.ts";
import type { ImageConfig } from "../core/image.ts";
import { findClosure } from "./closure.ts";

const lib = "usr/lib/x86_64-linux-gnu";
const settings = (...lines: readonly string[]): ToldFile => ({ facts: [{ kind: "text", lines }] });
const script = (interpreter: string, ...words: readonly string[]): ToldFile => ({
  facts: [
    { kind: "script", interpreter: interpreter.split(" "), words, reads: readsOf(words), computed: false },
  ],
});
const readsOf = (words: readonly string[]): readonly string[] =>
  words.filter((_, at) => words[at - 1] === ".");
const owned = (owner: string, file: ToldFile = {}): ToldFile =>
  typeof file === "string" ? file : { ...file, owner };
const python: Readonly<Record<string, ToldFile>> = {
  "usr/bin/python3": "python3.11",
  "usr/bin/python3.11": elf(),
  "usr/lib/python3.11/os.py": imports("python", []),
  "usr/lib/python3.11/lib-dynload/_ssl.so": elf({ needed: ["libssl.so.3"] }),
  [`${lib}/libssl.so.3`]: elf({ soname: "libssl.so.3" }),
};
const site = "usr/lib/python3.11/site-packages";
const node: Readonly<Record<string, ToldFile>> = { "usr/bin/node": elf() };
const manifest = (...dependencies: readonly string[]): ToldFile => ({
  facts: [{ kind: "package", dependencies }],
});

interface Row {
  readonly what: string;
  readonly files: Readonly<Record<string, ToldFile>>;
  readonly argv: readonly string[];
  readonly config?: Partial<ImageConfig>;
  readonly needed?: readonly string[];
  readonly doubtful?: readonly string[];
  readonly unneeded?: readonly string[];
}

const rows: readonly Row[] = [
  {
    what: "libraries of libraries in Debian's directories, links kept",
    files: {
      lib: "usr/lib",
      lib64: "usr/lib64",
      "usr/lib64/ld-linux-x86-64.so.2": `../lib/x86_64-linux-gnu/ld-linux-x86-64.so.2`,
      [`${lib}/ld-linux-x86-64.so.2`]: elf({ soname: "ld-linux-x86-64.so.2" }),
      "usr/bin/app": elf({ interpreter: "/lib64/ld-linux-x86-64.so.2", needed: ["liba.so.1"] }),
      [`${lib}/liba.so.1`]: "liba.so.1.2",
      [`${lib}/liba.so.1.2`]: elf({ needed: ["libb.so"] }),
      [`${lib}/libb.so`]: elf(),
      [`${lib}/libc-other.so`]: elf(),
    },
    argv: ["app"],
    needed: [
      "lib64",
      "usr/lib64/ld-linux-x86-64.so.2",
      `${lib}/ld-linux-x86-64.so.2`,
      `${lib}/liba.so.1`,
      `${lib}/liba.so.1.2`,
      `${lib}/libb.so`,
    ],
    unneeded: [`${lib}/libc-other.so`],
  },
  {
    what: "RUNPATH with $ORIGIN before the standing directories, and not for the libraries of libraries",
    files: {
      "opt/app/bin/app": elf({ needed: ["liba.so"], runpath: ["$ORIGIN/../lib"] }),
      "opt/app/lib/liba.so": elf(),
      "usr/lib/liba.so": elf(),
    },
    argv: ["/opt/app/bin/app"],
    needed: ["opt/app/lib/liba.so"],
    unneeded: ["usr/lib/liba.so"],
  },
  {
    what: "RPATH of the program for the libraries of its libraries",
    files: {
      "opt/bin/app": elf({ interpreter: "/lib/ld.so", needed: ["liba.so"], rpath: ["${ORIGIN}/../own"] }),
      "opt/own/liba.so": elf({ needed: ["libb.so"] }),
      "opt/own/libb.so": elf(),
    },
    argv: ["/opt/bin/app"],
    needed: ["opt/own/liba.so", "opt/own/libb.so"],
  },
  {
    what: "LD_LIBRARY_PATH",
    files: {
      "usr/bin/app": elf({ needed: ["liba.so"] }),
      "opt/lib/liba.so": elf(),
      "usr/lib/liba.so": elf(),
    },
    argv: ["app"],
    config: { env: ["LD_LIBRARY_PATH=/opt/lib"] },
    needed: ["opt/lib/liba.so"],
    unneeded: ["usr/lib/liba.so"],
  },
  {
    what: "directories of ld.so.conf.d",
    files: {
      "etc/ld.so.conf.d/x.conf": settings("/opt/x"),
      "usr/bin/app": elf({ needed: ["liba.so"] }),
      "opt/x/liba.so": elf(),
    },
    argv: ["app"],
    needed: ["opt/x/liba.so", "etc/ld.so.conf.d/x.conf"],
  },
  {
    what: "musl's own path file",
    files: {
      "etc/ld-musl-x86_64.path": settings("/opt/musl"),
      "usr/bin/app": elf({ needed: ["liba.so"] }),
      "opt/musl/liba.so": elf(),
    },
    argv: ["app"],
    needed: ["opt/musl/liba.so"],
  },
  {
    what: "copies for better processors",
    files: {
      "usr/bin/app": elf({ needed: ["liba.so"] }),
      [`${lib}/liba.so`]: elf(),
      [`${lib}/glibc-hwcaps/x86-64-v3/liba.so`]: elf(),
    },
    argv: ["app"],
    needed: [`${lib}/glibc-hwcaps/x86-64-v3/liba.so`],
  },
  {
    what: "libraries named by a program that loads some, and not by one that does not",
    files: {
      "usr/bin/app": elf({ needed: ["libz.so"], names: ["liba.so.1"], loads: true }),
      [`${lib}/liba.so.1`]: elf({ names: ["libb.so"] }),
      [`${lib}/libb.so`]: elf(),
      [`${lib}/libz.so`]: elf(),
    },
    argv: ["app"],
    doubtful: [`${lib}/liba.so.1`],
    unneeded: [`${lib}/libb.so`],
  },
  {
    what: "paths in constants, directories of plugins whole, directories of everything not",
    files: {
      "usr/bin/app": elf({ names: ["/usr/lib/app/plugins", "/usr/bin/tool", "/usr/lib", "/dev/null"] }),
      "usr/lib/app/plugins/a.so": elf(),
      "usr/bin/tool": elf(),
      "usr/lib/other.so": elf(),
      "dev/null": {},
    },
    argv: ["app"],
    doubtful: ["usr/lib/app/plugins/a.so", "usr/bin/tool"],
    unneeded: ["usr/lib/other.so", "dev/null"],
  },
  {
    what: "name services of nsswitch.conf, character sets and the unwinder beside glibc",
    files: {
      "etc/nsswitch.conf": settings("hosts: files mdns4_minimal [NOTFOUND=return] dns"),
      "usr/bin/app": elf({ needed: ["libc.so.6"] }),
      [`${lib}/libc.so.6`]: elf({ soname: "libc.so.6", names: ["/usr/bin/other"] }),
      [`${lib}/libnss_mdns4_minimal.so.2`]: elf(),
      [`${lib}/libnss_other.so.2`]: elf(),
      [`${lib}/libgcc_s.so.1`]: elf(),
      [`${lib}/gconv/UTF-16.so`]: elf(),
      "usr/bin/other": elf(),
    },
    argv: ["app"],
    needed: [`${lib}/libnss_mdns4_minimal.so.2`, `${lib}/libgcc_s.so.1`],
    doubtful: [`${lib}/gconv/UTF-16.so`],
    unneeded: [`${lib}/libnss_other.so.2`, "usr/bin/other"],
  },
  {
    what: "data that came with a library, not its documentation and programs",
    files: {
      "usr/bin/app": elf({ needed: ["liba.so"] }),
      [`${lib}/liba.so`]: owned("deb liba", elf()),
      "usr/share/liba/data": owned("deb liba"),
      "usr/share/doc/liba/copyright": owned("deb liba"),
      "usr/bin/a-config": owned("deb liba"),
    },
    argv: ["app"],
    doubtful: ["usr/share/liba/data"],
    unneeded: ["usr/share/doc/liba/copyright", "usr/bin/a-config"],
  },
  {
    what: "a shell for a program that gives commands to one",
    files: {
      "usr/bin/app": elf({ shell: true }),
      bin: "usr/bin",
      "usr/bin/sh": "dash",
      "usr/bin/dash": elf(),
      "usr/bin/bash": elf(),
    },
    argv: ["app"],
    doubtful: ["usr/bin/sh", "usr/bin/dash"],
    unneeded: ["usr/bin/bash"],
  },
  {
    what: "Python's standard library whole, with what its modules are linked to",
    files: {
      ...python,
      "srv/main.py": imports("python", ["os"]),
      "usr/lib/python3/dist-packages/apt.py": imports("python", []),
    },
    argv: ["python3", "/srv/main.py"],
    needed: ["usr/bin/python3", "usr/bin/python3.11", "usr/lib/python3.11/os.py", `${lib}/libssl.so.3`],
    unneeded: ["usr/lib/python3/dist-packages/apt.py"],
  },
  {
    what: "imports of imports, the distribution of each whole",
    files: {
      ...python,
      "srv/main.py": imports("python", ["flask", ".near", "missing"]),
      "srv/near.py": imports("python", []),
      [`${site}/flask/__init__.py`]: owned("pypi flask@3", imports("python", ["werkzeug.serving"])),
      [`${site}/flask/unused.py`]: owned("pypi flask@3", imports("python", ["click"])),
      [`${site}/flask-3.dist-info/METADATA`]: owned("pypi flask@3"),
      [`${site}/werkzeug/__init__.py`]: imports("python", []),
      [`${site}/click.py`]: imports("python", []),
      [`${site}/requests/__init__.py`]: imports("python", []),
      "usr/bin/flask": owned("pypi flask@3", script("/usr/bin/python3")),
    },
    argv: ["python3", "/srv/main.py"],
    needed: [
      `${site}/flask/unused.py`,
      `${site}/flask-3.dist-info/METADATA`,
      `${site}/werkzeug/__init__.py`,
      `${site}/click.py`,
      "srv/near.py",
    ],
    unneeded: [`${site}/requests/__init__.py`, "usr/bin/flask"],
  },
  {
    what: "one part of a namespace, not its siblings",
    files: {
      ...python,
      "srv/main.py": imports("python", ["google.cloud.storage"]),
      [`${site}/google/cloud/storage/__init__.py`]: imports("python", []),
      [`${site}/google/cloud/pubsub/__init__.py`]: imports("python", []),
    },
    argv: ["python3", "/srv/main.py"],
    needed: [`${site}/google/cloud/storage/__init__.py`],
    unneeded: [`${site}/google/cloud/pubsub/__init__.py`],
  },
  {
    what: "modules that are named where modules are imported by computed names",
    files: {
      ...python,
      "srv/main.py": imports("python", [], { computed: true, words: ["plug.one", "os"] }),
      [`${site}/plug/__init__.py`]: imports("python", []),
      [`${site}/other/__init__.py`]: imports("python", []),
    },
    argv: ["python3", "/srv/main.py"],
    doubtful: [`${site}/plug/__init__.py`],
    unneeded: [`${site}/other/__init__.py`],
  },
  {
    what: "distributions with plugins where plugins are asked for",
    files: {
      ...python,
      "srv/main.py": imports("python", [], { plugins: true }),
      [`${site}/a-1.dist-info/entry_points.txt`]: owned("pypi a@1", settings("[app.plugins]", "a = a:main")),
      [`${site}/a.py`]: owned("pypi a@1", imports("python", [])),
      [`${site}/b-1.dist-info/entry_points.txt`]: owned(
        "pypi b@1",
        settings("[console_scripts]", "b = b:main"),
      ),
      [`${site}/b.py`]: owned("pypi b@1", imports("python", [])),
    },
    argv: ["python3", "/srv/main.py"],
    doubtful: [`${site}/a.py`],
    unneeded: [`${site}/b.py`],
  },
  {
    what: "directories and imports of .pth files",
    files: {
      ...python,
      "srv/main.py": imports("python", ["edited"]),
      [`${site}/x.pth`]: settings("/opt/src", "import hook"),
      [`${site}/hook.py`]: imports("python", []),
      "opt/src/edited/__init__.py": imports("python", []),
    },
    argv: ["python3", "/srv/main.py"],
    needed: [`${site}/x.pth`, `${site}/hook.py`, "opt/src/edited/__init__.py"],
  },
  {
    what: "a virtual environment with the library of its home",
    files: {
      ...python,
      "opt/venv/bin/python": "/usr/bin/python3",
      "opt/venv/pyvenv.cfg": settings("home = /usr/bin"),
      "opt/venv/bin/web": script("/opt/venv/bin/python", "web"),
      "opt/venv/lib/python3.11/site-packages/web/__init__.py": imports("python", []),
    },
    argv: ["/opt/venv/bin/web"],
    needed: [
      "opt/venv/pyvenv.cfg",
      "opt/venv/bin/python",
      "usr/lib/python3.11/os.py",
      "opt/venv/lib/python3.11/site-packages/web/__init__.py",
    ],
  },
  {
    what: "a console script whose argument names the application's module",
    files: {
      ...python,
      "usr/bin/env": elf(),
      "usr/local/bin/gunicorn": script("/usr/bin/env python3", "gunicorn.app"),
      [`${site}/gunicorn/__init__.py`]: imports("python", []),
      [`${site}/shop/__init__.py`]: imports("python", []),
    },
    argv: ["gunicorn", "-w", "4", "shop:app"],
    needed: ["usr/bin/env", `${site}/gunicorn/__init__.py`, `${site}/shop/__init__.py`],
  },
  {
    what: "programs that Python sources name and start",
    files: {
      ...python,
      "srv/main.py": imports("python", [], { runs: true, words: ["git", "/etc/app.conf"] }),
      "usr/bin/git": elf(),
      "usr/bin/tar": elf(),
      "etc/app.conf": {},
    },
    argv: ["python3", "/srv/main.py"],
    doubtful: ["usr/bin/git", "etc/app.conf"],
    unneeded: ["usr/bin/tar"],
  },
  {
    what: "node packages from the nearest node_modules upward, each whole, without those below it",
    files: {
      ...node,
      "srv/app/server.js": imports("javascript", ["express", "./routes", "node:fs", "@scope/x/deep.js"]),
      "srv/app/package.json": manifest("express", "lodash"),
      "srv/app/routes/index.js": imports("javascript", []),
      "srv/app/node_modules/express/index.js": imports("javascript", ["debug"]),
      "srv/app/node_modules/express/package.json": manifest("debug"),
      "srv/app/node_modules/express/data.bin": {},
      "srv/app/node_modules/express/node_modules/debug/index.js": imports("javascript", []),
      "srv/app/node_modules/express/node_modules/unused/index.js": imports("javascript", []),
      "srv/app/node_modules/debug/index.js": imports("javascript", []),
      "srv/node_modules/@scope/x/deep.js": imports("javascript", []),
      "srv/app/node_modules/lodash/index.js": imports("javascript", []),
    },
    argv: ["node", "/srv/app/server.js"],
    needed: [
      "srv/app/routes/index.js",
      "srv/app/node_modules/express/data.bin",
      "srv/app/node_modules/express/node_modules/debug/index.js",
      "srv/node_modules/@scope/x/deep.js",
    ],
    unneeded: [
      "srv/app/node_modules/lodash/index.js",
      "srv/app/node_modules/debug/index.js",
      "srv/app/node_modules/express/node_modules/unused/index.js",
    ],
  },
  {
    what: "dependencies of a package that loads by computed names, and packages that texts name",
    files: {
      ...node,
      "srv/app/server.js": imports("javascript", [], { computed: true, words: ["pug"] }),
      "srv/app/package.json": manifest("plugin"),
      "srv/app/node_modules/plugin/index.js": imports("javascript", []),
      "srv/app/node_modules/pug/index.js": imports("javascript", []),
      "srv/app/node_modules/other/index.js": imports("javascript", []),
    },
    argv: ["node", "/srv/app/server.js"],
    doubtful: ["srv/app/node_modules/plugin/index.js", "srv/app/node_modules/pug/index.js"],
    unneeded: ["srv/app/node_modules/other/index.js"],
  },
  {
    what: "pnpm's links, with the siblings of what they lead to",
    files: {
      ...node,
      "srv/app/server.js": imports("javascript", ["a"]),
      "srv/app/node_modules/a": ".pnpm/a@1/node_modules/a",
      "srv/app/node_modules/.pnpm/a@1/node_modules/a/index.js": imports("javascript", ["b"]),
      "srv/app/node_modules/.pnpm/a@1/node_modules/b": "../../b@1/node_modules/b",
      "srv/app/node_modules/.pnpm/b@1/node_modules/b/index.js": imports("javascript", []),
    },
    argv: ["node", "--enable-source-maps", "-r", "a", "/srv/app/server.js"],
    needed: [
      "srv/app/node_modules/a",
      "srv/app/node_modules/.pnpm/a@1/node_modules/b",
      "srv/app/node_modules/.pnpm/b@1/node_modules/b/index.js",
    ],
  },
  {
    what: "jars of the manifest's class path, and no others",
    files: {
      "opt/jdk/bin/java": elf(),
      "opt/jdk/lib/modules": {},
      "opt/jdk/jmods/java.base.jmod": {},
      "srv/lib/a.jar": {},
      "srv/app/app.jar": { facts: [{ kind: "jar", classPath: ["../lib/a.jar"], mainClass: "M" }] },
      "srv/lib/b.jar": {},
    },
    argv: ["/opt/jdk/bin/java", "-Xmx1g", "-jar", "/srv/app/app.jar"],
    needed: ["opt/jdk/lib/modules", "srv/app/app.jar", "srv/lib/a.jar"],
    unneeded: ["opt/jdk/jmods/java.base.jmod", "srv/lib/b.jar"],
  },
  {
    what: "jars of -cp with a star",
    files: { "opt/jdk/bin/java": elf(), "srv/lib/a.jar": {}, "srv/other/b.jar": {} },
    argv: ["/opt/jdk/bin/java", "-cp", "/srv/lib/*", "Main"],
    needed: ["srv/lib/a.jar"],
    unneeded: ["srv/other/b.jar"],
  },
  {
    what: "what a wrapper starts",
    files: { "usr/bin/tini": elf(), "usr/bin/gosu": elf(), "usr/bin/app": elf(), "usr/bin/nobody": elf() },
    argv: ["tini", "--", "gosu", "nobody", "app"],
    needed: ["usr/bin/tini", "usr/bin/gosu", "usr/bin/app"],
    unneeded: ["usr/bin/nobody"],
  },
  {
    what: "the programs that an entrypoint script names, and the command that it gets",
    files: {
      "usr/bin/sh": elf(),
      "usr/local/bin/entry.sh": script("/usr/bin/sh", "chown", "$@"),
      "usr/bin/chown": elf(),
      "usr/bin/app": elf(),
      "usr/bin/other": elf(),
    },
    argv: ["entry.sh", "app"],
    needed: ["usr/bin/sh", "usr/bin/chown", "usr/bin/app"],
    unneeded: ["usr/bin/other"],
  },
  {
    what: "every command of a shell's text",
    files: {
      ...python,
      "usr/bin/sh": elf(),
      "usr/bin/app": elf(),
      "srv/migrate.py": imports("python", ["os"]),
    },
    argv: ["sh", "-c", "python3 /srv/migrate.py && exec app --port=$PORT"],
    needed: ["usr/bin/sh", "srv/migrate.py", "usr/bin/app", "usr/lib/python3.11/os.py"],
  },
  {
    what: "every program where a shell's command is computed",
    files: { "usr/bin/sh": elf(), "usr/bin/any": elf() },
    argv: ["sh", "-c", "$RUNNER --now"],
    needed: ["usr/bin/sh"],
    doubtful: ["usr/bin/any"],
  },
  {
    what: "no shell for a text that is one plain command",
    files: { "usr/bin/sh": elf(), "usr/bin/app": elf() },
    argv: ["/bin/sh", "-c", "exec app --now"],
    needed: ["usr/bin/app"],
    unneeded: ["usr/bin/sh"],
  },
  {
    what: "accounts, certificates with what they link to, and time zones",
    files: {
      "usr/bin/app": elf(),
      "etc/passwd": {},
      "etc/ssl/certs/a.pem": "/usr/share/ca-certificates/a.crt",
      "usr/share/ca-certificates/a.crt": {},
      "usr/share/ca-certificates/b.crt": {},
      "usr/share/zoneinfo/Europe/Rome": {},
      "tmp/": {},
    },
    argv: ["app"],
    needed: [
      "etc/passwd",
      "etc/ssl/certs/a.pem",
      "usr/share/ca-certificates/a.crt",
      "usr/share/zoneinfo/Europe/Rome",
      "tmp",
    ],
    unneeded: ["usr/share/ca-certificates/b.crt"],
  },
  {
    what: "the working directory whole, without node_modules",
    files: { "usr/bin/app": elf(), "srv/data/x": {}, "srv/node_modules/a/index.js": {} },
    argv: ["app"],
    config: { workingDir: "/srv" },
    needed: ["srv/data/x"],
    unneeded: ["srv/node_modules/a/index.js"],
  },
  {
    what: "the program that an argument of an unknown starter names, with what that runs",
    files: {
      ...python,
      "usr/bin/dockerize": elf(),
      "srv/app.py": imports("python", ["flask"]),
      [`${site}/flask/__init__.py`]: {},
    },
    argv: ["dockerize", "-wait", "tcp://db:5432", "python3", "/srv/app.py"],
    needed: ["usr/bin/dockerize", "srv/app.py", `${site}/flask/__init__.py`],
    doubtful: ["usr/bin/python3.11"],
  },
  {
    what: "the program that an argument of a script names",
    files: {
      ...python,
      "usr/bin/trace-run": script("/usr/bin/python3"),
      "usr/bin/server": elf({ needed: ["libz.so"] }),
      "usr/lib/libz.so": elf(),
    },
    argv: ["trace-run", "server", "--port=1"],
    doubtful: ["usr/bin/server", "usr/lib/libz.so"],
  },
  {
    what: "paths that the environment names, but not those of build tools",
    files: {
      "usr/bin/app": elf(),
      "etc/app/settings.yml": {},
      "opt/data/a/b": {},
      "go/pkg/mod/x": {},
      "opt/other": {},
    },
    argv: ["app"],
    config: {
      env: ["PATH=/usr/bin", "SETTINGS=/etc/app/settings.yml", "OPTS=-d=/opt/data,v", "GOPATH=/go"],
    },
    doubtful: ["etc/app/settings.yml", "opt/data/a/b"],
    unneeded: ["go/pkg/mod/x", "opt/other"],
  },
  {
    what: "agents and class paths of Java's environment",
    files: {
      "opt/jdk/bin/java": elf(),
      "srv/a.jar": {},
      "opt/otel.jar": {},
      "opt/lib/x.jar": {},
    },
    argv: ["/opt/jdk/bin/java", "-jar", "/srv/a.jar"],
    config: {
      env: ["JAVA_TOOL_OPTIONS=-Xmx1g -javaagent:/opt/otel.jar=k=v", "JDK_JAVA_OPTIONS=-cp /opt/lib/*"],
    },
    needed: ["opt/otel.jar", "opt/lib/x.jar"],
  },
  {
    what: "what the program text of python -c imports",
    files: { ...python, [`${site}/flask/__init__.py`]: {}, [`${site}/other/__init__.py`]: {} },
    argv: ["python3", "-c", "from flask import run; run()"],
    needed: [`${site}/flask/__init__.py`],
    unneeded: [`${site}/other/__init__.py`],
  },
  {
    what: "what the program text of node -e loads",
    files: { ...node, "srv/node_modules/a/index.js": {}, "srv/node_modules/b/index.js": {} },
    argv: ["node", "-e", "require('a')()"],
    config: { workingDir: "/srv" },
    needed: ["srv/node_modules/a/index.js"],
    unneeded: ["srv/node_modules/b/index.js"],
  },
  {
    what: "all that is installed where what is typed into an interpreter is not known",
    files: { ...python, [`${site}/flask/__init__.py`]: {}, "usr/bin/tool": elf() },
    argv: ["python3"],
    doubtful: [`${site}/flask/__init__.py`],
    unneeded: ["usr/bin/tool"],
  },
  {
    what: "programs in substitutions, assignments and texts of a script, by the image's variables",
    files: {
      "bin/sh": elf(),
      "usr/bin/run": script(
        "/bin/sh",
        "X=$(probe --all)",
        "$APP_HOME/bin/server",
        "${CONF:-/etc/c.conf}",
        "sleep 1; finish",
      ),
      "usr/bin/probe": elf(),
      "usr/bin/finish": elf(),
      "opt/app/bin/server": elf(),
      "etc/c.conf": {},
      "usr/bin/other": elf(),
    },
    argv: ["run"],
    config: { env: ["PATH=/usr/bin:/bin", "APP_HOME=/opt/app"] },
    doubtful: ["usr/bin/probe", "usr/bin/finish", "opt/app/bin/server", "etc/c.conf"],
    unneeded: ["usr/bin/other"],
  },
  {
    what: "every program where a script reads another one that nothing is known of",
    files: {
      "bin/sh": elf(),
      "usr/bin/run": script("/bin/sh", ".", "/etc/functions"),
      "etc/functions": { mode: 0o644 },
      "usr/bin/other": elf(),
    },
    argv: ["run"],
    doubtful: ["usr/bin/other", "etc/functions"],
  },
  {
    what: "every program where a shell runs a script that nothing is known of",
    files: { "bin/sh": elf(), "srv/start": { mode: 0o644 }, "usr/bin/other": elf() },
    argv: ["sh", "/srv/start"],
    needed: ["srv/start"],
    doubtful: ["usr/bin/other"],
  },
  {
    what: "the arguments of a shell's script as a command where it runs them",
    files: {
      "bin/sh": elf(),
      "srv/start.sh": script("/bin/sh", "exec", "$@"),
      "usr/bin/server": elf(),
      "usr/bin/other": elf(),
    },
    argv: ["sh", "/srv/start.sh", "server"],
    needed: ["usr/bin/server"],
    unneeded: ["usr/bin/other"],
  },
  {
    what: "what a shell's text starts, whatever options stand before it",
    files: {
      "bin/bash": elf(),
      "opt/bin/server": elf({ needed: ["libz.so"] }),
      "usr/lib/libz.so": elf(),
      "usr/bin/filter": elf(),
    },
    argv: ["bash", "-o", "pipefail", "-ec", "/opt/bin/server | filter"],
    needed: ["opt/bin/server", "usr/lib/libz.so", "usr/bin/filter"],
  },
  {
    what: "the command that a shell's text is given as arguments",
    files: { "bin/sh": elf(), "usr/bin/server": elf(), "usr/bin/other": elf() },
    argv: ["sh", "-c", 'umask 2; exec "$@"', "sh", "server"],
    needed: ["usr/bin/server"],
    unneeded: ["usr/bin/other"],
  },
  {
    what: "what scripts start that a script takes in or starts, doubtful ones too",
    files: {
      "bin/sh": elf(),
      "srv/run": script("/bin/sh", ".", "$(dirname $0)/lib.sh", "/srv/parts"),
      "srv/lib.sh": script("/bin/sh", "probe"),
      "srv/parts/10.sh": script("/bin/sh", "fix"),
      "usr/bin/probe": elf(),
      "usr/bin/fix": elf(),
      "usr/bin/other": elf(),
    },
    argv: ["/srv/run"],
    needed: ["usr/bin/probe"],
    doubtful: ["srv/parts/10.sh", "usr/bin/fix"],
    unneeded: ["usr/bin/other"],
  },
  {
    what: "libraries that the environment has loaded before all others",
    files: {
      "usr/bin/app": elf(),
      [`${lib}/libjemalloc.so.2`]: elf({ needed: ["liba.so"] }),
      "usr/lib/liba.so": elf(),
    },
    argv: ["app"],
    config: { env: ["LD_PRELOAD=libjemalloc.so.2"] },
    doubtful: [`${lib}/libjemalloc.so.2`, "usr/lib/liba.so"],
  },
  {
    what: "what stands beside a list of Java's arguments, as jib writes it",
    files: {
      "opt/jdk/bin/java": elf(),
      "app/jib-classpath-file": {},
      "app/libs/a.jar": {},
      "app/classes/Main.class": {},
    },
    argv: ["/opt/jdk/bin/java", "-cp", "@/app/jib-classpath-file", "Main"],
    needed: ["app/jib-classpath-file", "app/libs/a.jar", "app/classes/Main.class"],
  },
];

for (const { what, files, argv, config, needed = [], doubtful = [], unneeded = [] } of rows)
  test(`findClosure() keeps ${what}`, () => {
    const { kept, refusals } = findClosure(toldFiles(files), configOf(argv, config));
    assert.deepEqual(refusals, []);
    const states = [...needed, ...doubtful, ...unneeded].map((path) => [
      path,
      kept.get(path)?.level ?? "unneeded",
    ]);
    assert.deepEqual(states, [
      ...needed.map((path) => [path, "needed"]),
      ...doubtful.map((path) => [path, "doubtful"]),
      ...unneeded.map((path) => [path, "unneeded"]),
    ]);
  });

const refused: readonly (readonly [what: string, argv: readonly string[], why: RegExp])[] = [
  ["an image without a command", [], /names no command/u],
  ["a program that is not there", ["gone"], /"gone" is no program/u],
  ["a file that is no program", ["/etc/data"], /is no program/u],
  ["an interpreter that is not followed", ["perl", "/srv/x.pl"], /"perl" finds its modules/u],
  ["a starter of what settings say", ["npm", "start"], /"npm" finds its modules/u],
  ["a script that is not there", ["node", "/srv/gone.js"], /"\/srv\/gone.js" is not there/u],
  ["a script of which nothing is known", ["node", "/etc/data"], /what "\/etc\/data" loads is not known/u],
  ["a script by an interpreter that is not there", ["run"], /"\/usr\/bin\/lost" is no program/u],
  ["wrappers without an end", ["tini", ...Array.from({ length: 20 }, () => "tini")], /too many others/u],
];

for (const [what, argv, why] of refused)
  test(`findClosure() refuses ${what}`, () => {
    const files = toldFiles({
      "usr/bin/perl": elf(),
      "usr/bin/npm": elf(),
      "usr/bin/node": elf(),
      "usr/bin/tini": elf(),
      "usr/bin/run": script("/usr/bin/lost"),
      "etc/data": { mode: 0o644 },
    });
    assert.match(findClosure(files, configOf(argv)).refusals.join("\n"), why);
  });

test("findClosure() tells what is linked to and not there, and what is loaded unseen", () => {
  const files = toldFiles({ "usr/bin/app": elf({ needed: ["liblost.so.1"], loads: true, runs: true }) });
  const { missing, limits } = findClosure(files, configOf(["app"]));
  assert.deepEqual(missing, ["liblost.so.1 for usr/bin/app"]);
  assert.match(
    limits.join("\n"),
    /loaded at run time[^]*usr\/bin\/app[^]*programs that are started[^]*usr\/bin\/app/u,
  );
});

test("findClosure() tells which sources load modules by computed names", () => {
  const files = toldFiles({ ...python, "srv/main.py": imports("python", [], { computed: true }) });
  const { limits } = findClosure(files, configOf(["python3", "/srv/main.py"]));
  assert.match(limits.join("\n"), /modules that are loaded by computed names[^\n]*: srv\/main\.py/u);
});

test("findClosure() ends where links and imports run in rings", () => {
  const ring: FileFacts = {
    kind: "elf",
    needed: ["liba.so"],
    rpath: [],
    runpath: [],
    names: [],
    loads: false,
    shell: false,
    runs: false,
  };
  const files = toldFiles({
    "usr/bin/app": { facts: [ring] },
    "usr/lib/liba.so": { facts: [ring] },
    "etc/ssl/certs/loop": "loop",
    "etc/ssl/certs/up": "..",
    "etc/passwd": "group",
    "etc/group": "passwd",
  });
  const { kept } = findClosure(files, configOf(["app"]));
  assert.equal(kept.get("usr/lib/liba.so")?.level, "needed");
});

test("findClosure() ends in time where starters start one another over a long text", () => {
  const files = toldFiles({
    "bin/sh": elf(),
    "bin/all": script("/bin/sh", "exec", "$@"),
    "bin/some": script("/bin/sh", "echo"),
    "bin/app": elf(),
  });
  const starters = Array.from({ length: 30 }, (_, at) => ["all", "some", "app"][at % 3] ?? "");
  const started = process.cpuUsage();
  const { limits, refusals } = findClosure(files, configOf([...starters, "a b ".repeat(2 ** 17)]));
  assert.ok(process.cpuUsage(started).user < 4_000_000);
  assert.match([...limits, ...refusals].join("\n"), /too many others/u);
});

test("findClosure() tells in one line which scripts start programs by computed names", () => {
  const computed = (): ToldFile => ({
    facts: [{ kind: "script", interpreter: ["/bin/sh"], words: [], reads: [], computed: true }],
  });
  const files = toldFiles({ "bin/sh": elf(), "usr/bin/a": computed(), "usr/bin/b": computed() });
  const { limits, kept } = findClosure(files, configOf(["a"]));
  assert.deepEqual(
    limits.filter((one) => one.includes("every program on PATH")).map((one) => one.replace(/^.*: /u, "")),
    ["usr/bin/a, usr/bin/b"],
  );
  assert.equal(kept.get("usr/bin/b")?.level, "doubtful");
});
