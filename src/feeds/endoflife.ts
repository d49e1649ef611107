import { readFile } from "node:fs/promises";
import { z } from "zod";
import { SeaworthyError } from "../core/errors.ts";
import type { Feed, FeedDocument, FeedRecord } from "../core/feed.ts";
import { runtimeKey, runtimes } from "../core/runtime.ts";

const name = "endoflife.date/api/v1/products/full";
const day = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d$/)
  .nullish();
const release = z.object({
  name: z.string().min(1),
  isEol: z.boolean().nullish(),
  eolFrom: day,
  isEoes: z.boolean().nullish(),
  eoesFrom: day,
  latest: z.object({ name: z.string().min(1), date: day }).nullish(),
});
const products = z.object({
  result: z.array(z.object({ name: z.string(), releases: z.array(z.unknown()) })).min(1),
});

/**
 * Products that are distributions, with their os-release ids, in the order of trust: CentOS Stream has CentOS's id and tells
 * only of releases that CentOS never had. `extended`: its extended support is free and public. So is Debian LTS, whose
 * notices (DLA) are in the tracker; Ubuntu's ESM, Red Hat's ELS and SUSE's LTSS are paid for and do not count.
 */
const distributions: readonly { product: string; ids: readonly string[]; extended?: boolean }[] = [
  { product: "debian", ids: ["debian"], extended: true },
  { product: "ubuntu", ids: ["ubuntu"] },
  { product: "alpine-linux", ids: ["alpine"] },
  { product: "rhel", ids: ["rhel"] },
  { product: "centos", ids: ["centos"] },
  { product: "centos-stream", ids: ["centos"] },
  { product: "almalinux", ids: ["almalinux"] },
  { product: "rocky-linux", ids: ["rocky"] },
  { product: "sles", ids: ["sles"] },
  { product: "opensuse", ids: ["opensuse-leap", "opensuse"] },
  { product: "amazon-linux", ids: ["amzn"] },
  { product: "oracle-linux", ids: ["ol"] },
  { product: "fedora", ids: ["fedora"] },
  { product: "vmware-photon", ids: ["photon"] },
  { product: "mageia", ids: ["mageia"] },
];

/** Lifecycles of distributions and runtimes (https://endoflife.date/docs/api/v1/). */
export const endoflife: Feed = {
  id: "endoflife",
  documents: () => [name],
  async *parse(document: FeedDocument): AsyncIterable<FeedRecord> {
    const found = new Map((await read(document)).map((product) => [product.name, product.releases]));
    for (const { product, ids, extended } of distributions)
      for (const item of found.get(product) ?? [])
        yield* ids.map((id) => releaseRecord(item, product, id, extended === true));
    for (const { name: runtime, product } of runtimes)
      for (const item of found.get(product) ?? [])
        yield releaseRecord(item, product, runtimeKey(runtime), false);
  },
};

async function read(document: FeedDocument): Promise<z.infer<typeof products>["result"]> {
  try {
    return products.parse(JSON.parse(await readFile(document.path, "utf8"))).result;
  } catch (cause) {
    throw new SeaworthyError("feed-invalid", `read feed "${document.name}": not endoflife.date's products`, {
      cause,
    });
  }
}

function releaseRecord(item: unknown, product: string, id: string, extended: boolean): FeedRecord {
  const found = release.safeParse(item);
  if (!found.success) return { kind: "rejected", record: product, reason: z.prettifyError(found.error) };
  const { eolFrom, eoesFrom, isEol, isEoes, latest } = found.data;
  const free = extended && (isEoes !== undefined || eoesFrom !== undefined);
  const endOfLife = (free ? (eoesFrom ?? eolFrom) : eolFrom) ?? undefined;
  const over = (free ? isEoes : isEol) === true;
  return {
    kind: "lifecycle",
    id,
    lifecycle: {
      product,
      release: found.data.name,
      endOfLife,
      ended: over && endOfLife === undefined ? true : undefined,
      ...(latest ? { latest: { version: latest.name, date: latest.date ?? undefined } } : {}),
    },
  };
}
