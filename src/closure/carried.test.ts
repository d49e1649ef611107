import assert from "node:assert/strict";
import { test } from "node:test";
import { configOf } from "../../tests/support/file-system.ts";
import type { ImageConfig } from "../core/image.ts";
import { parseDockerfile } from "../formats/dockerfile.ts";
import { carriedConfig } from "./carried.ts";

const bare: Partial<ImageConfig> = { env: [], workingDir: "/" };

const rows: readonly (readonly [what: string, config: Partial<ImageConfig>, line: string])[] = [
  ["a variable", { env: ['A=b "c" $d \\e'] }, 'ENV A="b \\"c\\" \\$d \\\\e"'],
  ["a variable without a value", { env: ["A"] }, 'ENV A=""'],
  ["a label", { labels: { "org.x": "y $z" } }, 'LABEL "org.x"="y \\$z"'],
  ["a port", { exposedPorts: ["80/tcp"] }, "EXPOSE 80/tcp"],
  ["a volume of a name with a dollar", { volumes: ["/a $b"] }, 'VOLUME ["/a \\\\$b"]'],
  ["a signal", { stopSignal: "SIGRTMIN+3" }, "STOPSIGNAL SIGRTMIN+3"],
  ["a place that ends in a backslash", { workingDir: "/a\\" }, 'WORKDIR "/a\\\\"'],
  ["a place that is not absolute", { workingDir: "srv" }, "WORKDIR /srv"],
  ["a check that is switched off", { healthcheck: ["NONE"] }, "HEALTHCHECK NONE"],
  [
    "a shell's check of two lines with its times",
    {
      healthcheck: ["CMD-SHELL", "a\nRUN evil"],
      healthTiming: { interval: 5_000_000_000, startPeriod: 1_000_000, retries: 2 },
    },
    'HEALTHCHECK --interval=5000000000ns --start-period=1000000ns --retries=2 CMD ["/bin/sh","-c","a\\nRUN evil"]',
  ],
];

for (const [what, config, line] of rows)
  test(`carriedConfig() writes ${what}`, () => {
    const { lines, limits } = carriedConfig(configOf([], { ...bare, ...config }));
    assert.deepEqual([lines.filter((one) => one !== "WORKDIR /"), limits], [[line], []]);
  });

const hostile: readonly (readonly [keyword: string, config: Partial<ImageConfig>])[] = [
  ["ENV", { env: ["A\nRUN evil=1"] }],
  ["ENV", { env: ["A=1\nRUN evil"] }],
  ["ENV", { env: ["A B=1"] }],
  ["LABEL", { labels: { "a\nRUN evil": "" } }],
  ["LABEL", { labels: { a: "b\rc" } }],
  ["EXPOSE", { exposedPorts: ["80\nRUN evil"] }],
  ["EXPOSE", { exposedPorts: ["$A"] }],
  ["STOPSIGNAL", { stopSignal: "SIGTERM\nRUN evil" }],
  ["WORKDIR", { workingDir: "/a\nRUN evil" }],
];

for (const [keyword, config] of hostile)
  test(`carriedConfig() leaves out ${keyword} of ${JSON.stringify(config)}, and says so`, () => {
    const { lines, limits } = carriedConfig(configOf([], { ...bare, ...config }));
    assert.deepEqual(
      lines.filter((one) => one !== "WORKDIR /"),
      [],
    );
    assert.match(
      limits.join("\n"),
      new RegExp(`^${keyword} of the image is not carried over: "[^\\n]*"$`, "u"),
    );
  });

test("carriedConfig() begins no line with what a text of the config says", () => {
  const evil = 'x" \\\nRUN evil\n';
  const { lines } = carriedConfig(
    configOf([], {
      env: [`A=${evil}`, evil],
      labels: { [evil]: evil, l: evil },
      exposedPorts: [evil],
      volumes: [evil],
      workingDir: evil,
      stopSignal: evil,
      healthcheck: ["CMD", evil],
      onBuild: [evil],
    }),
  );
  const [stage] = parseDockerfile(["FROM scratch", ...lines].join("\n"));
  assert.deepEqual(
    stage?.instructions.map(({ keyword }) => keyword),
    ["VOLUME", "HEALTHCHECK"],
  );
});

test("carriedConfig() tells that ONBUILD runs when the plan is built", () => {
  const { limits } = carriedConfig(configOf([], { ...bare, onBuild: ["RUN x"] }));
  assert.match(limits.join(), /^ONBUILD of the image is not carried over, and runs/u);
});
