import { SeaworthyError } from "../core/errors.ts";
import type { ImageSetReport } from "../core/image-set.ts";
import type { LintReport } from "../core/lint.ts";
import type { Report } from "../core/report.ts";
import type { IssueList } from "./issue.ts";
import type { TableOptions } from "./table.ts";
import type { Template } from "./template.ts";

// One list of formats for each kind of report. A format is loaded when it is asked for; a new one is a line here, and nothing else
// has to know it.

/** What a format may need beside the report. */
export interface FormatOptions {
  /** How tables are shown. */
  readonly table: TableOptions;
  /** Of Seaworthy. */
  readonly version: string;
  /** Of the format `template`. */
  readonly template: Template | undefined;
  /** Text of each file that was linted, whose lines a table shows. */
  readonly sources: ReadonlyMap<string, string>;
}

/** Writes a report, in one piece or in parts. Pure. */
export type Render<R> = (report: R, options: FormatOptions) => string | Iterable<string>;

/** Formats by name: the first is what is written where none is asked for. */
export type Formats<R> = Readonly<Record<string, () => Promise<Render<R>>>>;

/** The names of formats, in their order. */
export function formatNames<F extends string>(formats: Readonly<Record<F, unknown>>): readonly F[] {
  // oxlint-disable-next-line typescript/consistent-type-assertions -- Object.keys() answers string[]; the record has no others
  return Object.keys(formats) as F[];
}

/** Formats of CI systems, which know findings, rules and places, and nothing of images. */
function issueFormats<R>(issuesOf: () => Promise<(report: R) => IssueList>) {
  const of = async (
    render: (list: IssueList, options: FormatOptions) => string | Iterable<string>,
  ): Promise<Render<R>> => {
    const issues = await issuesOf();
    return (report, options) => render(issues(report), options);
  };
  return {
    sarif: async () => {
      const { sarif } = await import("./sarif.ts");
      return of((list, { version }) => sarif(list, { version, suppressed: true }));
    },
    "sarif-github": async () => {
      const { sarif } = await import("./sarif.ts");
      return of((list, { version }) => sarif(list, { version, suppressed: false }));
    },
    junit: async () => of((await import("./junit.ts")).junit),
    markdown: async () => of((await import("./markdown.ts")).markdown),
    github: async () => of((await import("./github.ts")).githubAnnotations),
    gitlab_codeclimate: async () => of((await import("./codeclimate.ts")).gitlabCodeclimate),
    csv: async () => of((await import("./csv.ts")).csv),
  } as const;
}

/** Formats of `scan` and `report`. */
export const scanFormats = {
  table: async () => {
    const { tableReport } = await import("./table.ts");
    return (report, { table }) => tableReport(report, table);
  },
  json: async () => (await import("./json.ts")).jsonReport,
  ...issueFormats<Report>(async () => (await import("./scan-issues.ts")).scanIssues),
  gitlab: async () => (await import("./gitlab.ts")).gitlabReport,
  html: async () => (await import("./html.ts")).htmlReport,
  cyclonedx: async () => (await import("./cyclonedx.ts")).cyclonedxJson,
  "cyclonedx-xml": async () => (await import("./cyclonedx-xml.ts")).cyclonedxXml,
  spdx: async () => (await import("./spdx.ts")).spdxJson,
  spdx3: async () => (await import("./spdx3.ts")).spdx3Json,
  openvex: async () => {
    const { openvexReport, unknownAuthor } = await import("./openvex.ts");
    return (report) => openvexReport(report, { author: unknownAuthor });
  },
  verdict: async () => {
    const { verdictJson } = await import("./verdict.ts");
    return (report, { version }) => verdictJson(report, version);
  },
  template: async () => {
    const [{ jsonReport }, fill] = await Promise.all([import("./json.ts"), templateFiller()]);
    return (report, options) => fill([...jsonReport(report)].join(""), options);
  },
} as const satisfies Formats<Report>;

/** Formats of `scan k8s`. */
export const setFormats = {
  table: async () => {
    const { imageSetTable } = await import("./image-set-table.ts");
    return (set, { table }) => imageSetTable(set, table);
  },
  json: async () => (await import("./image-set-json.ts")).imageSetJson,
  ...issueFormats<ImageSetReport>(async () => (await import("./set-issues.ts")).setIssues),
  template: async () => {
    const [{ imageSetJson }, fill] = await Promise.all([import("./image-set-json.ts"), templateFiller()]);
    return (set, options) => fill([...imageSetJson(set)].join(""), options);
  },
} as const satisfies Formats<ImageSetReport>;

/** Formats of `lint`. */
export const lintFormats = {
  table: async () => {
    const { lintTable } = await import("./lint-table.ts");
    return (report, { table, sources }) => lintTable(report, sources, table);
  },
  json: async () => (await import("./lint-json.ts")).lintJson,
  ...issueFormats<LintReport>(async () => (await import("./lint-issues.ts")).lintIssues),
  checkstyle: async () => {
    const [{ checkstyle }, { lintIssues }] = await Promise.all([
      import("./checkstyle.ts"),
      import("./lint-issues.ts"),
    ]);
    return (report) => checkstyle(lintIssues(report));
  },
  codeclimate: async () => {
    const [{ codeclimate }, { lintIssues }] = await Promise.all([
      import("./codeclimate.ts"),
      import("./lint-issues.ts"),
    ]);
    return (report) => codeclimate(lintIssues(report));
  },
  template: async () => {
    const [{ lintJson }, fill] = await Promise.all([import("./lint-json.ts"), templateFiller()]);
    return (report, options) => fill(lintJson(report), options);
  },
} as const satisfies Formats<LintReport>;

async function templateFiller(): Promise<(json: string, options: FormatOptions) => string> {
  const { fillTemplate } = await import("./template.ts");
  return (json, { template }) => {
    // The command line has asked for it before anything was read.
    if (template === undefined) throw new SeaworthyError("internal", "fill template: none was read");
    return fillTemplate(template, json);
  };
}
