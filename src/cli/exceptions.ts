import { SeaworthyError } from "../core/errors.ts";
import type { Command } from "./command.ts";
import { add } from "./exceptions-add.ts";
import { importFiles, prune } from "./exceptions-edit.ts";
import { check, list } from "./exceptions-list.ts";

const usage = `seaworthy exceptions add --finding ID --reason TEXT --justification WORD --owner WHO --expires DAY [OPTIONS]
seaworthy exceptions list [--file FILE...] [--format table|json]
seaworthy exceptions check --report FILE... [--file FILE...] [--format table|json]
seaworthy exceptions prune [--report FILE...] [--file FILE] [--dry-run]
seaworthy exceptions import FILE... [--owner WHO] [--expires DAY] [--file FILE] [--dry-run]

Findings that may stand, for now and for a reason: .seaworthy/exceptions.yaml. docs/exceptions.md tells its form.

add     puts one into the file; with reports, only one that matches something there
list    tells which there are
check   tells what becomes of each in saved reports: used, expired, reopened, over-broad, shadowed or
        matching nothing, and then what it comes nearest to
prune   takes out those that are expired and, with reports, those that match nothing in any of them
import  writes what .trivyignore(.yaml), .grype.yaml, osv-scanner.toml, .snyk and Harbor's CVE allowlist say

  --report FILE         what scan --format json wrote; may be given again
  --file FILE           default: .seaworthy/exceptions.yaml; list and check take other tools' files, too
  --finding ID          id or alias of a finding, or of a check; "*" is all of a package
  --package PATTERN     a purl or a name, with or without a version
  --path PATTERN        of all files that prove the package
  --layer WHICH         base, application, or a digest
  --image, --repository, --namespace PATTERN, --label NAME=PATTERN
                        for these images alone; each may be given again
  --justification WORD  component_not_present, vulnerable_code_not_present,
                        vulnerable_code_not_in_execute_path, inline_mitigations_already_exist,
                        vulnerable_code_cannot_be_controlled_by_adversary,
                        false_positive, no_fix_available or risk_accepted
  --reopens LIST        fix,kev,epss,severity (default), some of them, or never
  --expires DAY         the last day on which it holds: YYYY-MM-DD, or days from today as 90d
  --dry-run             show what would change, and change nothing

Exit codes: 0 done; 1 check: one is not as it should be, import: an entry was left out; 2 error.
`;

const actions = { add, list, check, prune, import: importFiles } as const;

/** `seaworthy exceptions`. */
export const command: Command = {
  name: "exceptions",
  summary: "accept findings for a time, and tell which exceptions still hold",
  usage,
  run: async ([action, ...rest], io) => {
    const found = Object.entries(actions).find(([name]) => name === action);
    if (found !== undefined) return found[1](rest, io);
    const state = action === undefined ? "say" : `"${action}" is none of`;
    throw new SeaworthyError(
      "usage",
      `read arguments of "exceptions": ${state} add, list, check, prune, import`,
      {
        hint: "seaworthy exceptions --help",
      },
    );
  },
};
