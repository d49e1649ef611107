import assert from "node:assert/strict";
import { test } from "node:test";
import { SeaworthyError } from "../core/errors.ts";
import type { HistoryEntry, ImageConfig, LayerBlob } from "../core/image.ts";
import { describeLayers, type LayeredImage } from "./history.ts";

/** A history line: `~` before what brought no layer, `@ comment` after it, `[minutes]` for when. */
type Lines = readonly string[];

interface More {
  readonly cmd?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly layers?: number;
}

function image(lines: Lines, more: More = {}): LayeredImage {
  const history = lines.map(entry);
  const count = more.layers ?? history.filter(({ emptyLayer }) => !emptyLayer).length;
  const diffIds = Array.from({ length: count }, (_, at) => `sha256:diff${at}`);
  const config: ImageConfig = {
    platform: { os: "linux", architecture: "amd64" },
    diffIds,
    history,
    env: [],
    entrypoint: more.entrypoint ?? [],
    cmd: more.cmd ?? [],
    user: "",
    workingDir: "",
    labels: more.labels ?? {},
    exposedPorts: [],
    volumes: [],
    healthcheck: [],
  };
  return { config, annotations: more.annotations ?? {}, layers: diffIds.map(blob) };
}

function entry(line: string): HistoryEntry {
  const match = /^(~?)(?:\[(\d+)\])?(.*?)(?: @ (.*))?$/s.exec(line);
  const minutes = Number(match?.[2] ?? 0);
  return {
    emptyLayer: match?.[1] === "~",
    createdBy: match?.[3] ?? "",
    comment: match?.[4],
    created: new Date(Date.UTC(2024, 0, 1) + minutes * 60_000).toISOString(),
  };
}

function blob(diffId: string, at: number): LayerBlob {
  const content = { kind: "unreadable", code: "missing", reason: "a test" } as const;
  return { digest: `sha256:blob${at}`, diffId, mediaType: "", size: undefined, content };
}

/** `base`, `app` or `?` for each layer. */
function told(lines: Lines, more: More = {}): string {
  const names = new Map<boolean | null, string>([
    [true, "base"],
    [false, "app"],
  ]);
  return describeLayers(image(lines, more))
    .layers.map((layer) => names.get(layer.fromBase) ?? "?")
    .join(" ");
}

const nop = "/bin/sh -c #(nop)";
const debian = [`${nop} ADD file:1b2 in / `, `~${nop}  CMD ["bash"]`];
const debuerreotype = ["# debian.sh --arch 'amd64' out/ 'bookworm' '@1731283200' @ debuerreotype 0.15"];
const node = [
  "RUN /bin/sh -c groupadd node # buildkit @ buildkit.dockerfile.v0",
  "~ENV NODE_VERSION=18 @ buildkit.dockerfile.v0",
  "COPY docker-entrypoint.sh /usr/local/bin/ # buildkit @ buildkit.dockerfile.v0",
  '~ENTRYPOINT ["docker-entrypoint.sh"] @ buildkit.dockerfile.v0',
  '~CMD ["node"] @ buildkit.dockerfile.v0',
];
const copyApp = [
  "COPY . . # buildkit @ buildkit.dockerfile.v0",
  "RUN /bin/sh -c npm ci # buildkit @ buildkit.dockerfile.v0",
];

test("describeLayers() gives each layer its history entry, or none when history and layers differ in number", () => {
  const lines = [...debian, "RUN /bin/sh -c x # buildkit"];
  const { layers, notes } = describeLayers(image(lines));
  assert.deepEqual(layers, [
    {
      index: 0,
      digest: "sha256:blob0",
      diffId: "sha256:diff0",
      createdBy: `${nop} ADD file:1b2 in / `,
      fromBase: true,
    },
    {
      index: 1,
      digest: "sha256:blob1",
      diffId: "sha256:diff1",
      createdBy: "RUN /bin/sh -c x # buildkit",
      fromBase: null,
    },
  ]);
  assert.deepEqual(notes, []);
  const odd = describeLayers(image(lines, { layers: 3 }));
  assert.deepEqual(
    odd.layers.map(({ createdBy, fromBase }) => [createdBy, fromBase]),
    [
      ["", null],
      ["", null],
      ["", null],
    ],
  );
  assert.equal(odd.notes.length, 1);
  assert.deepEqual(describeLayers(image([], { layers: 2 })).notes, []);
});

