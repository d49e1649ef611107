import { type YamlMap, type YamlText, type YamlValue, yamlAt, yamlTextAt } from "../formats/yaml.ts";
import type { Document, Finds, Found } from "./found.ts";
import { gapOf, isUnresolved, nothing, together } from "./found.ts";
import { isVersioned, joinedImage } from "./image-parts.ts";

// Lists and fields that hold containers, whatever the kind: pods and all that embeds their template, Argo's templates
// (container, script, sidecars), Tekton's tasks (steps, sidecars, stepTemplate).
const containerLists: ReadonlySet<string> = new Set([
  "containers",
  "initContainers",
  "ephemeralContainers",
  "sidecars",
  "steps",
]);
const containerFields: ReadonlySet<string> = new Set(["container", "script", "stepTemplate"]);

// What an object says of itself, not of what it runs.
const besides: ReadonlySet<string> = new Set(["metadata", "status"]);
const withoutPods: ReadonlySet<string> = new Set([
  "ConfigMap",
  "Secret",
  "CustomResourceDefinition",
  "Kustomization",
  "Component",
]);
// Objects about images rather than of them: what they hold are patterns.
const policies =
  /^(?:(?:.+\.)?kyverno\.io|(?:.+\.)?gatekeeper\.sh|policy\.sigstore\.dev|admissionregistration\.k8s\.io)\//u;

