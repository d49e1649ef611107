import { SeaworthyError } from "../core/errors.ts";
import type { FoundPackage } from "../core/package.ts";
import type { Candidate, Extraction, Extractor, FoundFile, RandomAccess } from "../core/plugin.ts";
import { type PythonMetadata, parsePythonMetadata } from "../formats/python-metadata.ts";
import { parseInstalledFiles, parseRecord, resolveInstalled } from "../formats/python-record.ts";
import { readText, utf8 } from "../formats/random-access.ts";
import { findEntry, openZip, readEntry } from "../formats/zip.ts";

/** Name and version stand at the top of the file; a description of any length may follow. */
const headerBytes = 2 ** 20;
const longestRecord = 64 * 2 ** 20;
/** Longer `License` fields are the licence's text, not its name. */
const longestLicence = 120;
/** Of a name or a version. */
const longestName = 512;

/**
 * Installed Python distributions: what `pip freeze --all` lists. Reads `*.dist-info/METADATA`, `*.egg-info` (file or directory) and
 * eggs (directory or zip), and takes the files that RECORD or installed-files.txt name as the distribution's own.
 *
 * Below a `site-packages` or `dist-packages` only what lies directly in it counts: `setuptools/_vendor/x.dist-info` is a part of setuptools,
 * pip does not list it, and no one can upgrade it (docs/decisions/bundled-copies.md). Elsewhere (`pip install --target`, an editable
 * install's egg-info) the place does not matter, unless it is a vendor directory.
 */
export const python: Extractor = { id: "python-installed", wants, extract };

type Kind = "metadata" | "record" | "installed-files" | "egg";

const kinds: readonly (readonly [pattern: RegExp, kind: Kind])[] = [
  [/\.dist-info\/METADATA$/, "metadata"],
  [/\.dist-info\/RECORD$/, "record"],
  [/\.egg-info\/PKG-INFO$/, "metadata"],
  [/\.egg\/EGG-INFO\/PKG-INFO$/, "metadata"],
  [/\.egg-info\/installed-files\.txt$/, "installed-files"],
  [/\.egg-info$/, "metadata"],
  [/\.egg$/, "egg"],
];

function wants({ path }: Candidate): boolean {
  return kindOf(path) !== undefined && isInstalled(infoDirectory(path));
}

function kindOf(path: string): Kind | undefined {
  return kinds.find(([pattern]) => pattern.test(path))?.[1];
}

/** `…/site-packages/x-1.0.dist-info`: the file or directory that stands for the distribution. */
function infoDirectory(path: string): string {
  return path.replace(/\/(?:METADATA|RECORD|PKG-INFO|installed-files\.txt)$/, "").replace(/\/EGG-INFO$/, "");
}

function isInstalled(info: string): boolean {
  const segments = info.split("/");
  const name = segments.at(-1) ?? "";
  // pip leaves `~ip-23.0.dist-info` behind when an upgrade was cut off, and ignores it from then on.
  if (name.startsWith("~")) return false;
  const site = Math.max(segments.lastIndexOf("site-packages"), segments.lastIndexOf("dist-packages"));
  if (site >= 0) return site === segments.length - 2;
  // Deeper in the standard library there are only its tests' data (`lib/python3.11/test/…/example-21.12-py3.6.egg`).
  const library = segments.findLastIndex(
    (one, at) => /^python\d/.test(one) && segments[at - 1]?.startsWith("lib") === true,
  );
  if (library >= 0 && library < segments.length - 2) return false;
  // Debian's Python 2 kept these two beside the standard library, whose parts they are.
  if (/^python\d/.test(segments.at(-2) ?? "") && /^(?:argparse|wsgiref)\b/.test(name)) return false;
  return !segments.some((segment) => segment === "_vendor" || segment === "vendored");
}

function extract(file: FoundFile): Extraction {
  switch (kindOf(file.path)) {
    case "record":
      return owned(file, parseRecord(readText(file.bytes, longestRecord, "RECORD")));
    case "installed-files":
      return owned(file, parseInstalledFiles(readText(file.bytes, longestRecord, "installed-files.txt")));
    case "egg":
      return distribution(file, eggMetadata(file.bytes));
    case "metadata":
    case undefined:
      return distribution(file, headerOf(file.bytes));
  }
}

function headerOf(bytes: RandomAccess): PythonMetadata {
  return parsePythonMetadata(utf8(bytes.read(0, headerBytes)));
}

function eggMetadata(bytes: RandomAccess): PythonMetadata {
  const archive = openZip(bytes);
  const entry = findEntry(archive, "EGG-INFO/PKG-INFO");
  if (entry === undefined)
    throw new SeaworthyError("malformed", "read Python egg: EGG-INFO/PKG-INFO is not there");
  return headerOf(readEntry(archive, entry, headerBytes * 8));
}

function distribution(file: FoundFile, metadata: PythonMetadata): Extraction {
  const { name, version } = metadata;
  if (name === undefined || version === undefined)
    throw new SeaworthyError(
      "malformed",
      `read metadata of a Python package: the ${name === undefined ? "Name" : "Version"} is missing`,
    );
  if (name.length > longestName || version.length > longestName)
    throw new SeaworthyError("malformed", "read metadata of a Python package: Name or Version is too long");
  const found: FoundPackage = { type: "pypi", name, version, licences: licences(metadata) };
  const info = infoDirectory(file.path);
  const own = info === file.path ? info : `${info}/`;
  return { packages: [found], owns: [{ owner: `pypi ${name}@${version}`, os: false, paths: [own] }] };
}

function owned(file: FoundFile, paths: readonly string[]): Extraction {
  const info = infoDirectory(file.path);
  const slash = info.lastIndexOf("/");
  const base = file.path.endsWith("/RECORD") ? info.slice(0, Math.max(slash, 0)) : info;
  const resolved = [...paths, ...movedByTarget(paths)].map((path) => resolveInstalled(base, path));
  return {
    owns: [
      {
        owner: `pypi ${ownerName(info.slice(slash + 1))}`,
        os: false,
        paths: resolved.filter((path): path is string => path !== undefined && path !== ""),
      },
    ],
  };
}

// `pip install --target` installs into lib/python and bin, then moves what is in both into one directory; RECORD stays as it was.
function movedByTarget(paths: readonly string[]): readonly string[] {
  return paths.filter((path) => path.startsWith("../../bin/")).map((path) => path.slice("../../".length));
}

// `requests-2.31.0.dist-info`, `requests-2.31.0-py3.11.egg-info`: a dash stands in neither name nor version.
function ownerName(directory: string): string {
  const [name = "", version] = directory.replace(/\.(?:dist|egg)-info$/, "").split("-");
  return version === undefined ? name : `${name}@${version}`;
}

function licences(metadata: PythonMetadata): readonly string[] {
  if (metadata.licenceExpression !== undefined) return [metadata.licenceExpression];
  const { licence } = metadata;
  const named = licence !== undefined && licence.length <= longestLicence && !licence.includes("\n");
  if (named && licence.toUpperCase() !== "UNKNOWN") return [licence];
  const classified = metadata.classifiers
    .filter((classifier) => classifier.startsWith("License ::"))
    .map((classifier) => classifier.split("::").at(-1)?.trim() ?? "")
    .filter((name) => name !== "" && name !== "OSI Approved");
  return [...new Set(classified)];
}
