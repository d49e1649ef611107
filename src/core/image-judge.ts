import type { CheckHit, CheckOptions, CheckText } from "./check.ts";
import type { IndexedImage } from "./indexed.ts";

/** Judges an image by what was read of it: config, history, packages, sights. Pure. */
export interface ImageJudge {
  readonly text: CheckText;
  judge(image: IndexedImage, options: CheckOptions): readonly CheckHit[];
}