test("describeLayers() shows the diff id where nothing claims a stored digest, and nothing for a directory", () => {
  const { config, annotations, layers } = image(["COPY a b"]);
  const bare = (diffId: string | undefined) =>
    layers.map((layer) => ({ ...layer, digest: undefined, diffId }));
  assert.equal(
    describeLayers({ config, annotations, layers: bare("sha256:x") }).layers[0]?.digest,
    "sha256:x",
  );
  const empty = { ...config, diffIds: [], history: [] };
  assert.equal(describeLayers({ config: empty, annotations, layers: bare(undefined) }).layers[0]?.digest, "");
});

test("describeLayers() tells the base by repeated commands", () => {
  const rows: readonly (readonly [string, Lines, string, More?])[] = [
    ["a base of its own", debian, "?"],
    [
      "application with its own CMD",
      [...debian, `${nop} COPY dir:1 in /app `, "/bin/sh -c make", `~${nop} CMD ["app"]`],
      "base app app",
    ],
    ["application without a CMD", [...debian, `${nop} COPY dir:1 in /app `], "? ?", { cmd: ["bash"] }],
    ["no command at all", [`${nop} ADD file:1 in / `, `${nop} COPY dir:1 in /app `], "? ?"],
    [
      "ENTRYPOINT that dropped the base's CMD",
      [...debian, `${nop} COPY dir:1 in /app `, `~${nop} ENTRYPOINT ["app"]`],
      "base app",
    ],
    [
      "ENTRYPOINT beside a CMD that is still there",
      [...debian, `${nop} COPY dir:1 in /a `, `~${nop} ENTRYPOINT ["a"]`],
      "? ?",
      { cmd: ["bash"] },
    ],
    ["two ENTRYPOINTs", ["COPY a /", '~ENTRYPOINT ["a"]', "COPY b /", '~ENTRYPOINT ["b"]'], "base app"],
    ["node itself: ENTRYPOINT and CMD belong together", [...debian, ...node], "base app app"],
    [
      "application on node with a CMD",
      [...debian, ...node, ...copyApp, '~CMD ["x"]'],
      "base base base app app",
    ],
    [
      "application on node without a CMD",
      [...debian, ...node, ...copyApp],
      "base ? ? app app",
      { cmd: ["node"] },
    ],
    [
      "something after the last CMD that makes no layer",
      [...debian, ...node, "~USER node"],
      "base ? ?",
      { cmd: ["node"] },
    ],
    [
      "an image without a CMD between, made days before (buildpack-deps below python)",
      [
        ...debian,
        "[10000]RUN /bin/sh -c apt # buildkit",
        "[20000]RUN /bin/sh -c make # buildkit",
        '~[20000]CMD ["python3"] @ buildkit.dockerfile.v0',
      ],
      "base ? ?",
    ],
  ];
  for (const [name, lines, expected, more] of rows) assert.equal(told(lines, more), expected, name);
});

test("describeLayers() tells the base by a change of builder, by jib and by ko", () => {
  const rows: readonly (readonly [string, Lines, string, More?])[] = [
    ["debuerreotype below BuildKit", [...debuerreotype, ...node], "base ? ?"],
    [
      "bazel's distroless below BuildKit",
      ["bazel build ...", "bazel build ...", ...copyApp],
      "base base ? ?",
    ],
    ["classic below BuildKit", [...debian, ...copyApp], "base ? ?", { cmd: ["bash"] }],
    ["jib", ["bazel build ...", "jib-maven-plugin:3.4.0", "jib-maven-plugin:3.4.0"], "base app app"],
    ["ko", ["apko", "ko build ko://example.com/x"], "base app"],
    ["kaniko says nothing of its own", ["RUN apt-get update", "COPY . ."], "? ?"],
  ];
  for (const [name, lines, expected, more] of rows) assert.equal(told(lines, more), expected, name);
});

