import { statSync } from "node:fs";
import type { OpenImage } from "../src/core/image.ts";
import { emptyConfig } from "../src/images/config.ts";
import { indexFingerprint } from "../src/pipeline/index-fingerprint.ts";
import { indexImage } from "../src/pipeline/index-image.ts";
import { openLayerCache } from "../src/store/layer-cache.ts";

// One indexing of an image whose layers are the files named: `node scan-once.ts CACHE DIFF-ID@LAYER…`. Tells its figures as JSON.
// The ids of what the layers hold are claimed, as in every real image.

const [cacheDirectory = "", ...layers] = process.argv.slice(2);
const platform = { os: "linux", architecture: "amd64" };
const image: OpenImage = {
  reference: "bench",
  digest: undefined,
  platform,
  config: emptyConfig(platform),
  annotations: {},
  layers: layers
    .map((layer) => layer.split("@"))
    .map(([diffId, path = ""]) => ({
      digest: undefined,
      diffId,
      mediaType: "application/vnd.oci.image.layer.v1.tar+gzip",
      size: undefined,
      content: { kind: "file", path, offset: 0, length: statSync(path).size },
    })),
  close: async () => {},
};
const start = performance.now();
const cache =
  cacheDirectory === ""
    ? undefined
    : openLayerCache({ directory: cacheDirectory, fingerprint: indexFingerprint() });
const { packages, files } = await indexImage(image, { cache });
const { user, system } = process.cpuUsage();
const figures = {
  cpuSeconds: (user + system) / 1e6,
  indexSeconds: (performance.now() - start) / 1000,
  peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1024),
  packages: packages.length,
  files,
};
process.stdout.write(JSON.stringify(figures));
