import { type NumberOption, numberOf } from "../../core/check.ts";
import type { ImageJudge } from "../../core/image-judge.ts";

const tolerance: NumberOption = {
  name: "days",
  kind: "days",
  default: 1,
  meaning: "files that are newer by less are not told: clocks and time zones of builders differ",
};
/** 2000-01-01: builders that repeat their builds write a time before it. */
const earliest = 946_684_800;

/** Files that were written after the image is said to have been made. */
export const newerFile: ImageJudge = {
  text: {
    id: "SW-IM-066",
    aliases: [],
    title: "Files newer than the image",
    severity: "low",
    why: "They were written after the day on which the image says it was made: that day is not true, or the files were put in later or carry a made-up time.",
    remedy:
      "Build with SOURCE_DATE_EPOCH and rewrite-timestamp=true, which gives the image and its files one time; else find out how they got in.",
    example: {
      before: "docker buildx build --build-arg SOURCE_DATE_EPOCH=… .",
      after:
        "docker buildx build --build-arg SOURCE_DATE_EPOCH=… --output type=image,rewrite-timestamp=true .",
    },
    links: ["https://reproducible-builds.org/docs/source-date-epoch/"],
    options: [tolerance],
  },
  judge({ config, sights }, options) {
    const created = Date.parse(config.created ?? "") / 1000;
    if (Number.isNaN(created) || created < earliest) return [];
    const latest = created + numberOf(options, tolerance) * 86_400;
    const newer = sights.newest.filter(({ mtime }) => mtime > latest);
    const layers = [...new Set(newer.map(({ layer }) => layer))];
    return layers.map((layer) => {
      const files = newer.filter((file) => file.layer === layer);
      const last = Math.max(...files.map(({ mtime }) => mtime));
      const message = `files are of up to ${day(last)}, the image of ${day(created)}`;
      return { message, layer, paths: files.map(({ path }) => path), entries: files.length };
    });
  },
};

// A header may state any number of seconds; Date ends in the year 275760.
function day(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? `second ${seconds}` : date.toISOString().slice(0, 10);
}