test("describeLayers() tells the base by annotations, buildah's comments and buildpacks' labels", () => {
  const baseName = "org.opencontainers.image.base.name";
  const baseDigest = "org.opencontainers.image.base.digest";
  const three = ["COPY a /", "COPY b /", "COPY c /"];
  const buildah = [
    `${nop} COPY dir:1 in / `,
    `${nop} COPY file:2 in /b  @ FROM localhost/base:latest`,
    "/bin/sh -c x @ FROM 532cb4642f0f",
  ];
  const buildpacks = (topLayer: string) => ({
    labels: { "io.buildpacks.lifecycle.metadata": JSON.stringify({ runImage: { topLayer } }) },
  });
  const rows: readonly (readonly [string, Lines, string, More?])[] = [
    ["from scratch", three, "app app app", { annotations: { [baseName]: "scratch" } }],
    ["buildah from scratch", three, "app app app", { annotations: { [baseName]: "", [baseDigest]: "" } }],
    [
      "a base of unknown height",
      three,
      "base ? ?",
      { annotations: { [baseName]: "docker.io/library/debian:12" } },
    ],
    ["a base's digest", three, "base ? ?", { annotations: { [baseDigest]: "sha256:1" } }],
    ["buildah", buildah, "base app app", { annotations: { [baseName]: "localhost/base:latest" } }],
    ["buildah without annotations", buildah, "base app app"],
    [
      "buildah below another build",
      buildah,
      "base ? ?",
      { annotations: { [baseName]: "localhost/other:1" } },
    ],
    [
      "buildah's squash",
      [`~${nop} COPY file:2 in /b `, `${nop} CMD ["x"] @ FROM localhost/base:latest`],
      "?",
      { annotations: { [baseName]: "localhost/base:latest" } },
    ],
    ["one layer on a base", ["COPY c /"], "?", { annotations: { [baseName]: "localhost/base:latest" } }],
    ["buildpacks", three, "base base app", buildpacks("sha256:diff1")],
    ["buildpacks' label of another image", three, "? ? ?", buildpacks("sha256:elsewhere")],
    ["a label that is no JSON", three, "? ? ?", { labels: { "io.buildpacks.lifecycle.metadata": "{" } }],
    [
      "the border is named: commands are not asked",
      [...buildah.slice(0, 2), '~CMD ["mid"]', "COPY c /", '~CMD ["x"]'],
      "base app app",
    ],
  ];
  for (const [name, lines, expected, more] of rows) assert.equal(told(lines, more), expected, name);
});

const dockerfile = `ARG TAG=12
FROM debian:12 AS build
RUN make world

FROM debian:12 AS common
ARG VERSION
ENV HOME_DIR=/srv
RUN apt-get update && \\
    apt-get install -y curl
FROM common AS final
WORKDIR /srv/app
COPY --from=build --chown=1:1 /out/app \${HOME_DIR}/bin/
ADD https://example.com/x.tgz .
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN --mount=type=cache,target=/c make   \\
    # comment
    VERSION=$VERSION | tee log
RUN ["/bin/tool", "a b"]
RUN <<SCRIPT
echo one
echo two
SCRIPT
ENTRYPOINT ["/srv/bin/app"]
CMD ["serve"]
`;
const started: More = { entrypoint: ["/srv/bin/app"], cmd: ["serve"] };

/** `line:stage` for each layer, `-` where there is none. */
function lines(history: Lines, text: string, more: More): string {
  return describeLayers(image(history, more), { file: "Dockerfile", text })
    .layers.map(({ dockerfile: origin }) => (origin === undefined ? "-" : `${origin.line}:${origin.stage}`))
    .join(" ");
}

