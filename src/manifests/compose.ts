import { posix } from "node:path";
import { messageOf } from "../core/errors.ts";
import {
  type YamlMap,
  type YamlText,
  type YamlValue,
  yamlAt,
  yamlItems,
  yamlTextAt,
} from "../formats/yaml.ts";
import { interpolate, parseDotEnv } from "./compose-variables.ts";
import {
  type Document,
  documentsOf,
  type Finds,
  type Found,
  gapOf,
  type ManifestTree,
  nothing,
  together,
} from "./found.ts";

/** May a document be a Compose file? Asked of its text. */
export function mayBeCompose(text: string): boolean {
  return /^(?:\{\s*)?["']?(?:services|include)["']?\s*:/mu.test(text);
}

/** Has the file a name by which Compose itself would find it, or one beside it? */
export function isComposeName(file: string): boolean {
  return /^(?:docker-)?compose[\w.-]*\.ya?ml$/u.test(posix.basename(file));
}

/**
 * Is it a Compose file: services with an image, a build or another service to extend, or includes under a name that Compose knows, and
 * no Kubernetes object?
 */
export function isCompose({ file, value }: Document): boolean {
  if (yamlAt(value, "apiVersion") !== undefined) return false;
  if (isComposeName(file) && yamlItems(value, "include").length > 0) return true;
  const services = yamlAt(value, "services");
  if (services?.kind !== "map") return false;
  return [...services.entries.values()].some((one) => keys.some((key) => yamlAt(one, key) !== undefined));
}

const keys = ["image", "build", "extends"];

/** The images of a Compose file's services, with the variables of the `.env` beside it, and of the files that it includes; what is built is noted. */
export function composeImages(document: Document, tree: ManifestTree): Finds {
  return projectImages(document, tree, new Set([document.file]));
}

// `seen`: an included file counts once, however many lead to it, and in a ring.
function projectImages(document: Document, tree: ManifestTree, seen: Set<string>): Finds {
  const services = yamlAt(document.value, "services");
  const own = services?.kind === "map" ? [...services.entries] : [];
  return together([
    ...own.map(([name, service]) => serviceImage(name, service, document, tree)),
    ...yamlItems(document.value, "include").flatMap((item) =>
      includedPaths(item).map((path) => includedImages(path, document, tree, seen)),
    ),
  ]);
}

// https://docs.docker.com/reference/compose-file/include/
function includedPaths(item: YamlValue): readonly YamlText[] {
  if (item.kind === "text") return [item];
  const path = yamlAt(item, "path");
  const paths = path?.kind === "list" ? path.items : [path];
  return paths.flatMap((one) => (one?.kind === "text" ? one : []));
}

function includedImages(
  { text, line }: YamlText,
  from: Document,
  tree: ManifestTree,
  seen: Set<string>,
): Finds {
  const file = posix.join(posix.dirname(from.file), text);
  if (seen.has(file)) return nothing;
  seen.add(file);
  if (/:\/\/|^git@/u.test(text) || tree.kind(file) !== "file")
    return gapOf("source-absent", `the included "${text}" is not here`, from.file, line);
  const { documents, gaps } = documentsOf(tree, file, mayBeCompose, () => true);
  return together([{ ...nothing, gaps }, ...documents.map((one) => projectImages(one, tree, seen))]);
}

function serviceImage(name: string, service: YamlValue, document: Document, tree: ManifestTree): Finds {
  if (service.kind !== "map") return nothing;
  const { file } = document;
  if (yamlAt(service, "build") !== undefined) {
    const note = `${file}:${service.line}: service "${name}" is built, not pulled: its image was not scanned`;
    return { ...nothing, notes: [note] };
  }
  return (
    imageOf(name, service, document, tree, 0) ??
    gapOf("image-unresolved", `service "${name}" names no image`, file, service.line)
  );
}

const deepest = 16;

// The image of the service itself, else of the one that it extends.
function imageOf(
  name: string,
  service: YamlMap,
  document: Document,
  tree: ManifestTree,
  depth: number,
): Finds | undefined {
  const { file, index } = document;
  const image = service.entries.get("image");
  if (image?.kind === "text") {
    const told = variables(tree, file);
    if ("gaps" in told) return told;
    const pulled = interpolate(image.text, told);
    if (pulled === undefined)
      return gapOf(
        "image-unresolved",
        `image "${image.text}" of service "${name}": its variables have no value`,
        file,
        image.line,
      );
    const { line, column, text: written } = image;
    const place = { file, document: index, line, column };
    const use: Found = {
      ...place,
      kind: "compose",
      namespace: null,
      name,
      container: null,
      written,
      image: pulled,
      via: null,
      pointer: "",
      field: "",
    };
    return { ...nothing, uses: [use] };
  }
  const base = service.entries.get("extends");
  if (base === undefined || depth > deepest) return undefined;
  return extended(name, base, document, tree, depth + 1);
}

function extended(
  name: string,
  base: YamlValue,
  document: Document,
  tree: ManifestTree,
  depth: number,
): Finds | undefined {
  const wanted = base.kind === "text" ? base.text : (yamlTextAt(base, "service") ?? "");
  const path = yamlTextAt(base, "file");
  const file = path === undefined ? document.file : posix.join(posix.dirname(document.file), path);
  if (tree.kind(file) !== "file" && path !== undefined)
    return gapOf(
      "source-absent",
      `service "${name}" extends one of "${file}", which is not there`,
      document.file,
      base.line,
    );
  const others =
    path === undefined ? [document] : documentsOf(tree, file, mayBeCompose, () => true).documents;
  for (const other of others) {
    const service = yamlAt(other.value, "services", wanted);
    if (service?.kind !== "map") continue;
    if (yamlAt(service, "build") !== undefined)
      return {
        ...nothing,
        notes: [
          `${document.file}:${base.line}: service "${name}" is built, not pulled: its image was not scanned`,
        ],
      };
    return imageOf(name, service, other, tree, depth);
  }
  return undefined;
}

function variables(tree: ManifestTree, file: string): ReadonlyMap<string, string> | Finds {
  const path = posix.join(posix.dirname(file), ".env");
  if (tree.kind(path) !== "file") return new Map();
  try {
    return parseDotEnv(tree.read(path));
  } catch (thrown) {
    return gapOf("manifest-unreadable", messageOf(thrown), path);
  }
}

/**
 * An override file changes the services of the file beside it (`compose.override.yaml` those of `compose.yaml`): of a service that
 * both give an image the override's counts. Other files stand for themselves.
 */
export function overridden(uses: readonly Found[]): readonly Found[] {
  const overrides = uses.filter(({ kind, file }) => kind === "compose" && baseOf(file) !== undefined);
  const changes = new Map(overrides.map((use) => [`${baseOf(use.file)}\n${use.name}`, use]));
  const spent = new Set<Found>();
  const changed = uses.map((use): readonly [Found, Found] => {
    const change = use.kind === "compose" ? changes.get(`${stemOf(use.file)}\n${use.name}`) : undefined;
    if (change === undefined) return [use, use];
    spent.add(change);
    return [use, { ...use, image: change.image, via: change.file }];
  });
  return changed.flatMap(([before, after]) => (spent.has(before) ? [] : after));
}

function baseOf(file: string): string | undefined {
  const [, base] = /^(.*)\.override\.ya?ml$/u.exec(file) ?? [];
  return base;
}

function stemOf(file: string): string {
  return file.replace(/\.ya?ml$/u, "");
}
