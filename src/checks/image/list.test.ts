import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type CheckPlan, checkedImage } from "../../../tests/support/checked.ts";
import { dpkgRoot, npmPackage, osRelease, program } from "../../../tests/support/distro-files.ts";
import { file, gone } from "../../../tests/support/image.ts";
import type { TarItem } from "../../formats/tar-write.ts";
import { checkTexts } from "./list.ts";

// Every check on images that it must speak of and on such that it must not, through the reading of a scan.

type Row = readonly [why: string, plan: CheckPlan, said: readonly string[]];

const link = (path: string, target: string): TarItem => ({ kind: "symlink", path, target });
const hard = (path: string, target: string): TarItem => ({ kind: "hardlink", path, target });
const directory = (path: string, mode = 0o755): TarItem => ({ kind: "directory", path, mode });
const script = (path: string): TarItem => file(path, "#!/bin/sh\n", 0o755);
const owned = (path: string, uid: number, gid = uid): TarItem => ({ ...file(path, "x"), uid, gid });

function files(...items: readonly TarItem[]): CheckPlan {
  return { layers: [{ items }] };
}

function runs(config: Readonly<Record<string, unknown>>, ...items: readonly TarItem[]): CheckPlan {
  return { layers: [{ items }], config };
}

function built(...history: readonly string[]): CheckPlan {
  return {
    layers: history.map((createdBy, at) => ({ createdBy, items: [file(`f${at}`, "x")] })),
  };
}

const run = (command: string): string => `RUN /bin/sh -c ${command} # buildkit`;
const passwd = (...lines: readonly string[]): TarItem => file("etc/passwd", `${lines.join("\n")}\n`);
const group = (...lines: readonly string[]): TarItem => file("etc/group", `${lines.join("\n")}\n`);
const root = "root:x:0:0:root:/root:/bin/sh";
const hash = "0123456789abcdef".repeat(4);
const big = "0123456789abcdef".repeat(80_000);

