import { SeaworthyError } from "./errors.ts";

/**
 * An image reference, normalised as docker, containerd and podman do
 * (https://github.com/distribution/reference, `ParseNormalizedNamed` and `TagNameOnly`).
 */
export interface ImageReference {
  /** Host and port of the registry, `docker.io` by default. Empty where the grammar reads none (`foo_bar.com/x`). */
  readonly domain: string;
  /** Repository, `library/ubuntu`. */
  readonly path: string;
  /** `latest` by default; null where a digest was given without a tag. */
  readonly tag: string | null;
  /** `sha256:…`, `sha384:…` or `sha512:…`, lower-case hex. */
  readonly digest: string | null;
  /** All of it as text: `docker.io/library/ubuntu:latest`. */
  readonly canonical: string;
}

// Written without two ways to match the same text, so that no input makes the engine go back far.
const component = "[a-zA-Z0-9]+(?:-+[a-zA-Z0-9]+)*";
const domainName = `(?:${component}(?:\\.${component})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`;
const pathComponent = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
const repository = `${pathComponent}(?:/${pathComponent})*`;
const tag = "[\\w][\\w.-]{0,127}";
const digest = "[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}";
const grammar = new RegExp(`^(?:(${domainName})/)?(${repository})(?::(${tag}))?(?:@(${digest}))?$`);

const hub = "docker.io";
const longestPath = 255;
// No registry takes more; distribution sets no limit to a domain.
const longestText = 4096;
const hexLengths: ReadonlyMap<string, number> = new Map([
  ["sha256", 64],
  ["sha384", 96],
  ["sha512", 128],
]);

/** @throws SeaworthyError `reference-invalid` for what distribution refuses. */
export function parseReference(text: string): ImageReference {
  if (text.length > longestText) throw invalid(text, `it is longer than ${longestText} characters`);
  if (/^[a-f0-9]{64}$/.test(text)) throw invalid(text, "64 hexadecimal digits are an image id, not a name");
  const { domain, rest } = splitDomain(text);
  checkCase(text, rest);
  const match = grammar.exec(`${domain}/${rest}`);
  if (match === null) throw invalid(text, stateOf(text, domain, rest));
  const [, foundDomain = "", path = "", foundTag, foundDigest] = match;
  if (path.length > longestPath)
    throw invalid(text, `the repository is longer than ${longestPath} characters`);
  if (foundDigest !== undefined) checkDigest(text, foundDigest);
  const named = { domain: foundDomain, path, digest: foundDigest ?? null };
  return complete({ ...named, tag: foundTag ?? (foundDigest === undefined ? "latest" : null) });
}

function complete(parts: Omit<ImageReference, "canonical">): ImageReference {
  const name = parts.domain === "" ? parts.path : `${parts.domain}/${parts.path}`;
  const tagged = parts.tag === null ? name : `${name}:${parts.tag}`;
  return { ...parts, canonical: parts.digest === null ? tagged : `${tagged}@${parts.digest}` };
}

// The first component is a domain when it cannot be a part of a name on Docker Hub.
function splitDomain(text: string): { readonly domain: string; readonly rest: string } {
  const slash = text.indexOf("/");
  if (slash < 0) return { domain: hub, rest: `library/${text}` };
  const first = text.slice(0, slash);
  const remainder = text.slice(slash + 1);
  const domain = first === "index.docker.io" ? hub : isDomain(first) ? first : undefined;
  const rest = domain === undefined ? text : remainder;
  const official = (domain ?? hub) === hub && !rest.includes("/");
  return { domain: domain ?? hub, rest: official ? `library/${rest}` : rest };
}

function isDomain(first: string): boolean {
  return first === "localhost" || /[.:]/.test(first) || first.toLowerCase() !== first;
}

function checkCase(text: string, rest: string): void {
  const [name = ""] = rest.split(":", 1);
  if (name.toLowerCase() !== name) throw invalid(text, `the repository "${name}" must be lower-case`);
}

function stateOf(text: string, domain: string, rest: string): string {
  if (text === "") return "it is empty";
  if (grammar.test(`${domain}/${rest}`.toLowerCase())) return "the repository must be lower-case";
  return "it is not [DOMAIN/]NAME[:TAG][@DIGEST]";
}

function checkDigest(text: string, found: string): void {
  const [algorithm = "", hex = ""] = found.split(":");
  const length = hexLengths.get(algorithm);
  if (length === undefined) throw invalid(text, `the digest algorithm "${algorithm}" is not supported`);
  if (hex.length !== length)
    throw invalid(text, `a ${algorithm} digest has ${length} digits, this one ${hex.length}`);
  if (hex !== hex.toLowerCase()) throw invalid(text, "the digest must be lower-case");
}

/**
 * The name in a registry that an image was opened by, whichever way (`docker://`, `registry:`, an engine's);
 * undefined for an archive, a layout or a directory, which have none.
 */
export function registryReference(text: string): ImageReference | undefined {
  if (/^(?:docker-archive|oci|oci-archive|dir):|^[./]/.test(text)) return undefined;
  const plain = text.replace(/^(?:docker:\/\/|(?:registry|docker|podman|containerd):(?!\d+\/))/, "");
  try {
    return parseReference(plain);
  } catch {
    return undefined;
  }
}

/** The repository of an image that {@link registryReference} knows, `docker.io/library/debian`; undefined for one that has none. */
export function repositoryOf(text: string): string | undefined {
  const named = registryReference(text);
  if (named === undefined) return undefined;
  return named.domain === "" ? named.path : `${named.domain}/${named.path}`;
}

/** A reference's name, tag and digest as they are written, without any default and unchecked; what is not there is empty. */
export function splitReference(text: string): {
  readonly name: string;
  readonly tag: string;
  readonly digest: string;
} {
  const at = text.indexOf("@");
  const rest = at < 0 ? text : text.slice(0, at);
  const digest = at < 0 ? "" : text.slice(at + 1);
  const colon = rest.lastIndexOf(":");
  if (colon <= rest.lastIndexOf("/")) return { name: rest, tag: "", digest };
  return { name: rest.slice(0, colon), tag: rest.slice(colon + 1), digest };
}

function invalid(text: string, state: string): SeaworthyError {
  const shown = text.length > 300 ? `${text.slice(0, 300)}…` : text;
  return new SeaworthyError("reference-invalid", `read image reference "${shown}": ${state}`, {
    hint: "write [DOMAIN/]NAME[:TAG][@DIGEST], such as registry.example.com/team/app:1.2",
  });
}
