import type { Candidate } from "../../core/plugin.ts";
import {
  credentialEndings,
  credentialNames,
  historyNames,
  type LoginStore,
  loginStores,
} from "./secret-stores.ts";

/** What a file may be, by its path alone. */
export interface Place {
  readonly name: string;
  readonly stores: readonly LoginStore[];
  readonly isHistory: boolean;
  /** `.git/HEAD`. */
  readonly isRepository: boolean;
  readonly isEnvironment: boolean;
  /** Named for credentials, and not in a package's own directory. */
  readonly isCredential: boolean;
  /** Settings by name: values under secret names count. */
  readonly isConfig: boolean;
  /** A page, a browser's script, or what is built into an app: some keys are public there. */
  readonly isPage: boolean;
}

/** Most bytes of a file that is looked into. */
export const mostBytes = 2 ** 20;

const storesByName = new Map<string, readonly LoginStore[]>();
for (const store of loginStores)
  for (const name of store.names) storesByName.set(name, [...(storesByName.get(name) ?? []), store]);

/** Is this file worth reading? Asked for every file of every layer: most are a package's, in the directory of the one before. */
export function isWorthReading({ path, size, head }: Candidate): boolean {
  if (size === 0 || size > mostBytes || head.length === 0) return false;
  const slash = path.lastIndexOf("/");
  const name = path.slice(slash + 1);
  if (toldNames.has(name) || name.startsWith(".env")) return isNamed(path, name);
  if (isPackaged(path, slash)) return false;
  const ending = endingOf(name);
  return credentialEndings.has(ending) || (!dullEndings.has(ending) && isText(head));
}

const toldNames: ReadonlySet<string> = new Set([
  "HEAD",
  ...historyNames,
  ...credentialNames,
  ...storesByName.keys(),
]);

function isNamed(path: string, name: string): boolean {
  if (historyNames.has(name) || environmentName.test(name)) return true;
  if (name === "HEAD") return repositoryHead.test(path);
  if (storesByName.get(name)?.some((store) => store.path?.test(path) ?? true) === true) return true;
  return !isPackaged(path, path.lastIndexOf("/"));
}

/** What the path of a file says of it. */
export function placeOf(path: string): Place {
  const name = nameOf(path);
  const ending = endingOf(name);
  const packaged = isPackaged(path, path.lastIndexOf("/"));
  const isEnvironment = !packaged && name.startsWith(".env") && environmentName.test(name);
  return {
    name,
    stores: storesByName.has(name) ? storesOf(name, path) : noStores,
    isHistory: historyNames.has(name),
    isRepository: name === "HEAD" && repositoryHead.test(path),
    isEnvironment,
    isCredential: (credentialNames.has(name) || credentialEndings.has(ending)) && !packaged,
    isConfig: isEnvironment || (!packaged && configName.test(name)),
    isPage: pageEndings.has(ending) || appNames.has(name),
  };
}

const noStores: readonly LoginStore[] = [];

function storesOf(name: string, path: string): readonly LoginStore[] {
  return (storesByName.get(name) ?? []).filter((store) => store.path?.test(path) ?? true).slice(0, 1);
}

const repositoryHead = /(?:^|\/)\.git\/HEAD$/;
const environmentName = /^\.env(?:\.(?!example|sample|template|dist|defaults?|test)[\w-]+)*$/;
const configName =
  /^(?:(?:application|bootstrap)[\w-]*\.(?:properties|ya?ml)|appsettings[\w.]*\.json|(?:secrets?|credentials?|database|settings|local_settings|config|parameters|env)\.(?:ya?ml|json|toml|ini|py|properties|env)|.+\.(?:tfvars|env)|gradle\.properties|terraform\.tfstate|sentry\.properties|credentials)$/;

// Firebase's settings of an app (https://firebase.google.com/docs/projects/api-keys): each user of it has them.
const appNames: ReadonlySet<string> = new Set(["google-services.json", "GoogleService-Info.plist"]);

const pageEndings: ReadonlySet<string> = new Set(["html", "htm", "js", "mjs", "css"]);

// Prose, translations, lists of versions with their hashes, certificates, what only browsers read: long, many, and no place of secrets.
const dullEndings: ReadonlySet<string> = new Set(
  "md rst adoc map css scss svg po pot pub crt cer lock sum list md5sums rules lds tmac csv tsv dtd xsd xsl h hpp hxx pyi tcl pm pod vim el elc".split(
    " ",
  ),
);

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function endingOf(name: string): string {
  const dot = name.lastIndexOf(".");
  return dot <= 0 ? "" : name.slice(dot + 1);
}

// What a distribution or a language's package manager has put there, with the test keys and samples of thousands of projects.
function isPackaged(path: string, slash: number): boolean {
  if (slash < 0) return false;
  if (slash !== last.directory.length - 1 || !path.startsWith(last.directory)) {
    const directory = path.slice(0, slash + 1);
    last = { directory, packaged: packagedTops.test(directory) || packagedParts.test(directory) };
  }
  return last.packaged;
}

// Layers list a directory's files one after the other.
let last = { directory: "", packaged: false };

const packagedTops =
  /^(?:usr\/(?:share|lib|lib32|lib64|libx32|libexec|include|src|games)|lib|lib32|lib64|libx32|boot|proc|sys|dev|var\/(?:lib\/(?:dpkg|apt|rpm|apk|pacman)|cache|db)|etc\/(?:ssl\/certs|pki\/ca-trust|ca-certificates|alternatives)|nix\/store|usr\/local\/(?:go|include|share\/(?:man|doc|perl|info|locale)|rustup|cargo\/registry)|opt\/(?:conda|miniconda3?)\/pkgs)\//;

const packagedParts =
  /(?:^|\/)(?:node_modules|site-packages|dist-packages|__pycache__|bower_components|jspm_packages|testdata|test-data|tests?|__tests__|__fixtures__|fixtures|specs?|vendor|third_party|google-cloud-sdk|gems|perl5|lib\/(?:python\d[\d.]*|ruby|perl|R|tcl\d[\d.]*|jvm|go-[\d.]+)|pkg\/mod|\.cargo\/(?:registry|git)|\.rustup|\.m2\/repository|\.gradle\/(?:caches|wrapper)|\.npm|\.cache|\.yarn|\.pnpm-store|\.nuget|\.git|share\/(?:doc|man)|conda-meta)\//;

// No NUL, unless it is UTF-16 by its mark.
function isText(head: Uint8Array): boolean {
  return head.indexOf(0) < 0 || isUtf16(head);
}

/** Does a text begin with UTF-16's byte order mark? */
export function isUtf16(head: Uint8Array): boolean {
  return (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff);
}

/** What Debian's ssl-cert makes: a key that signs nothing but a test. */
export const snakeoil = "etc/ssl/private/ssl-cert-snakeoil.key";
