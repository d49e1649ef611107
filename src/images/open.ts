import { existsSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { codeOf, type ErrorCode, SeaworthyError } from "../core/errors.ts";
import type { OpenImage } from "../core/image.ts";
import { parseReference } from "../core/reference.ts";
import { type Archive, openArchive } from "./archive.ts";
import { wantedPlatform } from "./platform.ts";
import type { ResolvedImage } from "./resolve.ts";
import type { Opened, OpenOptions, SourceRequest } from "./source.ts";
import { readDirectory } from "./sources/directory.ts";
import { isDockerArchive, readDockerArchive } from "./sources/docker-archive.ts";
import { layoutArchive, layoutDirectory, readLayout } from "./sources/layout.ts";
import { isTransportDirectory, readTransportDirectory } from "./sources/transport-directory.ts";

/**
 * Opens the image that `text` names: `docker-archive:FILE[:TAG|:@INDEX]`, `oci:DIR_OR_FILE[:TAG|@DIGEST]`, `oci-archive:`,
 * `oci-dir:`, `dir:ROOT` (a root file system, or what `skopeo copy … dir:` wrote), `docker:REF`, `podman:REF`, `containerd:REF`, `registry:REF` or `docker://REF`; or without scheme
 * a file or directory that is there, else a reference: looked for in the daemons of this machine, then in its registry.
 * @throws SeaworthyError, never anything else for what the outside world does.
 */
export async function openImage(text: string, options: OpenOptions): Promise<OpenImage> {
  const home = options.home ?? options.env["HOME"] ?? homedir();
  const request: SourceRequest = {
    options,
    home,
    wanted: wantedPlatform(options.platform),
    patience: 30_000,
  };
  const opened = await openScheme(text, request);
  return { reference: text, ...opened };
}

type Opener = (rest: string, request: SourceRequest) => Promise<Opened>;

const schemes: ReadonlyMap<string, Opener> = new Map([
  ["docker-archive", openDockerArchive],
  ["oci", openLayout],
  ["oci-archive", openLayout],
  ["oci-dir", openLayout],
  ["oci-layout", openLayout],
  ["dir", openDirectory],
  ["docker", openDocker],
  ["docker-daemon", openDocker],
  ["podman", openPodman],
  ["containerd", openContainerd],
  ["registry", openRegistry],
]);

function openScheme(text: string, request: SourceRequest): Promise<Opened> {
  const match = /^([a-z-]+):(.*)$/s.exec(text);
  const opener = schemes.get(match?.[1] ?? "");
  const rest = match?.[2] ?? "";
  if (opener === undefined) return openBare(text, request);
  if (rest === "") throw new SeaworthyError("usage", `open "${text}": nothing follows the colon`);
  if (rest.startsWith("//") && match?.[1] === "docker") return openRegistry(rest.slice(2), request);
  return opener(rest, request);
}

async function openBare(text: string, request: SourceRequest): Promise<Opened> {
  const path = expandHome(text, request.home);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory() === true)
    return existsSync(join(path, "index.json")) ? openLayout(path, request) : openDirectory(path, request);
  if (found !== undefined) return openFile(path, request);
  if (/^(?:\.{0,2}\/|~\/)/.test(text) || /\.(?:tar|tgz|tar\.\w+)$/.test(text))
    throw new SeaworthyError("image-not-found", `open image "${text}": no such file or directory`);
  parseReference(text);
  return (await openFromDaemons(text, request)) ?? openRegistry(text, request);
}

function openFile(path: string, { wanted }: SourceRequest): Promise<Opened> {
  return withArchive(path, (archive) =>
    isDockerArchive(archive)
      ? readDockerArchive(archive, undefined, wanted)
      : readLayout(layoutArchive(archive), undefined, wanted),
  );
}

function openDockerArchive(rest: string, { home, wanted }: SourceRequest): Promise<Opened> {
  const { path, selection } = splitPath(expandHome(rest, home));
  return withArchive(path, (archive) => {
    if (isDockerArchive(archive)) return readDockerArchive(archive, selection, wanted);
    throw new SeaworthyError("image-invalid", `open docker archive "${path}": it holds no manifest.json`, {
      hint: archive.has("index.json") ? `it is an OCI layout: write oci-archive:${path}` : undefined,
    });
  });
}

