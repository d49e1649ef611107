import assert from "node:assert/strict";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { before, suite, test } from "node:test";
import type { Report } from "../../src/core/report.ts";
import { atLeast } from "../../src/core/severity.ts";
import { needs } from "../support/needs.ts";
import { scan } from "../support/scan.ts";
import { scratch } from "../support/scratch.ts";
import {
  alpineRoot,
  debianTar,
  distrolessRoot,
  goProgram,
  imageOf,
  nodeProgram,
} from "../support/small-images.ts";

// Seven images as people make them, of files of real packages: what is wrong with each is found, all of it and nothing else.

const tools = ["mmdebstrap", "dpkg-deb", "apt-get", "busybox", "go", "tar"];
const skip = needs(...tools) || (process.getuid?.() === 0 ? false : "needs root");
const base = ["base-files", "ca-certificates", "libc6", "netbase", "tzdata"];
const user = "65532:65532";

interface Plan {
  readonly make: () => Promise<string>;
  /** Numbers of the checks that speak of it. */
  readonly expected: string;
}

const plans: Readonly<Record<string, Plan>> = {
  "full Debian": {
    make: fullDebian,
    expected:
      "001 002 003 004 006 007 008 009 010 011 012 013 014 015 017 018 019 020 024 026 027 030 031 042 048 067 070 071",
  },
  "slim Debian": {
    make: async () =>
      imageOf([{ from: await debianTar([], true), createdBy: "ADD rootfs / # debian" }], {
        User: "10001",
        Cmd: ["bash"],
      }),
    expected: "001 004 011 024",
  },
  "distroless-like with a Go program": {
    make: async () => {
      const root = await distrolessRoot(base);
      const app = scratch("app");
      await goProgram(app, "server");
      return imageOf(
        [
          { from: root, createdBy: "bazel build //base" },
          { from: app, createdBy: "COPY server / # buildkit" },
        ],
        { User: user, Entrypoint: ["/server"] },
      );
    },
    expected: "015",
  },
  "scratch with a Go program": {
    make: async () => {
      const app = scratch("app");
      await goProgram(app, "server");
      return imageOf([{ from: app, createdBy: "COPY server / # buildkit" }], {
        User: user,
        Entrypoint: ["/server"],
      });
    },
    expected: "",
  },
  "Alpine-like": {
    make: async () =>
      imageOf([{ from: await alpineRoot("/bin/busybox"), createdBy: "ADD alpine.tar.gz / # buildkit" }], {
        Cmd: ["/bin/sh"],
      }),
    expected: "001 004 006 011 012 019 020 030",
  },
  "Node on a distroless-like base": {
    make: async () => {
      const app = scratch("app");
      nodeProgram(app);
      return imageOf(
        [
          { from: await distrolessRoot([...base, "libgcc-s1", "libstdc++6"]), createdBy: "bazel build //cc" },
          { from: app, createdBy: "COPY . / # buildkit" },
        ],
        { User: user, Entrypoint: ["/usr/local/bin/node", "/app/main.js"] },
      );
    },
    expected: "015 102",
  },
  "Java on a distroless-like base": {
    make: async () =>
      imageOf(
        [
          {
            from: await distrolessRoot([...base, "openjdk-17-jre-headless", "zlib1g"]),
            createdBy: "bazel build //java",
          },
        ],
        { User: user, Entrypoint: ["/usr/lib/jvm/java-17-openjdk-amd64/bin/java", "-jar", "/app.jar"] },
      ),
    expected: "015",
  },
};

async function fullDebian(): Promise<string> {
  const packages = [
    "ca-certificates",
    "curl",
    "git",
    "make",
    "netcat-openbsd",
    "openssh-server",
    "strace",
    "sudo",
    "vim-tiny",
  ];
  const root = await debianTar(packages, false);
  const app = scratch("app");
  const write = (path: string, text: string, mode = 0o644): void => {
    mkdirSync(dirname(join(app, path)), { recursive: true });
    writeFileSync(join(app, path), text);
    chmodSync(join(app, path), mode);
  };
  write("var/lib/apt/lists/deb.example.org_dists_bookworm_main_Packages", "Package: x\n");
  write("srv/app/.git/HEAD", "ref: refs/heads/main\n");
  write("srv/app/Dockerfile", "FROM debian\n");
  write("srv/app/run.sh", "#!/bin/sh\n", 0o777);
  write("root/.cache/pip/http/a", "x");
  mkdirSync(join(app, "srv/data"));
  chmodSync(join(app, "srv/data"), 0o777);
  return imageOf(
    [
      { from: root, createdBy: "ADD rootfs / # debian" },
      { from: app, createdBy: "RUN /bin/sh -c sudo apt-get dist-upgrade -y # buildkit" },
    ],
    { ExposedPorts: { "22/tcp": {} }, Cmd: ["/usr/sbin/sshd", "-D"] },
  );
}

suite("checks of images made of real packages", () => {
  const reports = new Map<string, Report>();

  before(
    async () => {
      if (skip !== false) return;
      for (const [name, { make }] of Object.entries(plans))
        reports.set(name, (await scan(await make())).report);
    },
    { timeout: 900_000 },
  );

  for (const [name, { expected }] of Object.entries(plans))
    test(`${name}: exactly the expected checks speak`, { skip }, () => {
      const found = new Set(reports.get(name)?.checks.map(({ id }) => id));
      const numbers = [...found].map((id) => id.replace("SW-IM-", ""));
      assert.equal(numbers.toSorted().join(" "), expected);
    });

  for (const name of ["distroless-like with a Go program", "scratch with a Go program"])
    test(`${name}: nothing is more than negligible`, { skip }, () => {
      const told = reports.get(name)?.checks.filter(({ severity }) => atLeast(severity, "low"));
      assert.deepEqual(told, []);
    });
});