const rows: Readonly<Record<string, readonly Row[]>> = {
  "SW-IM-001": [
    [
      "apt and dpkg, which are one",
      files(program("usr/bin/apt"), program("usr/bin/apt-get"), program("usr/bin/dpkg")),
      ["Debian's package manager can be run: apt, apt-get, dpkg"],
    ],
    ["apk", files(program("sbin/apk")), ["Alpine's package manager can be run: apk"]],
    [
      "dnf, a script with a version in its name, by its link",
      files(script("usr/bin/dnf-3"), link("usr/bin/dnf", "dnf-3"), program("usr/bin/rpm")),
      ["the rpm package manager can be run: dnf, dnf-3, rpm"],
    ],
    [
      "two systems' managers in two layers",
      { layers: [{ items: [program("sbin/apk")] }, { items: [program("usr/bin/rpm")] }] },
      ["Alpine's package manager can be run: apk", "the rpm package manager can be run: rpm"],
    ],
    [
      "one that a later layer removed",
      { layers: [{ items: [program("sbin/apk")] }, { items: [gone("sbin/apk")] }] },
      [],
    ],
    [
      "a directory, a text and a link that leads nowhere",
      files(file("usr/bin/apt", "no program"), file("usr/bin/dpkg/x", ""), link("usr/bin/apk", "gone")),
      [],
    ],
    ["a program outside the directories of programs", files(program("opt/data/apt")), []],
    ["dpkg's other tools", files(program("usr/bin/dpkg-deb"), program("usr/bin/apt-key")), []],
  ],
  "SW-IM-002": [
    [
      "lists of apt",
      files(file("var/lib/apt/lists/deb_main_Packages", "12345"), file("var/cache/apt/pkgcache.bin", "1")),
      ["apt's lists and caches are in the image"],
    ],
    [
      "the index of apk",
      files(file("var/cache/apk/APKINDEX.1.tar.gz", "1")),
      ["apk's cache is in the image"],
    ],
    [
      "metadata of dnf",
      files(file("var/cache/dnf/fedora.solv", "1")),
      ["dnf's and yum's caches are in the image"],
    ],
    [
      "what stays empty, and its neighbours",
      files(
        file("var/lib/apt/lists/lock", ""),
        directory("var/cache/apk"),
        file("var/lib/apt/extended_states", "1"),
        file("var/cache/debconf/x", "1"),
      ),
      [],
    ],
  ],
  "SW-IM-003": [
    [
      "pip and npm",
      files(script("usr/bin/pip3"), script("usr/local/bin/npm"), script("usr/local/bin/npx")),
      [
        "a package manager for JavaScript can be run: npm, npx",
        "a package manager for Python can be run: pip3",
      ],
    ],
    [
      "yarn in an image that runs npm",
      runs({ Cmd: ["npm", "start"] }, script("usr/bin/yarn"), script("usr/bin/npm")),
      ["a package manager for JavaScript can be run: yarn"],
    ],
    [
      "npm in an image that runs it",
      runs({ Cmd: ["/bin/sh", "-c", "cd /app && exec npm start"] }, script("usr/bin/npm")),
      [],
    ],
    [
      "bundle in an image that runs it by its path",
      runs(
        { Entrypoint: ["tini", "--"], Cmd: ["/usr/local/bin/bundle", "exec", "puma"] },
        script("usr/local/bin/bundle"),
      ),
      [],
    ],
    ["libraries of that name", files(file("usr/lib/node_modules/npm/index.js", "")), []],
  ],
  "SW-IM-004": [
    [
      "one of another name, that two scripts' first lines name, and an interpreter that is none",
      files(
        program("opt/vendor/run"),
        program("usr/bin/python3.11"),
        link("opt/r", "vendor/run"),
        file("app/a", "#! /opt/vendor/run -x\n", 0o755),
        file("app/b", "#!/opt/r\n", 0o755),
        file("app/c", "#!/opt/vendor/run\n", 0o644),
        file("app/d", "#!/usr/bin/python3.11\n", 0o755),
        file("app/e", "#!/opt/gone\n", 0o755),
        file("app/f", "#!/app/a\n", 0o755),
        file("app/g", "#!/usr/bin/env run\n", 0o755),
      ),
      ["a program that scripts name as their interpreter: /opt/vendor/run"],
    ],
    [
      "bash and its link",
      files(program("bin/bash"), link("bin/sh", "bash")),
      ["shells can be run: bash, sh"],
    ],
    [
      "busybox with applets, hard and soft",
      files(
        program("bin/busybox"),
        link("bin/sh", "/bin/busybox"),
        hard("bin/ash", "bin/busybox"),
        link("bin/ls", "/bin/busybox"),
      ),
      ["shells can be run: ash, busybox, sh"],
    ],
    [
      "distroless' debug image",
      files(program("busybox/busybox"), link("busybox/sh", "busybox")),
      ["shells can be run: busybox, sh"],
    ],
    [
      "a link through directories that are links",
      files(
        link("bin", "usr/bin"),
        link("usr/bin", "../opt/bin"),
        program("opt/bin/dash"),
        link("opt/bin/sh", "dash"),
      ),
      ["shells can be run: dash, sh"],
    ],
    [
      "a link through alternatives, and a relative one up to the root",
      files(
        program("usr/bin/dash"),
        link("etc/alternatives/sh", "/usr/bin/dash"),
        link("bin/sh", "/etc/alternatives/sh"),
        link("opt/bin/ash", "../../../../usr/bin/dash"),
      ),
      ["shells can be run: ash, dash, sh"],
    ],
    [
      "shells outside of the directories of programs",
      files(program("app/busybox"), link("tools/x/sh", "../../app/busybox"), program("tools/es")),
      ["shells can be run: busybox, sh"],
    ],
    [
      "one that nobody may start",
      files({ ...program("bin/bash"), mode: 0o644 }, link("bin/sh", "bash"), link("bin/ash", "ash")),
      [],
    ],
    ["scripts, whatever they are called", files(script("usr/bin/sh"), script("usr/bin/start.sh")), []],
    ["a link that leads nowhere", files(link("bin/sh", "/bin/busybox")), []],
  ],
  "SW-IM-005": [
    [
      "perl where node runs",
      runs(
        { Cmd: ["node", "/app/main.js"] },
        program("usr/bin/node"),
        program("usr/bin/perl"),
        program("usr/bin/perl5.36.0"),
      ),
      ["the image's command names another interpreter than what is there: perl, perl5.36.0"],
    ],
    [
      "python where java runs by a shell",
      runs({ Cmd: ["/bin/sh", "-c", "exec java -jar /app.jar"] }, program("usr/bin/python3.11")),
      ["the image's command names another interpreter than what is there: python3.11"],
    ],
    ["python where gunicorn runs", runs({ Cmd: ["gunicorn", "app"] }, program("usr/bin/python3")), []],
    [
      "perl where a script runs, which may start it",
      runs({ Entrypoint: ["/entrypoint.sh"], Cmd: ["node"] }, program("usr/bin/perl")),
      [],
    ],
    [
      "perl where a command line of several runs",
      runs({ Cmd: ["/bin/sh", "-c", "perl /x; node /app"] }, program("usr/bin/perl")),
      [],
    ],
    ["perl where no command is known", files(program("usr/bin/perl")), []],
  ],
  "SW-IM-006": [
    [
      "curl, and wget of busybox",
      files(program("usr/bin/curl"), program("bin/busybox"), link("usr/bin/wget", "/bin/busybox")),
      ["download tools can be run: curl, wget"],
    ],
    [
      "the library alone",
      files(file("usr/lib/x86_64-linux-gnu/libcurl.so.4", "x"), program("usr/bin/curlew")),
      [],
    ],
  ],
  "SW-IM-007": [
    [
      "the client",
      files(program("usr/bin/ssh"), program("usr/bin/scp")),
      ["tools of SSH can be run: scp, ssh"],
    ],
    [
      "the server, which is another check's",
      files(program("usr/sbin/sshd"), file("etc/ssh/ssh_config", "")),
      [],
    ],
  ],
  "SW-IM-008": [
    [
      "gdb and strace",
      files(program("usr/bin/gdb"), program("usr/bin/strace")),
      ["debuggers and tracers can be run: gdb, strace"],
    ],
    ["files about them", files(file("usr/share/gdb/x", ""), file("usr/bin/gdb", "text")), []],
  ],
  "SW-IM-009": [
    [
      "gcc by version and machine",
      files(
        program("usr/bin/x86_64-linux-gnu-gcc-12"),
        link("usr/bin/gcc", "x86_64-linux-gnu-gcc-12"),
        program("usr/bin/make"),
      ),
      ["compilers and build tools can be run: gcc, make, x86_64-linux-gnu-gcc-12"],
    ],
    [
      "go outside of /usr/bin",
      files(program("usr/local/go/bin/go")),
      ["compilers and build tools can be run: go"],
    ],
    ["its run-time library", files(file("usr/lib/gcc/libgcc_s.so.1", ""), program("usr/bin/gold")), []],
  ],
  "SW-IM-010": [
    ["sudo", files(program("usr/bin/sudo")), ["programs that give root's rights can be run: sudo"]],
    [
      "tools that only drop rights",
      files(program("usr/bin/setpriv"), program("sbin/su-exec"), program("usr/local/bin/gosu")),
      [],
    ],
  ],
  "SW-IM-011": [
    ["su", files(program("bin/su")), ["programs that change the user can be run: su"]],
    [
      "its configuration",
      files(file("etc/pam.d/su", ""), file("usr/share/bash-completion/completions/su", "")),
      [],
    ],
  ],
  "SW-IM-012": [
    [
      "vi of vim, through alternatives",
      files(
        program("usr/bin/vim.basic"),
        link("etc/alternatives/vi", "/usr/bin/vim.basic"),
        link("usr/bin/vi", "/etc/alternatives/vi"),
      ),
      ["editors can be run: vi, vim.basic"],
    ],
    ["a stream editor", files(program("bin/sed")), []],
  ],
  "SW-IM-013": [
    ["git", files(program("usr/bin/git")), ["version control can be run: git"]],
    ["git's helpers alone", files(program("usr/lib/git-core/git-remote")), []],
  ],
  "SW-IM-014": [
    [
      "a repository, as one",
      files(file("app/.git/HEAD", "ref"), file("app/.git/objects/aa/bb", "1"), file("srv/.hg/store/x", "1")),
      ["the history of a git repository is in the image", "the history of a hg repository is in the image"],
    ],
    [
      "names that only look alike",
      files(file("app/.github/x", ""), file("app/.gitignore", ""), file("app/git/HEAD", "")),
      [],
    ],
  ],
  "SW-IM-015": [
    [
      "manual pages",
      files(file("usr/share/man/man1/x.1.gz", big), file("usr/share/doc/x/README", "1")),
      ["documentation is in the image"],
    ],
    [
      "licences",
      files(
        file("usr/share/doc/x/copyright", "1"),
        file("usr/share/doc/y/LICENSE.txt", "1"),
        file("usr/share/licenses/x/y", big),
        file("usr/share/info/dir", "1"),
      ),
      [],
    ],
  ],
  "SW-IM-016": [
    [
      "tests of an npm package",
      files(file("app/node_modules/@a/b/test/x.js", "1")),
      ["test files of npm packages are in the image"],
    ],
    [
      "tests of Python packages and of Python",
      files(
        file("usr/lib/python3/dist-packages/numpy/core/tests/x.py", "1"),
        file("usr/lib/python3.11/test/test_x.py", "1"),
      ),
      ["test files of Python itself are in the image", "test files of Python packages are in the image"],
    ],
    [
      "tests of a gem",
      files(file("usr/lib/ruby/gems/3.1.0/gems/rake-13.0/spec/x.rb", "1")),
      ["test files of gems are in the image"],
    ],
    [
      "a package called test, a library's own code, the application's tests",
      files(
        file("app/node_modules/test/x.js", "1"),
        file("usr/lib/python3/dist-packages/django/test/x.py", "1"),
        file("app/test/x.js", "1"),
        file("app/node_modules/a/lib/test/x.js", "1"),
      ),
      [],
    ],
  ],
  "SW-IM-017": [
    [
      "caches of pip and npm",
      files(file("root/.cache/pip/http/a", "1"), file("root/.npm/_cacache/index-v5/a", "1")),
      ["the cache of npm is in the image", "the cache of pip is in the image"],
    ],
    [
      "caches of Go, Maven and Cargo",
      files(
        file("root/.cache/go-build/00/a", "1"),
        file("root/.m2/repository/a/b.jar", "1"),
        file("usr/local/cargo/registry/a", "1"),
        file("go/pkg/mod/cache/download/a", "1"),
      ),
      [
        "the cache of Cargo is in the image",
        "the cache of Go is in the image",
        "the cache of Maven is in the image",
      ],
    ],
    [
      "what an application runs from, and what is empty",
      files(
        file("app/.yarn/cache/a.zip", "1"),
        file("root/.cache/ms-playwright/a", "1"),
        file("root/.cache/pip/selfcheck.json", ""),
        file("go/pkg/mod/x@v1/a.go", "1"),
      ),
      [],
    ],
  ],
  "SW-IM-018": [
    [
      "a Dockerfile and an editor's folder",
      files(file("app/Dockerfile", "1"), file("app/.vscode/settings.json", "1")),
      ["files of development are in the image: .vscode, Dockerfile"],
    ],
    [
      "temporary files",
      files(file("tmp/x", "1"), file("var/tmp/d/y", "1")),
      ["temporary files are in the image"],
    ],
    [
      "those of packages, and empty directories",
      files(
        file("app/node_modules/a/Dockerfile", "1"),
        file("usr/share/x/.gitignore", "1"),
        directory("tmp", 0o1777),
      ),
      [],
    ],
  ],
  "SW-IM-019": [
    [
      "nc and socat",
      files(program("bin/nc.openbsd"), link("bin/nc", "nc.openbsd"), program("usr/bin/socat")),
      ["network tools can be run: nc, nc.openbsd, socat"],
    ],
    ["a tool of the system", files(program("usr/bin/hostname"), program("sbin/ip")), []],
  ],
  "SW-IM-074": [
    [
      "many headers",
      files(...Array.from({ length: 30 }, (_, at) => file(`usr/include/x/${at}.h`, "1"))),
      ["headers of libraries are in the image"],
    ],
    [
      "a static library",
      files(file("usr/lib/x86_64-linux-gnu/libz.a", "1")),
      ["static libraries are in the image"],
    ],
    [
      "the one header of a program's plug-ins, and the application's",
      files(file("usr/include/sudo_plugin.h", "1"), file("app/lib/x.a", "1"), file("app/include/x.h", "1")),
      [],
    ],
  ],
  "SW-IM-020": [
    ["no USER", files(file("x", "1")), ["no USER is set: the process runs as root"]],
    ["root by name, number and passwd", runs({ User: "0:0" }, file("x", "1")), ["USER 0:0 is root"]],
    [
      "another name of root",
      runs({ User: "toor" }, passwd(root, "toor:x:0:0::/:/bin/sh")),
      ["USER toor is root"],
    ],
    ["numbers with a sign, which runtimes read, too", runs({ User: "+0" }), ["USER +0 is root"]],
    [
      "a number that is cut to root's (CVE-2024-40635)",
      runs({ User: "4294967296:1" }),
      ["USER 4294967296:1 is more than a user's number can be: some runtimes take it for root"],
    ],
    ["a number", runs({ User: "10001" }, file("x", "1")), []],
    ["a name of another", runs({ User: "app" }, passwd(root, "app:x:5:5::/:")), []],
    ["a root file system, which has no config", { ...files(file("x", "1")), as: "directory" }, []],
  ],
  "SW-IM-021": [
    [
      "one that a later layer locked",
      {
        layers: [
          { items: [file("etc/shadow", "root:::0:::::\napp:::0:::::\n")] },
          { items: [file("etc/shadow", "root:!::0:::::\napp:::0:::::\n")] },
        ],
      },
      ['the account "app" has no password'],
    ],
    [
      "comments and marks of NIS",
      files(passwd(root, "+::::::", "#old::0:0::/:"), file("etc/shadow", "+::::::::\n-x:::::::\n")),
      [],
    ],
    [
      "an empty password",
      files(file("etc/shadow", "root::1::::::\n")),
      ['the account "root" has no password'],
    ],
    ["locked accounts", files(passwd(root), file("etc/shadow", "root:*:1::::::\napp:!:1::::::\n")), []],
  ],
  "SW-IM-022": [
    [
      "a group that group lacks",
      runs({ User: "1000:web" }, passwd(root), group("root:x:0:")),
      ['group has no group "web"'],
    ],
    ["a group where there is no passwd", runs({ User: "1000:web" }), []],
    ["a group that is there", runs({ User: "1000:web" }, passwd(root), group("web:x:7:")), []],
    [
      "a passwd that is a link, as in Nix' images",
      {
        layers: [
          { items: [file("nix/store/x/etc/passwd", `${root}\nnobody:x:65534:65534::/:/bin/sh\n`)] },
          { items: [link("etc/passwd", "/nix/store/x/etc/passwd")] },
        ],
        config: { User: "nobody" },
      },
      [],
    ],
    ["an account behind blanks", runs({ User: "app" }, passwd(root, "  app:x:7:7::/:")), []],
    [
      "a name that passwd lacks",
      runs({ User: "app:app" }, passwd(root)),
      ['group has no group "app"', 'passwd has no user "app"'],
    ],
    ["a name without a passwd", runs({ User: "app" }, file("x", "1")), ['passwd has no user "app"']],
    ["a number that passwd lacks", runs({ User: "10001" }, passwd(root)), []],
    ["root without a passwd", runs({ User: "root" }, file("x", "1")), []],
    [
      "a passwd that may be in a layer that cannot be read",
      {
        layers: [{ items: [file("x", "1")] }, { absent: true, items: [passwd(root)] }],
        config: { User: "app" },
      },
      [],
    ],
  ],
  "SW-IM-023": [
    ["a name", runs({ User: "app" }, passwd(root, "app:x:5:5::/:")), ["USER app is 5 by the image's passwd"]],
    ["a number with a group's name", runs({ User: "5:app" }, passwd(root, "app:x:5:5::/:")), []],
    ["root, which is another check's", runs({ User: "root" }, passwd(root)), []],
  ],
  "SW-IM-024": [
    [
      "setuid root, and setgid",
      files({ ...program("bin/su"), mode: 0o4755 }, { ...program("usr/bin/wall"), mode: 0o2755, gid: 5 }),
      ["programs run as root, whoever starts them: su", "programs run in group 5, whoever starts them: wall"],
    ],
    ["a setgid directory and plain programs", files(directory("var/mail", 0o2775), program("bin/ls")), []],
  ],
  "SW-IM-025": [
    [
      "those of one user namespace",
      files({
        ...program("p"),
        capability: `\u0001\u0000\u0000\u0003\u0000\u0020${"\0".repeat(14)}\u00e8\u0003\0\0`,
      }),
      ["programs run with cap_net_raw=ep [rootid=1000], whoever starts them: p"],
    ],
    ["an empty set", files({ ...program("p"), capability: `\u0001\0\0\u0002${"\0".repeat(16)}` }), []],
    [
      "ping",
      files({
        ...program("bin/ping"),
        capability:
          "\u0001\u0000\u0000\u0002\u0000\u0020\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000",
      }),
      ["programs run with cap_net_raw=ep, whoever starts them: ping"],
    ],
    [
      "an attribute that cannot be read",
      files({ ...program("bin/ping"), capability: "\u0001" }),
      ["programs run with capabilities of an unknown kind, whoever starts them: ping"],
    ],
    ["a program without", files(program("bin/ping")), []],
  ],
  "SW-IM-026": [
    ["a writable program", files({ ...program("app/run"), mode: 0o777 }), ["everybody may write to files"]],
    ["links, whose mode means nothing, and a group's file", files(file("a", "1", 0o664), link("b", "a")), []],
  ],
  "SW-IM-027": [
    [
      "a writable directory",
      files(directory("data", 0o777)),
      ["everybody may replace what others have in directories"],
    ],
    ["one with the sticky bit", files(directory("tmp", 0o1777), directory("var/x", 0o775)), []],
  ],
  "SW-IM-028": [
    [
      "shared numbers",
      files(passwd(root, "a:x:5:5::/:", "b:x:5:5::/:"), group("g:x:7:", "h:x:7:")),
      ["groups g, h have the number 7", "users a, b have the number 5"],
    ],
    ["a shared name", files(passwd(root, "a:x:5:5::/:", "a:x:6:5::/:")), ["user a has the numbers 5, 6"]],
    [
      "each its own, and a line twice",
      files(passwd(root, "a:x:5:5::/:", "a:x:5:5::/:"), group("root:x:0:", "a:x:5:")),
      [],
    ],
  ],
  "SW-IM-029": [
    ["a second root", files(passwd(root, "toor:x:0:0::/:")), ["user toor has root's number 0"]],
    ["root alone", files(passwd(root, "sync:x:4:65534::/:")), []],
  ],
  "SW-IM-030": [
    ["sshd", files(program("usr/sbin/sshd")), ["servers for logins can be run: sshd"]],
    ["the client", files(program("usr/bin/ssh"), directory("run/sshd")), []],
  ],
  "SW-IM-031": [
    ["a protocol in capitals", runs({ ExposedPorts: { "22/TCP": {} } }), ["port 22 (SSH) is exposed"]],
    ["port 22", runs({ ExposedPorts: { "22/tcp": {}, "80/tcp": {} } }), ["port 22 (SSH) is exposed"]],
    ["other ports", runs({ ExposedPorts: { "2222/tcp": {}, "22/udp": {} } }), []],
  ],
  "SW-IM-032": [
    [
      "a file that a later layer removed",
      {
        layers: [
          { items: [file("etc/ssh/sshd_config", "PermitRootLogin yes\n")] },
          { items: [gone("etc/ssh/sshd_config")] },
        ],
      },
      [],
    ],
    [
      "a second word on it, of which sshd takes the first",
      files(file("etc/ssh/sshd_config", "PermitRootLogin no\nPermitRootLogin yes\n")),
      [],
    ],
    [
      "another word for some",
      files(
        file("etc/ssh/sshd_config", "PermitRootLogin no\nMatch Address 10.0.0.0/8\n  PermitRootLogin yes\n"),
      ),
      ["sshd lets root log in"],
    ],
    [
      "root let in",
      files(file("etc/ssh/sshd_config", "Port 22\npermitrootlogin yes\n")),
      ["sshd lets root log in"],
    ],
    [
      "a file of its own",
      files(file("etc/ssh/sshd_config.d/a.conf", "PermitEmptyPasswords yes\n")),
      ["sshd lets accounts without a password log in"],
    ],
    [
      "what is commented out or said no",
      files(
        file(
          "etc/ssh/sshd_config",
          "#PermitRootLogin yes\nPermitRootLogin prohibit-password\nPermitEmptyPasswords no\n",
        ),
        file("etc/ssh/ssh_config", "PermitRootLogin yes"),
      ),
      [],
    ],
  ],
  "SW-IM-033": [
    [
      "a stranger's file",
      files(passwd(root), group("root:x:0:"), owned("app/x", 1001), owned("app/y", 1001)),
      ["user 1001 is not known and owns files"],
    ],
    [
      "a strange group's file",
      files(passwd(root), group("root:x:0:"), owned("app/x", 0, 50)),
      ["group 50 is not known and owns files"],
    ],
    [
      "files of the image's own user",
      runs(
        { User: "10001:10002" },
        passwd(root),
        group("root:x:0:"),
        owned("app/x", 10001),
        owned("app/y", 10001, 10002),
      ),
      [],
    ],
    ["an image without a passwd", files(owned("app/x", 1001)), []],
  ],
  "SW-IM-034": [
    [
      "a path that is written oddly",
      runs({ Volumes: { "//proc/./": {} } }),
      ["a volume is declared over //proc/./"],
    ],
    [
      "the runtime's socket and /proc",
      runs({ Volumes: { "/proc": {}, "/var/run/docker.sock": {}, "/data": {} } }),
      ["a volume is declared over /proc", "a volume is declared over /var/run/docker.sock"],
    ],
    ["the application's data", runs({ Volumes: { "/data": {}, "/procedures": {}, "/var/lib/x": {} } }), []],
  ],
  "SW-IM-060": [
    [
      "a URL",
      built("ADD https://user:secret@example.com/tool.tgz?token=secret /opt/ # buildkit"),
      ["ADD of https://…@example.com/tool.tgz?…"],
    ],
    [
      "a URL of the classic builder",
      built(`/bin/sh -c #(nop) ADD ${hash} in /opt/tool `),
      ["ADD of a URL that the history does not name"],
    ],
    [
      "a checksum, a commit and a local file",
      built(
        `ADD --checksum=sha256:${hash} https://example.com/x / # buildkit`,
        `ADD https://example.com/x.git#${hash.slice(0, 40)} / # buildkit`,
        `/bin/sh -c #(nop) ADD file:${hash} in / `,
      ),
      [],
    ],
  ],
  "SW-IM-061": [
    ["files", built("COPY a / # buildkit", "ADD src /app # buildkit"), ["ADD of src"]],
    [
      "a directory of the classic builder",
      built("x", `/bin/sh -c #(nop) ADD dir:${hash} in /app `),
      ["ADD of local files to /app"],
    ],
    [
      "archives, a base's root and what is not told",
      built(
        "ADD rootfs / # buildkit",
        "ADD app.tar.gz / # buildkit",
        `/bin/sh -c #(nop) ADD file:${hash} in / `,
        "ADD https://example.com/x / # buildkit",
      ),
      [],
    ],
  ],
  "SW-IM-062": [
    [
      "a base by no tag",
      { ...files(), annotations: { "org.opencontainers.image.base.name": "docker.io/library/debian" } },
      ["the base image is docker.io/library/debian:latest"],
    ],
    [
      "a label",
      runs({ Labels: { "org.opencontainers.image.base.name": "debian:latest" } }),
      ["the base image is docker.io/library/debian:latest"],
    ],
    [
      "a version, and a digest",
      { ...runs({ Labels: { "org.opencontainers.image.base.name": `debian:latest@sha256:${hash}` } }) },
      [],
    ],
    ["nothing said", runs({ Labels: { "org.opencontainers.image.base.name": "scratch" } }), []],
  ],
  "SW-IM-064": [
    ["none in Docker's format", { ...files(file("x", "1")), as: "docker" }, ["the image has no HEALTHCHECK"]],
    ["one", { ...runs({ Healthcheck: { Test: ["CMD", "/x"] } }), as: "docker" }, []],
    ["none wanted", { ...runs({ Healthcheck: { Test: ["NONE"] } }), as: "docker" }, []],
    ["OCI's format, which has none", files(file("x", "1")), []],
  ],
  "SW-IM-065": [
    [
      "a large file removed",
      { layers: [{ items: [file("big", big), file("kept", "1")] }, { items: [gone("big")] }] },
      ["0.0 % of 1.3 MB shipped are visible in the end"],
    ],
    [
      "a small one",
      { layers: [{ items: [file("small", big.slice(0, 500_000))] }, { items: [gone("small")] }] },
      [],
    ],
  ],
  "SW-IM-066": [
    [
      "a date without a time zone, which is none",
      { ...files({ ...file("x", "1"), mtime: 1_700_000_000 }), created: "2020-01-01T00:00:00" },
      [],
    ],
    [
      "a file of later",
      { ...files({ ...file("x", "1"), mtime: 1_700_000_000 }), created: "2020-01-01T00:00:00Z" },
      ["files are of up to 2023-11-14, the image of 2020-01-01"],
    ],
    [
      "a file of the same day",
      { ...files({ ...file("x", "1"), mtime: 1_577_880_000 }), created: "2020-01-01T00:00:00Z" },
      [],
    ],
    [
      "a date that stands for none",
      { ...files({ ...file("x", "1"), mtime: 1_700_000_000 }), created: "1970-01-01T00:00:00Z" },
      [],
    ],
    ["no date", files({ ...file("x", "1"), mtime: 1_700_000_000 }), []],
  ],
  "SW-IM-067": [
    [
      "a program beside packages",
      files(osRelease("debian", "12"), ...dpkgRoot(), program("opt/tool")),
      ["no package owns executables"],
    ],
    ["packages' own programs", files(osRelease("debian", "12"), ...dpkgRoot()), []],
    ["an image of which nothing is known", files(program("opt/tool")), []],
  ],
  "SW-IM-068": [
    [
      "lists of apt removed by the next layer",
      {
        layers: [
          { items: [file("var/lib/apt/lists/x_Packages", big)] },
          { items: [gone("var/lib/apt/lists/x_Packages")] },
        ],
      },
      ["a later layer removes or replaces a cache"],
    ],
    [
      "lists of apt beside many larger files that went, too",
      {
        layers: [
          {
            items: [
              ...Array.from({ length: 30 }, (_, at) => file(`opt/${at}`, "x".repeat(80_000))),
              file("var/lib/apt/lists/x_Packages", "x".repeat(70_000)),
            ],
          },
          { items: [gone("opt"), gone("var/lib/apt")] },
        ],
      },
      ["a later layer removes or replaces a cache"],
    ],
    [
      "another file removed",
      { layers: [{ items: [file("var/lib/x", big)] }, { items: [gone("var/lib/x")] }] },
      [],
    ],
  ],
  "SW-IM-069": [
    [
      "a program by its path",
      built(run("/usr/bin/apt-get update")),
      ["apt-get update stands alone in a RUN"],
    ],
    ["apt-get update", built(run("apt-get update")), ["apt-get update stands alone in a RUN"]],
    [
      "apk update, of the classic builder",
      built("/bin/sh -c set -e; apk update && rm -rf /x"),
      ["apk update stands alone in a RUN"],
    ],
    ["with an install", built(run("apt-get update && apt-get install -y x"), run("apk add --update x")), []],
    ["with what nobody knows", built(run("apt-get update && ./install.sh"), run("echo apt-get update")), []],
  ],
  "SW-IM-070": [
    ["sudo", built(run("set -x && sudo -E apt-get update")), ["a RUN uses sudo"]],
    ["its installation", built(run("apt-get install -y sudo && echo sudo")), []],
  ],
  "SW-IM-071": [
    [
      "one with a proxy's password, which is not told",
      built(run("apt-get -o Acquire::http::Proxy=http://u:pw@proxy dist-upgrade")),
      ["a RUN does apt-get dist-upgrade"],
    ],
    [
      "dist-upgrade",
      built(run("apt-get update && DEBIAN_FRONTEND=noninteractive apt-get -y dist-upgrade")),
      ["a RUN does apt-get dist-upgrade"],
    ],
    ["upgrade of what is installed", built(run("apt-get upgrade -y"), run("apk upgrade --no-cache")), []],
  ],
  "SW-IM-072": [
    ["a file's name behind a flag", built(run("curl -okubectl -Hk:v https://example.com")), []],
    [
      "unsigned packages",
      built(run("apt-get install -y --allow-unauthenticated x")),
      ["a RUN has apt-get --allow-unauthenticated"],
    ],
    ["any certificate", built(run("curl -fsSLk https://example.com -o x")), ["a RUN has curl -fsSLk"]],
    [
      "certificates looked at",
      built(run("curl -fsSL https://example.com -o k && apt-get install -y x && wget -q x")),
      [],
    ],
  ],
  "SW-IM-075": [
    [
      "hosts with a password, which is not told",
      runs({ Env: ["GOINSECURE=u:pw@example.com"] }),
      ["the environment has GOINSECURE"],
    ],
    [
      "a command and a variable",
      runs({
        Entrypoint: ["/app", "--insecure"],
        Cmd: ["--insecure-skip-tls-verify=true"],
        Env: ["NODE_TLS_REJECT_UNAUTHORIZED=0"],
      }),
      [
        "the command has --insecure",
        "the command has --insecure-skip-tls-verify=true",
        "the environment has NODE_TLS_REJECT_UNAUTHORIZED=0",
      ],
    ],
    [
      "what verifies",
      runs({
        Cmd: ["/app", "--insecure=false", "insecure", "--secure"],
        Env: ["NODE_TLS_REJECT_UNAUTHORIZED=1", "X"],
      }),
      [],
    ],
  ],
  "SW-IM-073": [
    ["through tee", built(run("curl https://example.com | tee x | bash")), ["a RUN does curl | bash"]],
    [
      "by another's shell",
      built(run("curl https://example.com | sudo -u root bash")),
      ["a RUN does curl | bash"],
    ],
    [
      "a shell that runs what was fetched",
      built(
        run('sh -c "$(curl -fsSL https://example.com/x)"'),
        run("bash <(wget -qO- https://example.com/x)"),
      ),
      ["a RUN does bash of what wget fetches", "a RUN does sh of what curl fetches"],
    ],
    ["what is fetched for a variable", built(run('X="$(curl https://example.com)" && sh -c "echo $X"')), []],
    [
      "curl into a shell",
      built(run("curl -fsSL https://example.com/x | bash -s -- -y")),
      ["a RUN does curl | bash"],
    ],
    [
      "curl into sudo's shell",
      built("|1 A=b /bin/bash -o pipefail -c wget -qO- https://example.com/x | sudo sh"),
      ["a RUN does wget | sh"],
    ],
    ["curl into tar", built(run("curl -fsSL https://example.com/x | tar xz && sh ./x")), []],
    ["a pipe in quotes", built(run("curl -o 'x | sh' https://example.com/x || sh")), []],
  ],
};

