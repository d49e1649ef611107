import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Placement, Policy } from "../core/policy.ts";
import type { Facts } from "../core/report.ts";
import type { Suppressing } from "../pipeline/suppress.ts";
import type { Io } from "./command.ts";
import type { VexText } from "./vex-sources.ts";

/** Where the exceptions of a project are. */
const ownFile = ".seaworthy/exceptions.yaml";

/** Options of what may keep findings out of a verdict. */
export const suppressOptions = {
  exceptions: { type: "string", multiple: true },
  vex: { type: "string", multiple: true },
} as const;

/** The help of {@link suppressOptions}. */
export const suppressUsage = `      --exceptions FILE  findings that may stand: ours, or .trivyignore(.yaml), .grype.yaml, osv-scanner.toml, .snyk; may be
                         given again; default: ${ownFile} where there is one
      --vex SOURCE       what suppliers say of findings: a file (OpenVEX, CSAF, CycloneDX), a directory of them, or
                         repo:DIR, a VEX repository; may be given again
`;

/** The values of {@link suppressOptions}. */
export interface SuppressValues {
  readonly exceptions?: readonly string[] | undefined;
  readonly vex?: readonly string[] | undefined;
}

/** Takes out of facts what exceptions and VEX say may stand, also the VEX that is attested to the image. */
export type Settle = (
  facts: Facts,
  placements: readonly Placement[],
  attested: readonly VexText[],
) => Promise<Facts>;

/**
 * Reads the exceptions once; VEX is read beside each image, since of a repository only what speaks of it is. undefined: there are none,
 * and none can be attested.
 * @throws SeaworthyError `exception-invalid`, `usage`; when it settles, `vex-invalid`.
 */
export async function settler(
  values: SuppressValues,
  attestable: boolean,
  policy: Policy,
  io: Io,
): Promise<Settle | undefined> {
  const files = values.exceptions ?? (existsSync(resolve(io.cwd, ownFile)) ? [ownFile] : []);
  const sources = values.vex ?? [];
  if (files.length + sources.length === 0 && !attestable) return undefined;
  // Readers of many formats: a scan without any of them starts without them.
  const [{ suppress, unsuppressed, vexSubject }, { loadVex }] = await Promise.all([
    import("../pipeline/suppress.ts"),
    import("./vex-sources.ts"),
  ]);
  const { exceptions, notes } = await givenExceptions(files, io);
  return async (given, placements, attested) => {
    const facts = unsuppressed(given);
    const vex = await loadVex(sources, attested, vexSubject(facts), io);
    const all = { exceptions, vex: vex.statements, notes: [...notes, ...vex.notes] };
    return suppress(facts, all, policy, placements);
  };
}

async function givenExceptions(
  names: readonly string[],
  io: Io,
): Promise<Pick<Suppressing, "exceptions" | "notes">> {
  if (names.length === 0) return { exceptions: [], notes: [] };
  const [{ placeText }, { readFiles }] = await Promise.all([
    import("../policy/exceptions/problems.ts"),
    import("./exceptions-file.ts"),
  ]);
  const files = await readFiles(names, io);
  const problems = files.flatMap((file) => file.problems);
  const notes = files.flatMap((file) => file.notes);
  return {
    exceptions: files.flatMap((file) => file.exceptions),
    notes: [
      ...problems.map(({ place, message }) => `exception left out: ${placeText(place)}: ${message}`),
      ...notes.map(({ place, message }) => `exceptions: ${placeText(place)}: ${message}`),
    ],
  };
}
