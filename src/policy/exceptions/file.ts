import type { ForeignExceptions } from "./foreign.ts";
import { readGrypeConfig } from "./grype.ts";
import { readHarborAllowlist } from "./harbor.ts";
import { readLocated } from "./located.ts";
import { readOsvScannerConfig } from "./osv-scanner.ts";
import { readExceptions } from "./read.ts";
import { readSnykPolicy } from "./snyk.ts";
import { readTrivyIgnore, readTrivyIgnoreYaml } from "./trivy.ts";

/** Whose a file of exceptions is. */
export type ExceptionTool = "seaworthy" | "trivy" | "grype" | "osv-scanner" | "snyk" | "harbor";

/** A file of exceptions, whoever's it is. */
export interface ExceptionFile extends ForeignExceptions {
  readonly tool: ExceptionTool;
}

/** Where the own exceptions of a project are. */
export const ownExceptionFile = ".seaworthy/exceptions.yaml";

/**
 * Reads a file of exceptions, by its name or, of YAML, by its keys. Our own have neither problems nor notes: what is wrong there is an
 * error. @throws SeaworthyError `exception-invalid`, `malformed`, `limit-exceeded`.
 */
export function readExceptionFile(text: string, file: string): ExceptionFile {
  const tool = toolOf(text, file);
  return { tool, ...readBy(tool, text, file) };
}

function readBy(tool: ExceptionTool, text: string, file: string): ForeignExceptions {
  switch (tool) {
    case "seaworthy":
      return { exceptions: readExceptions(text, file), problems: [], notes: [] };
    case "trivy":
      return isPlainTrivy(file) ? readTrivyIgnore(text, file) : readTrivyIgnoreYaml(text, file);
    case "grype":
      return readGrypeConfig(text, file);
    case "osv-scanner":
      return readOsvScannerConfig(text, file);
    case "snyk":
      return readSnykPolicy(text, file);
    case "harbor":
      return readHarborAllowlist(text, file);
  }
}

function toolOf(text: string, file: string): ExceptionTool {
  const name = file.slice(file.lastIndexOf("/") + 1).toLowerCase();
  if (name.includes("trivyignore")) return "trivy";
  if (name.includes("grype")) return "grype";
  if (name.endsWith(".toml")) return "osv-scanner";
  if (name.endsWith(".snyk")) return "snyk";
  if (name.endsWith(".json")) return "harbor";
  return toolByKeys(text, file);
}

function toolByKeys(text: string, file: string): ExceptionTool {
  const root = readLocated(text, file);
  if (root.kind !== "map") return "seaworthy";
  const keys = new Map(root.entries.map(({ key, value }) => [key, value.kind]));
  if (keys.has("exceptions")) return "seaworthy";
  if (keys.get("ignore") === "list") return "grype";
  if (keys.get("ignore") === "map") return "snyk";
  const trivy = ["vulnerabilities", "misconfigurations", "secrets", "licenses"];
  return trivy.some((key) => keys.has(key)) ? "trivy" : "seaworthy";
}

function isPlainTrivy(file: string): boolean {
  return file.toLowerCase().includes("trivyignore") && !/\.ya?ml$/iu.test(file);
}