suite("checks of images", () => {
  for (const [id, cases] of Object.entries(rows))
    for (const [why, plan, said] of cases)
      test(`${id} ${said.length === 0 ? "is silent about" : "speaks of"} ${why}`, async () => {
        const found = await checkedImage(plan);
        const messages = found.filter((check) => check.id === id).map(({ message }) => message);
        assert.deepEqual(messages.toSorted(), said.toSorted());
      });

  test("each check has images that it speaks of and such that it does not", () => {
    // The image's own tag is in no image; secrets and currency have tests of their own.
    const elsewhere = /^SW-IM-(?:063|04\d|05\d|1\d\d)$/;
    const missing = checkTexts
      .filter(({ id }) => !elsewhere.test(id))
      .filter(({ id }) => {
        const counts = (rows[id] ?? []).map(([, , said]) => said.length);
        return !counts.includes(0) || counts.every((count) => count === 0);
      });
    assert.deepEqual(
      missing.map(({ id }) => id),
      [],
    );
  });
});

test("a check's finding says where: layer, paths, entries, owners", async () => {
  const items = [
    osRelease("debian", "12"),
    ...dpkgRoot({ name: "curl", version: "1", files: ["usr/bin/curl"] }),
  ];
  const found = await checkedImage({ layers: [{ items: [npmPackage("a", "1.0.0")] }, { items }] });
  const { message, layer, paths, entries, owners } = found.find(({ id }) => id === "SW-IM-006") ?? {};
  assert.deepEqual(
    { message, layer, paths, entries, owners },
    {
      message: "download tools can be run: curl",
      layer: 1,
      paths: ["usr/bin/curl"],
      entries: 1,
      owners: ["deb curl"],
    },
  );
});

test("checks are written once each, by the grammar, with all that their pages need", () => {
  const ids = checkTexts.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  for (const { id, title, why, remedy, links, aliases, options = [] } of checkTexts) {
    assert.match(id, /^SW-IM-\d{3}$/);
    assert.doesNotMatch(title, /\.$/, id);
    for (const text of [why, remedy]) assert.match(text, /\.$/, id);
    assert.ok(
      links.every((url) => URL.canParse(url)),
      id,
    );
    assert.equal(new Set(aliases).size, aliases.length, id);
    const names = options.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length, id);
    for (const { name, meaning } of options) {
      assert.match(name, /^[a-z]+$/, id);
      assert.match(meaning, /^[a-zA-Z].*[^.]$/, id);
    }
  }
});
