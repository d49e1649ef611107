import { messageOf, SeaworthyError } from "../core/errors.ts";
import type { HiddenPackage, Package } from "../core/package.ts";
import { isOsType } from "../core/package-name.ts";
import { parsePurl } from "../core/purl.ts";
import type { Report } from "../core/report.ts";
import { reportSchemaVersion } from "./json.ts";
import { reportSchema } from "./read-schema.ts";

type Read = ReturnType<typeof reportSchema.parse>;

/**
 * A saved report, as jsonReport() wrote it: written again it has the same bytes. `name` is what errors call it.
 * @throws SeaworthyError `report-invalid`: no JSON, another version, or not by the schema; says where.
 */
export function readReport(text: string, name: string): Report {
  const value = parse(text, name);
  const version = versionOf(value);
  if (version !== reportSchemaVersion)
    throw invalid(
      name,
      version === undefined ? "it is no report of Seaworthy" : `its schemaVersion is "${version}"`,
      `give a file that scan --format json of this version (schemaVersion ${reportSchemaVersion}) wrote`,
    );
  const read = reportSchema.safeParse(value);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw invalid(name, `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "not by the schema"}`);
  }
  return withNames(read.data, name);
}

function parse(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw invalid(name, messageOf(thrown));
  }
}

function versionOf(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null || !("schemaVersion" in value)) return undefined;
  return typeof value.schemaVersion === "string" ? value.schemaVersion : undefined;
}

function invalid(
  name: string,
  state: string,
  hint = "scan the image again with --format json",
): SeaworthyError {
  return new SeaworthyError("report-invalid", `read report "${name}": ${state}`, { hint });
}

function withNames(read: Read, name: string): Report {
  const { os } = read.image;
  const distro = os === null ? undefined : { ...os, idLike: [], prettyName: os.name };
  const named = <T extends Read["packages"][number]>(pkg: T): T & Package => ({
    ...pkg,
    ...(isOsType(pkg.type) ? { distro } : nameOf(pkg, name)),
  });
  const hidden = (pkg: Read["hiddenPackages"][number]): HiddenPackage => named(pkg);
  return { ...read, packages: read.packages.map(named), hiddenPackages: read.hiddenPackages.map(hidden) };
}

// `@scope/name`, `group:artifact`: the purl tells where the one ends, the text how it is written.
function nameOf(
  { name, type, purl }: Read["packages"][number],
  report: string,
): Pick<Package, "name" | "namespace"> {
  if (type !== "npm" && type !== "maven" && type !== "golang") return { name };
  const { namespace } = readPurl(purl, report);
  if (namespace === undefined || name.length <= namespace.length) return { name };
  const rest = name.slice(namespace.length + 1);
  return { name: rest, namespace: name.slice(0, namespace.length) };
}

function readPurl(purl: string, report: string): ReturnType<typeof parsePurl> {
  try {
    return parsePurl(purl);
  } catch (thrown) {
    throw invalid(report, messageOf(thrown));
  }
}