const buildkit = [
  ...debuerreotype,
  "~ARG VERSION",
  "~ENV HOME_DIR=/srv",
  "RUN |1 VERSION=1 2 /bin/sh -c apt-get update &&     apt-get install -y curl # buildkit",
  "WORKDIR /srv/app",
  "COPY --chown=1:1 /out/app /srv/bin/ # buildkit",
  "ADD https://example.com/x.tgz . # buildkit",
  "~SHELL [/bin/bash -o pipefail -c]",
  "RUN |1 VERSION=1 2 /bin/bash -o pipefail -c make       VERSION=$VERSION | tee log # buildkit",
  "RUN |1 VERSION=1 2 /bin/tool a b # buildkit",
  "RUN |1 VERSION=1 2 /bin/bash -o pipefail -c echo one\necho two\n # buildkit",
  '~ENTRYPOINT ["/srv/bin/app"]',
  '~CMD ["serve"]',
];
const classic = [
  ...debian,
  `~${nop}  ARG VERSION`,
  `~${nop}  ENV HOME_DIR=/srv`,
  "|1 VERSION=12 /bin/sh -c apt-get update &&     apt-get install -y curl",
  `~${nop} WORKDIR /srv/app`,
  `${nop} COPY --chown=1:1 file:12ab in /srv/bin/ `,
  `${nop} ADD 3cd in ./ `.replace("3cd", "file:3cd"),
  `~${nop}  SHELL [/bin/bash -o pipefail -c]`,
  "|1 VERSION=12 /bin/bash -o pipefail -c make       VERSION=$VERSION | tee log",
  "|1 VERSION=12 /bin/tool a b",
  "|1 VERSION=12 /bin/bash -o pipefail -c echo one\necho two\n",
  `~${nop}  ENTRYPOINT ["/srv/bin/app"]`,
  `~${nop}  CMD ["serve"]`,
];
const kaniko = [
  ...debian,
  "RUN apt-get update &&     apt-get install -y curl",
  "COPY --from=build --chown=1:1 /out/app ${HOME_DIR}/bin/",
  "ADD https://example.com/x.tgz .",
  "RUN --mount=type=cache,target=/c make       VERSION=$VERSION | tee log",
  'RUN ["/bin/tool", "a b"]',
  "RUN <<SCRIPT",
];

test("describeLayers() joins a Dockerfile's lines to the histories of docker, BuildKit and kaniko", () => {
  const rows = [
    ["BuildKit", buildkit, "- 8:common 11:final 12:final 13:final 15:final 18:final 19:final"],
    ["classic", classic, "- 8:common 12:final 13:final 15:final 18:final 19:final"],
    ["kaniko", kaniko, "- 8:common 12:final 13:final 15:final 18:final 19:final"],
  ] as const;
  for (const [name, history, expected] of rows) {
    assert.equal(lines(history, dockerfile, started), expected, name);
    const described = describeLayers(image(history, started), { file: "Dockerfile", text: dockerfile });
    const [base, ...own] = described.layers.map(({ fromBase }) => fromBase);
    assert.deepEqual([base, new Set(own)], [true, new Set([false])], name);
    assert.deepEqual(described.notes, []);
  }
});

test("describeLayers() gives no line where a layer was made by several", () => {
  const squashed = [
    ...classic.slice(0, 2),
    ...classic.slice(2).map((line) => (line.startsWith("~") ? line : `~${line}`)),
    " @ merge sha256:1 to sha256:2",
  ];
  const described = describeLayers(image(squashed, started), { file: "Dockerfile", text: dockerfile });
  assert.deepEqual(
    described.layers.map(({ fromBase, dockerfile: origin }) => [fromBase, origin]),
    [
      [true, undefined],
      [false, undefined],
    ],
  );
  assert.equal(described.notes.length, 1);
  const one = [
    `${nop} COPY dir:1 in / @ x`,
    `~${nop} WORKDIR /a`,
    `~${nop} COPY file:2 in /a/b `,
    `${nop} CMD ["x"] @ FROM localhost/base:latest`,
  ];
  assert.equal(lines(one, 'FROM base\nWORKDIR /a\nCOPY b /a/b\nCMD ["x"]', { cmd: ["x"] }), "- 3:0");
});

