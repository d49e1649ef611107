import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { needs } from "../../tests/support/needs.ts";
import { scratch, tool } from "../../tests/support/scratch.ts";
import type { HistoryEntry } from "../core/image.ts";
import { list, optionalText, parseJson, record, textList, textMap } from "../formats/shape.ts";
import { describeLayers, type LayeredImage } from "./history.ts";

const baseFile = 'FROM scratch\nCOPY a /a\nENV X=1\nCMD ["/a"]\n';
const appFile = `FROM localhost/base AS build
COPY b /out/b

FROM localhost/base AS common
COPY --from=build \\
  /out/b /b
CMD ["common"]
FROM common
ARG Q=1
WORKDIR /opt
COPY a b ./
ADD a /opt/z
ENTRYPOINT ["/a"]
CMD ["x"]
`;

// chroot isolation and the vfs driver need root, and no more.
const skip = needs("buildah") || (process.getuid?.() === 0 ? false : "needs root");

test("describeLayers() tells base, lines and stages of images that buildah built", { skip }, async () => {
  const directory = scratch("buildah");
  const build = (name: string, text: string, ...options: readonly string[]) => {
    writeFileSync(join(directory, `${name}.Dockerfile`), text);
    return buildah(
      directory,
      "bud",
      "--isolation",
      "chroot",
      "-q",
      ...options,
      "-t",
      `localhost/${name}`,
      "-f",
      `${name}.Dockerfile`,
      ".",
    );
  };
  mkdirSync(join(directory, "root"));
  for (const file of ["a", "b"]) writeFileSync(join(directory, file), file);
  await build("base", baseFile);
  await build("app", appFile, "--layers=true");
  await build("merged", appFile, "--layers=false");
  await build("squashed", appFile, "--squash");
  await build("layered-squash", appFile, "--squash", "--layers=true");
  const shortFile = "FROM localhost/base\nCOPY b /b\n";
  await build("short", shortFile, "--squash");

  const base = await inspect(directory, "base");
  assert.deepEqual(summary(base), ["false"]);
  assert.deepEqual(summary(base, baseFile), ["false 2:0"]);

  const app = await inspect(directory, "app");
  assert.deepEqual(summary(app), ["true", "false", "false", "false"]);
  assert.deepEqual(summary(app, appFile), ["true", "false 5:common", "false 11:2", "false 12:2"]);
  assert.deepEqual(summary(app, appFile.replace("COPY a b ./", "COPY a b /elsewhere/")), [
    "true",
    "false",
    "false",
    "false",
  ]);

  // Without --layers a stage is one layer: of two instructions, no line.
  const merged = await inspect(directory, "merged");
  assert.equal(summary(merged)[0], "true");
  assert.deepEqual(summary(merged, appFile), ["true", "false 5:common", "false"]);

  // All in one layer, and the base's history is gone.
  for (const name of ["squashed", "layered-squash"]) {
    const squashed = await inspect(directory, name);
    assert.deepEqual(summary(squashed), ["null"], name);
    assert.deepEqual(summary(squashed, appFile), ["null"], name);
  }
  assert.deepEqual(summary(await inspect(directory, "short"), shortFile), ["null"]);
});

function buildah(directory: string, ...args: readonly string[]): Promise<string> {
  const stores = [
    "--root",
    join(directory, "store"),
    "--runroot",
    join(directory, "run"),
    "--storage-driver",
    "vfs",
  ];
  return tool("buildah", [...stores, ...args], { cwd: directory });
}

function summary(image: LayeredImage, text?: string): readonly string[] {
  const source = text === undefined ? undefined : { file: "Dockerfile", text };
  return describeLayers(image, source).layers.map(({ fromBase, dockerfile }) =>
    dockerfile === undefined ? String(fromBase) : `${fromBase} ${dockerfile.line}:${dockerfile.stage}`,
  );
}

async function inspect(directory: string, name: string): Promise<LayeredImage> {
  const output = await buildah(directory, "inspect", "--type", "image", `localhost/${name}`);
  const all = record(parseJson(output, "buildah inspect"), "buildah inspect");
  const image = record(all["OCIv1"], "OCIv1");
  const config = record(image["config"], "config");
  const diffIds = textList(record(image["rootfs"], "rootfs")["diff_ids"], "diff_ids");
  return {
    annotations: textMap(all["ImageAnnotations"], "ImageAnnotations"),
    layers: diffIds.map((diffId) => ({
      digest: undefined,
      diffId,
      mediaType: "",
      size: undefined,
      content: { kind: "unreadable", code: "missing", reason: "a test" },
    })),
    config: {
      platform: { os: "linux", architecture: "amd64" },
      diffIds,
      history: list(image["history"], "history").map(historyEntry),
      env: [],
      entrypoint: textList(config["Entrypoint"], "Entrypoint"),
      cmd: textList(config["Cmd"], "Cmd"),
      user: "",
      workingDir: "",
      labels: {},
      exposedPorts: [],
      volumes: [],
      healthcheck: [],
    },
  };
}

function historyEntry(value: unknown): HistoryEntry {
  const entry = record(value, "history");
  return {
    createdBy: optionalText(entry["created_by"], "created_by") ?? "",
    emptyLayer: entry["empty_layer"] === true,
    created: optionalText(entry["created"], "created"),
    comment: optionalText(entry["comment"], "comment"),
  };
}
