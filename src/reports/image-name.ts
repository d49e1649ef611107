import { parseReference } from "../core/reference.ts";

const engines = /^(?:registry:|docker:\/\/|docker:|podman:|containerd:)/;
const files = /^(?:docker-archive|oci-archive|oci|dir):/;

/**
 * What an image is called, whatever its tag, digest or the folder that its archive lies in: `docker.io/library/debian`, or the last
 * name of a path. Two builds of one image have the same.
 */
export function imageName(reference: string): string {
  const text = reference.replace(engines, "");
  if (!files.test(text)) {
    try {
      const { domain, path } = parseReference(text);
      return domain === "" ? path : `${domain}/${path}`;
    } catch {
      // A path: read below.
    }
  }
  const path = text.replace(files, "").replace(/@[^@/]*$/, "");
  const name =
    path
      .replace(/[/\\]+$/, "")
      .split(/[/\\]/)
      .at(-1) ?? "";
  return (files.test(text) ? name.replace(/:[^:]*$/, "") : name) || "image";
}
