// Policies that others extend by name, as they would be written: `seaworthy policy show NAME` tells what each comes to.

/** Text of each preset. */
export const presets = {
  // For a first day: refuses what can be mended and is worst, and what is attacked already.
  starter: `version: 1
failOn: critical
onlyFixed: true
rules:
  - id: exploited
    description: A known exploited flaw, however it is rated.
    finding: { kev: true }
  - id: end-of-life
    description: Nobody mends a release after its end of life.
    action: warn
    image: { endOfLife: 0d }
`,
  // What the tool does without a policy.
  recommended: `version: 1
failOn: high
`,
  strict: `version: 1
extends: recommended
failOn: medium
unownedExecutables: unknown
rules:
  - id: exploited
    description: A known exploited flaw, however it is rated.
    finding: { kev: true }
  - id: likely-exploited
    description: A flaw that is exploited within 30 days with a probability of one in ten or more.
    finding: { epss: 0.1 }
  - id: overdue
    description: A version that mends it has been out for a month.
    finding: { fixedFor: 30d }
  - id: end-of-life
    description: Time to move to the next release before nobody mends this one.
    image: { endOfLife: 30d }
exceptions: { longest: 90d, stale: fail }
baseline: { newAdvisories: fail }
`,
  // Nothing to work with for whoever gets in: no package manager, shell, download tool, debugger …
  distroless: `version: 1
extends: recommended
checks:
  SW-IM-001: high # package manager of the operating system
  SW-IM-003: high # package manager of a language
  SW-IM-004: high # shell
  SW-IM-005: high # interpreter that the application does not run on
  SW-IM-006: high # download tool
  SW-IM-007: high # SSH client
  SW-IM-008: high # debugger
  SW-IM-009: high # compiler
  SW-IM-010: high # sudo
  SW-IM-011: high # su
  SW-IM-012: high # editor
  SW-IM-013: high # version control
  SW-IM-019: high # network tool
  SW-IM-020: high # runs as root
  SW-IM-024: high # setuid programs
`,
} as const satisfies Readonly<Record<string, string>>;

/** Name of a preset. */
export type PresetName = keyof typeof presets;

/** Is it the name of a preset? */
export function isPreset(name: string): name is PresetName {
  return Object.hasOwn(presets, name);
}
