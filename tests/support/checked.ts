import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { CheckFinding } from "../../src/core/check.ts";
import type { Policy } from "../../src/core/policy.ts";
import { openImage } from "../../src/images/open.ts";
import { checkImage } from "../../src/pipeline/check.ts";
import { indexImage } from "../../src/pipeline/index-image.ts";
import { type ImagePlan, writeDockerArchive, writeLayout } from "./image.ts";
import { noCurrency } from "./indexed.ts";
import { scratch } from "./scratch.ts";

/** An image to make and check; `as` is how it is stored, an OCI layout by default. */
export interface CheckPlan extends ImagePlan {
  readonly as?: "docker" | "directory";
  /** What a policy says of checks. */
  readonly settings?: Policy["checks"];
}

/** What the checks find in a made image, through the same reading as a scan's. */
export async function checkedImage(plan: CheckPlan): Promise<readonly CheckFinding[]> {
  const image = await openImage(stored(plan), { env: {}, offline: true });
  try {
    return checkImage(await indexImage(image), noCurrency, plan.settings ?? {}, []);
  } finally {
    await image.close();
  }
}

function stored(plan: CheckPlan): string {
  const dir = scratch("checked");
  switch (plan.as) {
    case "docker":
      return `docker-archive:${writeDockerArchive(join(dir, "image.tar"), plan)}`;
    case "directory":
      return `dir:${writeRoot(dir, plan)}`;
    default:
      return `oci:${writeLayout(dir, plan)}:t`;
  }
}

function writeRoot(dir: string, { layers }: ImagePlan): string {
  for (const item of layers.flatMap(({ items = [] }) => items)) {
    if (item.kind !== "file") throw new Error(`write root: "${item.path}" is no file`);
    mkdirSync(dirname(join(dir, item.path)), { recursive: true });
    writeFileSync(join(dir, item.path), item.data, { mode: item.mode ?? 0o644 });
  }
  return dir;
}
