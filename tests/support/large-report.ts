import type { Finding } from "../../src/core/finding.ts";
import type { Package } from "../../src/core/package.ts";
import type { Report } from "../../src/core/report.ts";
import { severities } from "../../src/core/severity.ts";
import { fullReport, sampleFinding, samplePackage } from "./sample-report.ts";

const layers = 12;

/** A report with so many findings, each with words of its own, as a large and old image has them. */
export function largeReport(count: number): Report {
  const packages = Array.from({ length: Math.ceil(count / 8) }, (_, index) =>
    samplePackage(`package-number-${index}`, `1.${index % 40}.${index % 7}`, index % layers),
  );
  const findings = Array.from({ length: count }, (_, index) => findingOf(index, packages));
  const image = {
    ...fullReport.image,
    reference: `example.org/large:${count}`,
    layers: Array.from({ length: layers }, (_, index) => ({
      index,
      digest: `sha256:${String(index).padStart(64, "0")}`,
      diffId: `sha256:${String(index).padStart(64, "1")}`,
      createdBy: `RUN /bin/sh -c apt-get update && apt-get install -y package-number-${index} # buildkit`,
      fromBase: index < 4,
      dockerfile: index < 4 ? undefined : { file: "Dockerfile", line: index * 3, stage: "app" },
    })),
  };
  return { ...fullReport, image, packages, findings, hiddenPackages: [], upgrades: [] };
}

function findingOf(index: number, packages: readonly Package[]): Finding {
  const pkg = packages[index % packages.length];
  if (pkg === undefined) throw new Error("make report: it has no packages");
  const severity = severities[(index * 7) % severities.length] ?? "unknown";
  const id = `CVE-${2015 + (index % 11)}-${10_000 + index}`;
  const summary = `In the parser of ${pkg.name} a crafted document number ${index} leads to a read past the end of a buffer, so that an attacker learns memory of the process or makes it stop`;
  const made = sampleFinding(pkg, id, severity, {
    summary,
    kev: index % 97 === 0,
    epss: (index % 100) / 100,
  });
  const evidence = made.evidence.map((one) => ({ ...one, url: `https://example.org/advisories/${id}` }));
  return { ...made, evidence, fix: index % 3 === 0 ? { state: "not-fixed", versions: [] } : made.fix };
}
