import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { messageOf, SeaworthyError } from "../core/errors.ts";
import { count, list, optionalRecord, parseJson, record, text } from "../formats/shape.ts";
import type { ScannedImage } from "../pipeline/lint-report.ts";
import type { Io } from "./command.ts";

/** What a saved `scan --format json` tells of layers and findings. @throws SeaworthyError `usage`, `malformed`. */
export async function readScanned(file: string, io: Io): Promise<ScannedImage> {
  const bytes = await readFile(resolve(io.cwd, file), "utf8").catch((thrown: unknown) => {
    throw new SeaworthyError("usage", `read report "${file}": ${messageOf(thrown)}`, { cause: thrown });
  });
  const report = record(parseJson(bytes, `report "${file}"`), file);
  const image = record(report["image"], `${file}: image`);
  return {
    layers: list(image["layers"], `${file}: image.layers`).map((layer, at) =>
      layerOf(layer, `${file}: image.layers[${at}]`),
    ),
    findings: list(report["findings"], `${file}: findings`).map((finding, at) => {
      const where = `${file}: findings[${at}]`;
      const value = record(finding, where);
      const { state } = record(value["fix"], `${where}.fix`);
      return {
        layer: count(value["layer"], `${where}.layer`),
        fixable: text(state, `${where}.fix.state`) === "fixed",
      };
    }),
  };
}

function layerOf(value: unknown, where: string): ScannedImage["layers"][number] {
  const layer = record(value, where);
  const origin = optionalRecord(layer["dockerfile"], `${where}.dockerfile`);
  const index = count(layer["index"], `${where}.index`);
  if (origin === undefined) return { index };
  return {
    index,
    dockerfile: {
      file: text(origin["file"], `${where}.dockerfile.file`),
      line: count(origin["line"], `${where}.dockerfile.line`),
      stage: text(origin["stage"], `${where}.dockerfile.stage`),
    },
  };
}
