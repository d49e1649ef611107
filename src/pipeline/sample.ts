import { execFile } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { messageOf, SeaworthyError } from "../core/errors.ts";
import { createTarReader } from "../formats/tar.ts";
import { type TarItem, writeTar } from "../formats/tar-write.ts";

/** A layer of the sample: what it brings, what it deletes, and the Dockerfile line that stands for it. */
interface SampleLayer {
  readonly createdBy: string;
  readonly items: readonly TarItem[];
}

/** Packages of the npm registry, `name@version`, each old enough to have well-known flaws; `into` is its folder in the image. */
const contents = {
  base: [],
  // A Go program and Java archives live in the npm registry too: three ecosystems without another client.
  tool: [{ spec: "esbuild-linux-64@0.8.57", into: "opt/esbuild", only: /^bin\/esbuild$/u }],
  report: [
    {
      spec: "allure-commandline@2.4.1",
      into: "opt/allure",
      only: /^(?:dist\/(?:bin|lib|config)\/|package\.json$)/u,
    },
  ],
  app: [
    { spec: "lodash@4.17.4", into: "app/node_modules/lodash" },
    { spec: "minimist@1.2.0", into: "app/node_modules/minimist" },
    { spec: "node-forge@0.9.0", into: "app/node_modules/node-forge" },
    { spec: "ejs@2.7.4", into: "app/node_modules/ejs" },
    { spec: "handlebars@4.0.11", into: "app/node_modules/handlebars" },
    { spec: "axios@0.21.0", into: "app/node_modules/axios" },
    { spec: "jsonwebtoken@8.5.1", into: "app/node_modules/jsonwebtoken" },
  ],
  update: [{ spec: "lodash@4.17.21", into: "app/node_modules/lodash" }],
} as const satisfies Readonly<Record<string, readonly Placed[]>>;

interface Placed {
  readonly spec: string;
  readonly into: string;
  /** Paths inside the package to keep; all without it. */
  readonly only?: RegExp;
}

/**
 * Makes an OCI image layout at `dir` out of real packages of the npm registry, through the npm client, and answers `dir`.
 * A layout that is there already is kept. Same packages, same bytes. No container engine, no root.
 * @throws SeaworthyError `source-unavailable` when npm is missing or cannot fetch.
 */
