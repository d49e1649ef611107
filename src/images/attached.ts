import { existsSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { SeaworthyError } from "../core/errors.ts";
import { parseReference } from "../core/reference.ts";
import { openArchive } from "./archive.ts";
import type { AttachedImage } from "./attached-image.ts";
import { expandHome, splitPath } from "./open.ts";
import { wantedPlatform } from "./platform.ts";
import type { OpenOptions, SourceRequest } from "./source.ts";
import { layoutArchive, layoutDirectory } from "./sources/layout.ts";
import { attachedInLayout } from "./sources/layout-attached.ts";

/**
 * Opens what hangs on the image that `text` names: a reference (its registry is asked, never a daemon of this machine, which
 * keeps no signatures) or an OCI layout, in a directory or an archive.
 * @throws SeaworthyError `usage` for other sources, and as `openImage`.
 */
export async function openAttached(text: string, options: OpenOptions): Promise<AttachedImage> {
  const home = options.home ?? options.env["HOME"] ?? homedir();
  const wanted = wantedPlatform(options.platform);
  const request: SourceRequest = { options, home, wanted, patience: 30_000 };
  const [, scheme = "", rest = ""] =
    /^(registry|docker|oci|oci-dir|oci-archive|oci-layout):(.*)$/s.exec(text) ?? [];
  if (scheme.startsWith("oci")) return openLayout(rest, request);
  if (scheme === "registry") return openRegistry(rest, request);
  if (scheme === "docker" && rest.startsWith("//")) return openRegistry(rest.slice(2), request);
  const path = expandHome(text, home);
  if (existsSync(path)) return openLayout(path, request);
  if (scheme === "docker" || /^(?:docker-archive|docker-daemon|podman|containerd|dir):/.test(text))
    throw new SeaworthyError(
      "usage",
      `open "${text}": signatures are kept in registries and OCI layouts only`,
      {
        hint: "name the image by its reference, or write oci:PATH",
      },
    );
  return openRegistry(text, request);
}

async function openRegistry(text: string, request: SourceRequest): Promise<AttachedImage> {
  const { attachedInRegistry } = await import("./sources/registry-attached.ts");
  return attachedInRegistry(parseReference(text), request);
}

async function openLayout(rest: string, { home, wanted }: SourceRequest): Promise<AttachedImage> {
  const { path, selection } = splitPath(expandHome(rest, home));
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined)
    throw new SeaworthyError("image-not-found", `open image "${rest}": no such file or directory`);
  if (found.isDirectory()) {
    if (!existsSync(join(path, "index.json")))
      throw new SeaworthyError("image-invalid", `open OCI layout "${path}": it holds no index.json`);
    return attachedInLayout(layoutDirectory(path), selection, wanted, async () => {});
  }
  const archive = await openArchive(path);
  try {
    if (!archive.has("index.json"))
      throw new SeaworthyError("image-invalid", `open OCI archive "${path}": it holds no index.json`);
    return await attachedInLayout(layoutArchive(archive), selection, wanted, () => archive.close());
  } catch (thrown) {
    await archive.close();
    throw thrown;
  }
}