test("describeLayers() gives no line at all when the Dockerfile is another's", () => {
  const rows: readonly (readonly [string, Lines, string, More])[] = [
    ["another command", buildkit, dockerfile.replace("serve", "other"), started],
    ["another entrypoint", buildkit, dockerfile.replace('ENTRYPOINT ["/srv', 'ENTRYPOINT ["/opt'), started],
    ["another RUN", buildkit, dockerfile.replace("install -y curl", "install -y wget"), started],
    [
      "a RUN that is the end of another",
      buildkit,
      dockerfile.replace("apt-get update && \\\n   ", ""),
      started,
    ],
    ["one RUN more", buildkit, dockerfile.replace("ENTRYPOINT", "RUN more\nENTRYPOINT"), started],
    ["another target", buildkit, dockerfile.replace("/out/app", "/out/other"), started],
    [
      "from scratch though there is a base",
      buildkit,
      dockerfile.replace("FROM debian:12 AS common", "FROM scratch AS common"),
      started,
    ],
    ["nothing that makes a layer", debian, 'FROM debian\nCMD ["bash"]', { cmd: ["bash"] }],
    ["no history", [], dockerfile, { layers: 2 }],
  ];
  for (const [name, history, text, more] of rows) {
    const described = describeLayers(image(history, more), { file: "Dockerfile", text });
    assert.ok(
      described.layers.every((layer) => layer.dockerfile === undefined),
      name,
    );
    assert.match(described.notes.at(-1) ?? "", /does not fit/, name);
  }
});

test("describeLayers() knows a stage that was built by --target, ONBUILD and a base in a variable", () => {
  const target = buildkit.slice(0, 4);
  assert.equal(lines(target, dockerfile, {}), "- 8:common");
  const told = (history: Lines, text: string) =>
    describeLayers(image(history), { file: "Dockerfile", text }).layers.map(({ fromBase }) => fromBase);
  assert.deepEqual(told([...debian, "COPY a /b"], "ARG B=debian\nFROM $B\nCOPY a /b"), [null, false]);
  assert.deepEqual(told([...debian, "~ONBUILD COPY . /", "COPY . /", "COPY a /b"], "FROM x\nCOPY a /b"), [
    null,
    null,
    false,
  ]);
  assert.deepEqual(told(["COPY a /b"], "FROM scratch\nCOPY a /b"), [false]);
});

test("describeLayers() says what is wrong with a Dockerfile that cannot be read", () => {
  assert.throws(
    () => describeLayers(image(debian), { file: "Dockerfile", text: "RUN x" }),
    (thrown) => thrown instanceof SeaworthyError && thrown.code === "malformed",
  );
});

test("describeLayers() takes a hostile history within bounds", () => {
  const seeds = ["|1 ", "-o x ", "/bin/sh -c ", "#(nop) ", "COPY ", "$A", " ", "\n", "--a ", "/"];
  for (const seed of seeds) {
    const long = seed.repeat(Math.floor(200_000 / seed.length));
    const history = [`COPY ${long}`, `RUN ${long}`, long, `${nop} COPY ${long}`, `/bin/sh -c ${long}`];
    const text = `FROM x\nCOPY a$B c\nRUN ${seed.replaceAll("\n", " ").repeat(1000)} x\nCOPY $A$B$C $D`;
    assert.equal(describeLayers(image(history), { file: "Dockerfile", text }).layers.length, 5);
  }
  const many = Array.from({ length: 20_000 }, (_, at) => (at % 2 === 0 ? "COPY a b" : '~CMD ["x"]'));
  assert.equal(
    describeLayers(image(many), { file: "D", text: `FROM x\n${"COPY a b\n".repeat(9000)}` }).layers.length,
    10_000,
  );
});