/** May a document hold an object with images? Asked of its text, before it is parsed. */
export function mayHoldImages(text: string): boolean {
  // Escapes may spell any word.
  if (!/image|\\[ux]|chart["']?[ \t]{0,80}:/iu.test(text)) return false;
  const definition = /^kind:\s*["']?CustomResourceDefinition["']?\s*$/mu.test(text);
  return !definition || /^kind:\s*(?!["']?CustomResourceDefinition)/mu.test(text);
}

/** The images of a Kubernetes object or a list of them; nothing for any other document. Found by shape: a kind need not be known. */
export function kubernetesImages({ file, index, value, placed }: Document): Finds {
  const found = objectImages(value, { file, document: index }, "");
  return placed ? found : withoutPlaces(found);
}

/** Finds whose lines are not those of a file. */
export function withoutPlaces({ uses, gaps, notes }: Finds): Finds {
  return {
    uses: uses.map((one) => ({ ...one, line: null, column: null })),
    gaps: gaps.map((one) => ({ ...one, line: null })),
    notes,
  };
}

type Place = Pick<Found, "file" | "document">;

/** Is it a Kubernetes object? */
export function isObject(value: YamlValue): boolean {
  return yamlTextAt(value, "apiVersion") !== undefined && yamlTextAt(value, "kind") !== undefined;
}

function objectImages(value: YamlValue, place: Place, pointer: string): Finds {
  if (value.kind !== "map" || !isObject(value)) return nothing;
  const kind = yamlTextAt(value, "kind") ?? "";
  const items = yamlAt(value, "items");
  if (kind.endsWith("List") && items?.kind === "list") {
    const of = kind.slice(0, -"List".length);
    return together(items.items.map((item) => objectImages(headed(item, value, of), place, "")));
  }
  if (isFluxKustomization(value))
    return changesOf(yamlAt(value, "spec"), {
      ...place,
      kind,
      name: yamlTextAt(value, "metadata", "name") ?? "",
    });
  if (withoutPods.has(kind) || policies.test(yamlTextAt(value, "apiVersion") ?? "")) return nothing;
  const owner: Owner = {
    ...place,
    kind,
    namespace: yamlTextAt(value, "metadata", "namespace") ?? null,
    name: yamlTextAt(value, "metadata", "name") ?? yamlTextAt(value, "metadata", "generateName") ?? "",
  };
  const parts = [...value.entries].filter(([key]) => !besides.has(key));
  return together(
    parts.map(([key, part]) => within(part, owner, { field: key, list: "", pointer: `${pointer}/${key}` })),
  );
}

// https://fluxcd.io/flux/components/kustomize/kustomizations/: not kustomize's own file of that kind.
function isFluxKustomization(value: YamlMap): boolean {
  return yamlTextAt(value, "apiVersion")?.startsWith("kustomize.toolkit.fluxcd.io/") === true;
}

const changes = ["images", "patches", "components", "parameters", "values", "valuesObject"];

// What Flux or Argo CD changes in a directory when it applies that: the directory is read as it is.
function changesOf(
  map: YamlValue | undefined,
  { file, kind, name }: Pick<Owner, "file" | "kind" | "name">,
): Finds {
  const made = changes.filter((key) => {
    const part = yamlAt(map, key);
    return part !== undefined && (key === "images" || key === "components" || namesImage(part));
  });
  const what = made.map((key) => `"${key}"`).join(", ");
  const message = `${kind} ${name} changes images by ${what}, which is not carried out`;
  return made.length === 0 ? nothing : gapOf("source-absent", message, file, map?.line);
}

function namesImage(value: YamlValue): boolean {
  if (value.kind === "text") return /image/iu.test(value.text);
  if (value.kind === "list") return value.items.some(namesImage);
  if (value.kind !== "map") return false;
  return [...value.entries].some(([key, part]) => /image/iu.test(key) || namesImage(part));
}

// The API server's own lists say once what all their items are.
function headed(item: YamlValue, list: YamlMap, kind: string): YamlValue {
  if (item.kind !== "map" || isObject(item) || kind === "") return item;
  const { line, column } = item;
  const entries = new Map(item.entries).set("kind", { kind: "text", text: kind, block: false, line, column });
  const version = list.entries.get("apiVersion");
  return { ...item, entries: version === undefined ? entries : entries.set("apiVersion", version) };
}

type Owner = Pick<Found, "file" | "document" | "kind" | "namespace" | "name">;

/** The way to a value: the key that it is under, the list that it is an item of. */
interface Way {
  readonly field: string;
  readonly list: string;
  readonly pointer: string;
}

function within(value: YamlValue, owner: Owner, way: Way): Finds {
  if (value.kind === "list") {
    const each = value.items.map((item, at) =>
      within(item, owner, { field: "", list: way.field, pointer: `${way.pointer}/${at}` }),
    );
    return together(each);
  }
  if (value.kind !== "map") return nothing;
  // An object within an object (a template of a template, a resource in a release) has its own kind and name.
  if (isObject(value)) return objectImages(value, owner, way.pointer);
  const own = together([imageOf(value, owner, way), chartOf(value, owner), sourceChanges(value, owner, way)]);
  const deeper = [...value.entries].map(([key, part]) =>
    within(part, owner, { field: key, list: "", pointer: `${way.pointer}/${escaped(key)}` }),
  );
  return together([own, ...deeper]);
}

// https://www.rfc-editor.org/rfc/rfc6901
function escaped(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}

// Flux's, Argo CD's and k3s' objects that install a chart from elsewhere.
const releases: ReadonlySet<string> = new Set(["HelmRelease", "HelmChart", "Application", "ApplicationSet"]);

function chartOf(map: YamlMap, { file, kind, name }: Owner): Finds {
  const chart = releases.has(kind) ? map.entries.get("chart") : undefined;
  if (chart?.kind !== "text") return nothing;
  return gapOf(
    "source-absent",
    `${kind} ${name} installs the chart "${chart.text}", which is not here`,
    file,
    chart.line,
  );
}

// https://argo-cd.readthedocs.io/en/stable/user-guide/application-specification/
function sourceChanges(map: YamlMap, owner: Owner, { field }: Way): Finds {
  if (owner.kind !== "Application" && owner.kind !== "ApplicationSet") return nothing;
  return field === "kustomize" || field === "helm" ? changesOf(map, owner) : nothing;
}

function imageOf(map: YamlMap, owner: Owner, { field, list, pointer }: Way): Finds {
  // A block device of Ceph.
  if (field === "rbd") return nothing;
  const image = map.entries.get("image");
  if (image === undefined || image.kind === "null" || image.kind === "list") return nothing;
  const holder = containerLists.has(list) ? list : containerFields.has(field) ? field : undefined;
  const container = holder === undefined ? null : (yamlTextAt(map, "name") ?? field);
  const found = (text: YamlText, written: string, at: string): Finds =>
    use({
      ...owner,
      ...positionOf(text),
      container,
      written,
      image: written,
      pointer: `${pointer}/${at}`,
      field: holder ?? "",
      via: null,
    });
  if (image.kind === "map") {
    const reference = image.entries.get("reference");
    if (list === "volumes" && reference?.kind === "text")
      return found(reference, reference.text, "image/reference");
    const joined = joinedImage(image, {});
    if (joined === undefined) return nothing;
    // What gives it a tag is the chart or the operator, which is not here.
    if (!isVersioned(joined.image)) return passedOver(owner, joined.image, joined.place);
    return found(joined.place, joined.image, "image");
  }
  if (image.text === "") return nothing;
  if (holder !== undefined || isUnmistakable(image.text)) return found(image, image.text, "image");
  return passedOver(owner, image.text, image);
}

function passedOver({ file, kind, name }: Owner, image: string, { line }: YamlText): Finds {
  const what = `image "${image}" of ${kind} ${name}`;
  return {
    ...nothing,
    notes: [`${file}:${line}: ${what} is in no container and was not taken for a container's`],
  };
}

// A custom resource's field "image" may be a machine's or a picture's: one with a repository and a tag or digest is a container's.
function isUnmistakable(image: string): boolean {
  return /^[\w.-]+(?::\d+)?\/[\w./-]+(?::[\w][\w.-]*|@sha256:[a-f0-9]{64})/u.test(image);
}

function positionOf({ line, column }: YamlText): Pick<Found, "line" | "column"> {
  return { line, column };
}

function use(found: Found): Finds {
  return { ...nothing, uses: [found] };
}

/** What of the uses can be pulled; the others, which a template or a variable would have to complete, are gaps. */
export function resolvedOnly({ uses, gaps, notes }: Finds): Finds {
  const open = uses.filter(({ image }) => isUnresolved(image));
  return {
    uses: uses.filter(({ image }) => !isUnresolved(image)),
    gaps: [
      ...gaps,
      ...open.map(({ image, kind, name, file, line }) => ({
        code: "image-unresolved" as const,
        message: `image "${image}" of ${kind} ${name}: what completes it is not in the files`,
        file,
        line,
      })),
    ],
    notes,
  };
}
