import assert from "node:assert/strict";
import { test } from "node:test";
import { configOf, elf, type ToldFile, toldFiles } from "../../tests/support/file-system.ts";
import type { ImageConfig } from "../core/image.ts";
import { type Instruction, parseDockerfile } from "../formats/dockerfile.ts";
import { findClosure } from "./closure.ts";
import { groupKept, slimDockerfile } from "./dockerfile.ts";
import type { PackageDatabase } from "./package-database.ts";

const nobody = {
  users: [{ name: "app", uid: 1000, gid: 1001, home: "/", shell: "" }],
  groups: [{ name: "web", gid: 33 }],
};

function plan(
  told: Readonly<Record<string, ToldFile>>,
  argv: readonly string[],
  more: Partial<ImageConfig> = {},
  database?: PackageDatabase,
  base = "scratch",
): {
  readonly text: string;
  readonly limits: string;
  readonly app: readonly Instruction[];
  readonly last: readonly Instruction[];
} {
  const files = toldFiles(told);
  const config = configOf(argv, more);
  const closure = findClosure(files, config);
  const { text, limits } = slimDockerfile({
    image: "registry.example/app:1",
    base,
    config,
    closure,
    files,
    isInBase: () => false,
    accounts: nobody,
    database,
  });
  const [app, last] = parseDockerfile(text);
  assert.deepEqual([app?.name, app?.base, last?.base], ["app", "registry.example/app:1", base]);
  return { text, limits: limits.join("\n"), app: app?.instructions ?? [], last: last?.instructions ?? [] };
}

function one(instructions: readonly Instruction[], keyword: string): Instruction | undefined {
  return instructions.find((instruction) => instruction.keyword === keyword);
}

test("groupKept() lets a directory stand for what is kept whole", () => {
  const files = toldFiles({ "a/x": {}, "a/b/y": {}, "a/b/z": {}, "c/x": {}, "c/y": {}, "d/": {}, "e/": {} });
  const kept = new Set(["a/x", "a/b/y", "a/b/z", "c/x", "d"]);
  assert.deepEqual(
    groupKept(files, (path) => kept.has(path)),
    ["a", "c/x", "d"],
  );
});

test("slimDockerfile() gathers with cp, links and all, and copies once", () => {
  const { app, last } = plan(
    {
      bin: "usr/bin",
      "usr/bin/cp": elf(),
      "usr/bin/app": "app-1",
      "usr/bin/app-1": elf({ needed: ["liba.so"] }),
      "usr/lib/liba.so": elf(),
      "usr/lib/other.so": elf(),
    },
    ["/bin/app"],
  );
  assert.deepEqual(one(app, "RUN")?.json, [
    "/usr/bin/cp",
    "-a",
    "--parents",
    "/bin",
    "/usr/bin/app",
    "/usr/bin/app-1",
    "/usr/lib/liba.so",
    "/.seaworthy",
  ]);
  assert.deepEqual(one(last, "COPY")?.json, ["/.seaworthy/", "/"]);
});

test("slimDockerfile() copies path by path where the image has no cp, patterns and variables taken as they are", () => {
  const { app, last } = plan(
    {
      "opt/app/run me": elf({ names: ["/etc/x", "/srv/data"] }),
      "etc/x": {},
      "srv/data/[a]$b": {},
      "srv/c": {},
    },
    ["/opt/app/run me"],
  );
  assert.equal(one(app, "RUN"), undefined);
  assert.deepEqual(
    last.filter(({ keyword }) => keyword === "COPY").map(({ flags, json = [] }) => [...flags, ...json]),
    [
      ["--from=app", "/etc/", "/etc/"],
      ["--from=app", "/opt/", "/opt/"],
      ["--from=app", "/srv/data/", "/srv/data/"],
    ],
  );
});