async function openLayout(rest: string, { home, wanted }: SourceRequest): Promise<Opened> {
  const { path, selection } = splitPath(expandHome(rest, home));
  const isDirectory = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  if (isDirectory)
    return { ...(await readLayout(layoutDirectory(path), selection, wanted)), close: async () => {} };
  return withArchive(path, (archive) => {
    if (archive.has("index.json")) return readLayout(layoutArchive(archive), selection, wanted);
    throw new SeaworthyError("image-invalid", `open OCI archive "${path}": it holds no index.json`, {
      hint: isDockerArchive(archive) ? `it is a docker archive: write docker-archive:${path}` : undefined,
    });
  });
}

async function openDirectory(rest: string, { home, wanted }: SourceRequest): Promise<Opened> {
  const path = expandHome(rest, home);
  const image = isTransportDirectory(path)
    ? readTransportDirectory(path, wanted)
    : readDirectory(path, wanted);
  return { ...(await image), close: async () => {} };
}

// Sources that open connections are loaded when they are named: start-up matters for the others.
async function openRegistry(rest: string, request: SourceRequest): Promise<Opened> {
  const { openFromRegistry } = await import("./sources/registry.ts");
  return openFromRegistry(parseReference(rest), request);
}

async function openDocker(rest: string, request: SourceRequest): Promise<Opened> {
  const { openFromDocker } = await import("./sources/docker-daemon.ts");
  return openFromDocker("docker", rest, request);
}

async function openPodman(rest: string, request: SourceRequest): Promise<Opened> {
  const { openFromDocker } = await import("./sources/docker-daemon.ts");
  return openFromDocker("podman", rest, request);
}

async function openContainerd(rest: string, request: SourceRequest): Promise<Opened> {
  const { openFromContainerd } = await import("./sources/containerd.ts");
  return openFromContainerd(parseReference(rest), request);
}

const quick = 2_000;
const elsewhere: ReadonlySet<ErrorCode> = new Set([
  "image-not-found",
  "source-unavailable",
  "platform-not-found",
  "unsupported",
]);

// What a daemon does not have, or a daemon that is not there or not for this user, is no error: the registry is next.
async function openFromDaemons(text: string, request: SourceRequest): Promise<Opened | undefined> {
  const { presentDaemons } = await import("./sources/daemons.ts");
  const openers = { docker: openDocker, podman: openPodman, containerd: openContainerd };
  for (const daemon of presentDaemons(request.options.env, request.home)) {
    try {
      return await openers[daemon](text, { ...request, patience: quick });
    } catch (thrown) {
      if (!elsewhere.has(codeOf(thrown))) throw thrown;
    }
  }
  return undefined;
}

async function withArchive(
  path: string,
  read: (archive: Archive) => Promise<ResolvedImage>,
): Promise<Opened> {
  const archive = await openArchive(path);
  try {
    if (!isDockerArchive(archive) && !archive.has("index.json"))
      throw new SeaworthyError("image-invalid", `open archive "${path}": it holds no image`, {
        hint: "an image archive has manifest.json (docker save) or index.json (OCI layout)",
      });
    return { ...(await read(archive)), close: () => archive.close() };
  } catch (thrown) {
    await archive.close();
    throw thrown;
  }
}

/** A path that may begin with the home directory. */
export function expandHome(path: string, home: string): string {
  return path.startsWith("~/") ? join(home, path.slice(2)) : path;
}

/** A path may hold colons itself: the longest beginning that exists is the path, what follows its colon (or @) the selection. */
export function splitPath(text: string): { readonly path: string; readonly selection: string | undefined } {
  if (existsSync(text)) return { path: text, selection: undefined };
  for (let end = text.length - 1; end > 0; end -= 1) {
    const mark = text[end];
    if ((mark !== ":" && mark !== "@") || !existsSync(text.slice(0, end))) continue;
    return { path: text.slice(0, end), selection: text.slice(mark === ":" ? end + 1 : end) };
  }
  const colon = text.indexOf(":");
  return { path: colon < 1 ? text : text.slice(0, colon), selection: undefined };
}