export async function makeSampleImage(
  dir: string,
  options: { readonly onProgress?: (line: string) => void } = {},
): Promise<string> {
  if (existsSync(join(dir, "index.json"))) return dir;
  await mkdir(dirname(dir), { recursive: true });
  const work = await mkdtemp(`${dir}.`);
  try {
    options.onProgress?.("making a sample image from packages of the npm registry (npm pack)");
    const packages = await fetchPackages(work);
    options.onProgress?.("writing its layers");
    const layout = join(work, "layout");
    await writeLayout(layout, sampleLayers(packages));
    await moveInto(layout, dir);
    return dir;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

type Packages = ReadonlyMap<string, readonly TarItem[]>;

async function fetchPackages(work: string): Promise<Packages> {
  const specs = Object.values(contents).flatMap((placed) => placed.map(({ spec }) => spec));
  await npm(["pack", "--silent", "--ignore-scripts", "--pack-destination", work, ...specs], work);
  const read = async (spec: string) => [spec, unpack(await readFile(join(work, fileName(spec))))] as const;
  return new Map(await Promise.all(specs.map(read)));
}

function npm(args: readonly string[], cwd: string): Promise<void> {
  // An npm above us (npm test, npx) would make this one look at another project.
  const env = { ...process.env, npm_config_local_prefix: undefined, npm_config_global: undefined };
  return new Promise((resolve, reject) => {
    execFile("npm", args, { cwd, env, maxBuffer: 1 << 24 }, (error, _stdout, stderr) => {
      if (error === null) resolve();
      else reject(npmFailed(error, stderr));
    });
  });
}

function npmFailed(error: Error & { code?: unknown }, stderr: string): SeaworthyError {
  const said = /^npm (?:error|ERR!) (?!A complete log|code )(.+)$/mu.exec(stderr)?.[1];
  const found = error.code === "ENOENT" ? "npm is not on PATH" : (said ?? messageOf(error).split("\n")[0]);
  return new SeaworthyError("source-unavailable", `fetch the sample's packages with "npm pack": ${found}`, {
    hint: "name an image instead: seaworthy scan IMAGE",
    cause: error,
  });
}

function fileName(spec: string): string {
  const at = spec.lastIndexOf("@");
  return `${spec.slice(0, at).replace(/^@/u, "").replace("/", "-")}-${spec.slice(at + 1)}.tgz`;
}

// Paths in an npm package begin with one folder, mostly "package/".
function unpack(tgz: Uint8Array): readonly TarItem[] {
  const items: TarItem[] = [];
  const reader = createTarReader({
    entry({ path, kind, mode }) {
      if (kind !== "file") return undefined;
      const chunks: Buffer[] = [];
      return {
        write: (chunk) => void chunks.push(Buffer.from(chunk)),
        end: () => {
          const name = path.slice(path.indexOf("/") + 1);
          const permissions = (mode & 0o111) === 0 ? 0o644 : 0o755;
          items.push({ kind: "file", path: name, data: Buffer.concat(chunks), mode: permissions });
        },
      };
    },
  });
  reader.push(gunzipSync(tgz));
  reader.end();
  return items;
}

function sampleLayers(packages: Packages): readonly SampleLayer[] {
  const place = (placed: readonly Placed[]) =>
    placed.flatMap((one) => placeOne(one, packages.get(one.spec) ?? []));
  const whiteout = (path: string): TarItem => ({
    kind: "file",
    path: join(dirname(path), `.wh.${path.slice(path.lastIndexOf("/") + 1)}`),
    data: new Uint8Array(0),
  });
  return [
    { createdBy: "ADD rootfs.tar / # sample base", items: baseFiles() },
    { createdBy: "COPY esbuild /opt/esbuild # buildkit", items: place(contents.tool) },
    { createdBy: "COPY allure /opt/allure # buildkit", items: place(contents.report) },
    { createdBy: "RUN /bin/sh -c npm ci --omit=dev # buildkit", items: place(contents.app) },
    {
      createdBy: "RUN /bin/sh -c npm install lodash@4.17.21 && npm uninstall minimist # buildkit",
      items: [...place(contents.update), whiteout("app/node_modules/minimist")],
    },
  ];
}

function placeOne(placed: Placed, items: readonly TarItem[]): readonly TarItem[] {
  return items
    .filter(({ path }) => placed.only?.test(path) ?? true)
    .map((item) => ({ ...item, path: `${placed.into}/${item.path}` }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

function baseFiles(): readonly TarItem[] {
  const folders = ["app", "etc", "opt", "tmp"].map((path): TarItem => ({ kind: "directory", path }));
  const file = (path: string, text: string): TarItem => ({ kind: "file", path, data: Buffer.from(text) });
  return [
    ...folders,
    file("etc/group", "root:x:0:\napp:x:10001:\n"),
    file("etc/passwd", "root:x:0:0:root:/root:/sbin/nologin\napp:x:10001:10001:app:/app:/sbin/nologin\n"),
  ];
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

// https://github.com/opencontainers/image-spec/blob/main/image-layout.md
async function writeLayout(dir: string, layers: readonly SampleLayer[]): Promise<void> {
  const blobs = join(dir, "blobs/sha256");
  await mkdir(blobs, { recursive: true });
  const store = async (mediaType: string, data: Uint8Array): Promise<Descriptor> => {
    const hash = sha256(data);
    await writeFile(join(blobs, hash), data);
    return { mediaType, digest: `sha256:${hash}`, size: data.length };
  };
  const oci = (what: string) => `application/vnd.oci.image.${what}`;
  const tars = layers.map(({ items }) => writeTar(items));
  const stored: Descriptor[] = [];
  for (const tar of tars) stored.push(await store(oci("layer.v1.tar+gzip"), gzipSync(tar, { level: 1 })));
  const config = await store(oci("config.v1+json"), json(configOf(layers, tars)));
  const manifest = { schemaVersion: 2, mediaType: oci("manifest.v1+json"), config, layers: stored };
  const described = await store(oci("manifest.v1+json"), json(manifest));
  const named = { ...described, annotations: { "org.opencontainers.image.ref.name": "sample" } };
  await writeFile(join(dir, "oci-layout"), json({ imageLayoutVersion: "1.0.0" }));
  await writeFile(
    join(dir, "index.json"),
    json({ schemaVersion: 2, mediaType: oci("index.v1+json"), manifests: [named] }),
  );
}

function configOf(layers: readonly SampleLayer[], tars: readonly Uint8Array[]): unknown {
  // The same bytes whenever it is made: it has no age.
  const created = "1970-01-01T00:00:00Z";
  const history = layers.map(({ createdBy }) => ({ created, created_by: createdBy }));
  return {
    architecture: "amd64",
    os: "linux",
    created,
    config: { User: "app", WorkingDir: "/app", Env: ["NODE_ENV=production"], Cmd: ["node", "server.js"] },
    rootfs: { type: "layers", diff_ids: tars.map((tar) => `sha256:${sha256(tar)}`) },
    history: [...history, { created, created_by: 'CMD ["node" "server.js"]', empty_layer: true }],
  };
}

function json(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

function sha256(data: Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

// Two runs at once: the first one's layout stays, it has the same bytes.
async function moveInto(layout: string, dir: string): Promise<void> {
  try {
    await rename(layout, dir);
  } catch (error) {
    if (existsSync(join(dir, "index.json"))) return;
    // A half layout of an older program, or an empty folder of the caller's: moved aside and deleted.
    const aside = `${dir}.${randomBytes(6).toString("hex")}`;
    await rename(dir, aside).catch(() => {
      throw new SeaworthyError("disk-failed", `write sample image "${dir}": ${messageOf(error)}`, {
        cause: error,
      });
    });
    await rename(layout, dir);
    await rm(aside, { recursive: true, force: true });
  }
}
