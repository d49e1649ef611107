import { messageOf } from "../../core/errors.ts";
import { type Purl, parsePurl } from "../../core/purl.ts";
import { parseReference, splitReference } from "../../core/reference.ts";

/** A name of a product or of a part of it. */
export type VexName =
  | { readonly kind: "package"; readonly text: string; readonly purl: Purl }
  | ImageName
  | { readonly kind: "digest"; readonly text: string; readonly digest: string }
  | CpeName
  /** Nothing that could be looked for here. */
  | { readonly kind: "unknown"; readonly text: string; readonly reason: string };

/** An image, by purl or reference. */
export interface ImageName {
  readonly kind: "image";
  readonly text: string;
  /** Last part of its repository. */
  readonly name: string;
  /** `docker.io/library/nginx`: it is one of these; empty: in any registry. */
  readonly repositories: readonly string[];
  readonly tag: string;
  readonly digest: string;
  readonly architecture: string;
}

/** A CPE, 2.2 or 2.3, as far as it tells an operating system. */
export interface CpeName {
  readonly kind: "cpe";
  readonly text: string;
  readonly vendor: string;
  readonly product: string;
  readonly version: string;
  readonly update: string;
}

const longest = 16_384;

/** Reads the name of a product. What cannot be looked for is `unknown`, with the reason. */
export function readName(text: string): VexName {
  if (text.length > longest)
    return {
      kind: "unknown",
      text: `${text.slice(0, 100)}…`,
      reason: `is longer than ${longest} characters`,
    };
  const trimmed = text.trim();
  if (/^pkg:/i.test(trimmed)) return purlName(trimmed);
  if (/^cpe:/i.test(trimmed)) return cpeName(trimmed);
  const digest = digestOf(trimmed);
  if (digest !== "") return { kind: "digest", text, digest };
  if (/^[a-z][a-z\d.]*(?:-\d+)?:[0-9a-f]{32,}$/i.test(trimmed))
    return { kind: "digest", text, digest: trimmed.toLowerCase() };
  if (!/^[a-z][a-z\d+.-]*:\/\//i.test(trimmed) && !/^urn:/i.test(trimmed)) {
    const image = referenceName(trimmed);
    if (image !== undefined) return image;
  }
  return { kind: "unknown", text, reason: "is neither a purl nor a digest nor an image's name" };
}

function purlName(text: string): VexName {
  try {
    const purl = parsePurl(text);
    return purl.type === "oci" || purl.type === "docker"
      ? imageName(text, purl)
      : { kind: "package", text, purl };
  } catch (thrown) {
    return { kind: "unknown", text, reason: `is no purl: ${messageOf(thrown).replace(/^[^:]*".*": /s, "")}` };
  }
}

// https://github.com/package-url/purl-spec/blob/main/types-doc/oci-definition.md: repository_url holds the whole repository, with
// its last part. Documents were made that leave it out, and scanners that read only those (anchore/grype#3657).
function imageName(text: string, { type, namespace, name, version = "", qualifiers }: Purl): ImageName {
  const url = qualifiers["repository_url"] ?? (type === "docker" ? "docker.io" : "");
  const base = plainUrl(url);
  const path = namespace === undefined ? name : `${namespace}/${name}`;
  const whole = base.endsWith(`/${path}`) ? [base] : [];
  const repositories =
    base === "" ? [] : [...whole, `${base}/${path}`].flatMap((each) => repositoryOf(each) ?? []);
  const digest = digestOf(version);
  return {
    kind: "image",
    text,
    name,
    repositories,
    tag: qualifiers["tag"] ?? (digest === "" ? version : ""),
    digest,
    architecture: qualifiers["arch"] ?? "",
  };
}

// Some encode the slashes of a qualifier twice (anchore/grype#1836).
function plainUrl(url: string): string {
  const decoded = url.replace(/%2F/gi, "/").replace(/%3A/gi, ":");
  return decoded.replace(/^[a-z][a-z\d+.-]*:\/\//i, "").replace(/\/+$/, "");
}

const hubs: ReadonlySet<string> = new Set([
  "registry-1.docker.io",
  "registry.hub.docker.com",
  "hub.docker.com",
]);

/** `index.docker.io/nginx` → `docker.io/library/nginx`; undefined for what is no repository. */
export function repositoryOf(text: string): string | undefined {
  const slash = text.indexOf("/");
  const host = text.slice(0, Math.max(slash, 0)).toLowerCase();
  const rest = text.slice(slash + 1).toLowerCase();
  const canonical = slash < 0 ? rest : `${hubs.has(host) ? "docker.io" : host}/${rest}`;
  try {
    const { domain, path } = parseReference(canonical);
    return `${domain}/${path}`;
  } catch {
    return undefined;
  }
}

function referenceName(text: string): ImageName | undefined {
  const { name, tag, digest } = splitReference(text.replace(/^docker:\/\//, ""));
  const repository = repositoryOf(name);
  if (repository === undefined || (digest !== "" && digestOf(digest) === "")) return undefined;
  const last = repository.slice(repository.lastIndexOf("/") + 1);
  return {
    kind: "image",
    text,
    name: last,
    repositories: [repository],
    tag,
    digest: digestOf(digest),
    architecture: "",
  };
}

/** A digest in one writing: `sha256:` and its digits; empty for what is none. A prefix that stands there twice (anchore/grype#1589) counts once. */
function digestOf(text: string): string {
  const [, algorithm, hex = ""] =
    /^(?:sha256:(?=sha256:))?(?:(sha256|sha384|sha512):)?([0-9a-f]{64,128})$/i.exec(text) ?? [];
  if (hex === "") return "";
  return `${(algorithm ?? "sha256").toLowerCase()}:${hex.toLowerCase()}`;
}

// `cpe:/o:redhat:enterprise_linux:9::appstream`, `cpe:2.3:o:redhat:enterprise_linux:9:*:appstream:*:*:*:*:*`.
function cpeName(text: string): CpeName {
  const fields = text
    .replace(/^cpe:(?:2\.3:|\/)/i, "")
    .split(/(?<!\\):/)
    .map((field) => (field === "*" || field === "-" ? "" : field.toLowerCase()));
  const [, vendor = "", product = "", version = "", update = ""] = fields;
  return { kind: "cpe", text, vendor, product, version, update };
}
