import { gzipSync } from "node:zlib";

// What GitHub asks of a SARIF log beyond the schema
// (https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support).

interface Result {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly message: { readonly text: string };
  readonly partialFingerprints: Readonly<Record<string, string>>;
  readonly suppressions?: readonly unknown[];
  readonly locations: readonly {
    readonly physicalLocation: {
      readonly artifactLocation: { readonly uri: string };
      readonly region: { readonly startLine: number };
    };
  }[];
}

/** As much of a SARIF log as GitHub reads. */
export interface GithubLog {
  readonly runs: readonly {
    readonly automationDetails: { readonly id: string };
    readonly invocations: readonly {
      readonly exitCode: number;
      readonly toolExecutionNotifications: readonly { readonly descriptor: { readonly id: string } }[];
    }[];
    readonly tool: {
      readonly driver: {
        readonly rules: readonly {
          readonly id: string;
          readonly helpUri?: string;
          readonly properties: { readonly tags: readonly string[]; readonly "security-severity"?: string };
        }[];
      };
    };
    readonly results: readonly Result[];
  }[];
}

/** What GitHub would refuse, drop or show wrongly; empty where nothing is. */
export function githubErrors(text: string): readonly string[] {
  const log: GithubLog = JSON.parse(text);
  const errors = log.runs.flatMap((run) => {
    const { rules } = run.tool.driver;
    return [
      ...(rules.length > 25_000 ? ["more than 25,000 rules"] : []),
      ...(run.results.length > 25_000 ? ["more than 25,000 results"] : []),
      ...(new Set(rules.map(({ id }) => id)).size < rules.length ? ["a rule is there twice"] : []),
      ...rules
        .filter(({ properties }) => properties.tags.length > 10)
        .map(({ id }) => `${id}: more than 10 tags`),
      ...rules.flatMap(({ id, properties }) => scoreErrors(id, properties)),
      ...run.results.flatMap((result) => resultErrors(result, rules[result.ruleIndex]?.id)),
      ...(new Set(fingerprints(run.results)).size < run.results.length
        ? ["two results have one fingerprint"]
        : []),
      ...(run.automationDetails.id.endsWith("/") ? [] : ["the category ends without /"]),
    ];
  });
  const size = gzipSync(text).byteLength;
  return [
    ...errors,
    ...(size > 10_000_000 ? [`${size} bytes compressed`] : []),
    ...(log.runs.length > 20 ? ["more than 20 runs"] : []),
  ];
}

/** What a result is known by. */
export function fingerprints(results: readonly Result[]): readonly string[] {
  return results.map(({ ruleId, partialFingerprints, locations }) =>
    JSON.stringify([ruleId, partialFingerprints, locations[0]?.physicalLocation.artifactLocation.uri]),
  );
}

function scoreErrors(
  id: string,
  {
    tags,
    "security-severity": score,
  }: GithubLog["runs"][number]["tool"]["driver"]["rules"][number]["properties"],
): readonly string[] {
  if (score === undefined) return [];
  return [
    ...(Number(score) > 0 && Number(score) <= 10 ? [] : [`${id}: security-severity ${score}`]),
    ...(tags.includes("security") ? [] : [`${id}: security-severity without the tag security`]),
  ];
}

function resultErrors(
  { ruleId, locations, message, partialFingerprints }: Result,
  rule: string | undefined,
): readonly string[] {
  const [first] = locations;
  const uri = first?.physicalLocation.artifactLocation.uri ?? "";
  return [
    ...(rule === ruleId ? [] : [`${ruleId}: ruleIndex leads to ${rule}`]),
    ...(uri === "" || /^[a-z+.-]+:|^\/|(^|\/)\.\.?(\/|$)/i.test(uri) ? [`${ruleId}: location "${uri}"`] : []),
    ...((first?.physicalLocation.region.startLine ?? 0) >= 1 ? [] : [`${ruleId}: no line`]),
    ...(message.text === "" ? [`${ruleId}: no message`] : []),
    ...(/^[0-9a-f]{16}:\d+$/.test(partialFingerprints["primaryLocationLineHash"] ?? "")
      ? []
      : [`${ruleId}: no fingerprint`]),
  ];
}