test("slimDockerfile() writes what the package database says of the rest", () => {
  const told = { "bin/cp": elf(), "bin/sh": elf(), "bin/app": elf(), "var/lib/dpkg/info/a.list": {} };
  const database = {
    path: "/var/lib/dpkg/status",
    stanzas: ["Package: a\nVersion: 1\n"],
    files: new Set(["var/lib/dpkg/info/a.list"]),
  };
  const { app, limits } = plan(told, ["app"], {}, database);
  const [copy, write] = app.filter(({ keyword }) => keyword === "RUN");
  assert.ok(copy?.json?.includes("/var"), copy?.text);
  assert.deepEqual(write?.json, [
    "/bin/sh",
    "-c",
    `printf '%s\\n' "$@" >>/.seaworthy/var/lib/dpkg/status`,
    "sh",
    "Package: a\nVersion: 1\n",
  ]);
  assert.equal(limits.includes("package database"), false);
  const { "bin/sh": _, ...shellless } = told;
  const without = plan(shellless, ["app"], {}, database);
  assert.match(without.limits, /no package database is copied/u);
});

const users: readonly (readonly [user: string, mode: number, told: string])[] = [
  ["", 0o755, "65532:65532"],
  ["root", 0o755, "65532:65532"],
  ["0:0", 0o755, "65532:65532"],
  ["", 0o700, "0:0"],
  ["app", 0o700, "1000:1001"],
  ["app:web", 0o755, "1000:33"],
  ["2000", 0o755, "2000:0"],
  ["2000:2001", 0o755, "2000:2001"],
];

for (const [user, mode, told] of users)
  test(`slimDockerfile() runs an image of USER "${user}" with a program of mode ${mode.toString(8)} as ${told}`, () => {
    const { last } = plan({ "usr/bin/app": { ...elf(), mode } }, ["app"], { user });
    assert.equal(one(last, "USER")?.text, told);
  });

test("slimDockerfile() carries over environment, labels, ports, place, check and command", () => {
  const { text, last } = plan({ "usr/bin/app": elf(), "srv/x": {} }, ["app", "--a b"], {
    cmd: ["$x", 'say "hi"'],
    env: ["PATH=/usr/bin", 'A=b "c" $d \\e'],
    labels: { "org.x": "y $z" },
    exposedPorts: ["80/tcp"],
    volumes: ["/data"],
    workingDir: "/srv",
    healthcheck: ["CMD", "app", "--check"],
  });
  for (const line of [
    'ENV PATH="/usr/bin"',
    'ENV A="b \\"c\\" \\$d \\\\e"',
    'LABEL "org.x"="y \\$z"',
    "EXPOSE 80/tcp",
    'VOLUME ["/data"]',
    "WORKDIR /srv",
  ])
    assert.ok(text.split("\n").includes(line), `${line} in\n${text}`);
  assert.deepEqual(one(last, "ENTRYPOINT")?.json, ["app", "--a b"]);
  assert.deepEqual(one(last, "CMD")?.json, ["$x", 'say "hi"']);
  assert.match(text, /^HEALTHCHECK CMD \["app","--check"\]$/mu);
});

test("slimDockerfile() starts a shell's one plain command without the shell", () => {
  const { last } = plan({ "usr/bin/app": elf(), "bin/sh": elf() }, [], {
    cmd: ["/bin/sh", "-c", "app 'a b'"],
  });
  assert.deepEqual(one(last, "CMD")?.json, ["app", "a b"]);
  assert.equal(one(last, "ENTRYPOINT"), undefined);
});

test("slimDockerfile() takes away the entrypoint of a base where the image has none", () => {
  const told = { "usr/bin/python3": elf(), "srv/a.py": {} };
  const config = { cmd: ["python3", "/srv/a.py"] };
  const { last } = plan(told, [], config, undefined, "gcr.io/distroless/python3-debian12");
  assert.deepEqual([one(last, "ENTRYPOINT")?.json, one(last, "CMD")?.json], [[], ["python3", "/srv/a.py"]]);
  assert.equal(one(plan(told, [], config).last, "ENTRYPOINT"), undefined);
});
