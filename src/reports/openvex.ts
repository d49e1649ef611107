import { createHash } from "node:crypto";
import type { Finding } from "../core/finding.ts";
import { formatPurl } from "../core/purl.ts";
import { registryReference } from "../core/reference.ts";
import type { Report } from "../core/report.ts";
import type { SuppressedFinding, Suppression } from "../core/suppression.ts";
import { compareText } from "../core/text-order.ts";
import type { Json } from "./json-value.ts";
import { reportTime } from "./sbom.ts";

/** What the document says of itself. */
export interface OpenvexOptions {
  /** Who answers for it: a name, an e-mail address or an IRI. */
  readonly author: string;
  readonly role?: string | undefined;
}

/** Who answers where nobody is named, in the words of vexctl: a document that counts for others needs a name (`vex write --author`). */
export const unknownAuthor = "Unknown Author";

/**
 * The report as an OpenVEX 0.2.0 document (https://github.com/openvex/spec): what is found is `affected` with what to do, what could not
 * be decided `under_investigation`, what is suppressed says why. The product is the image, by digest where that is known, the packages
 * are its subcomponents; without a name and a digest the packages are products themselves. It is dated by the report's day. Without
 * anything to say there is no statement, though the specification's schema wants one: none could be true.
 */
export function openvexReport(report: Report, { author, role }: OpenvexOptions): string {
  const statements = grouped(claimsOf(report), imageOf(report));
  const content = {
    author,
    ...(role === undefined ? {} : { role }),
    timestamp: reportTime(report),
    version: 1,
    tooling: "seaworthy",
    statements,
  };
  const hash = createHash("sha256").update(JSON.stringify(content)).digest("hex");
  const document = {
    "@context": "https://openvex.dev/ns/v0.2.0",
    "@id": `https://openvex.dev/docs/public/vex-${hash}`,
    ...content,
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

type Fields = Readonly<Record<string, Json>>;

/** What is to be said of one flaw in one package. */
interface Claim {
  readonly id: string;
  readonly aliases: readonly string[];
  readonly package: string;
  /** Of the statement: status and its reasons. */
  readonly words: Fields;
}

function claimsOf({ findings, undecided, suppressed }: Report): readonly Claim[] {
  const claim = (of: Pick<Finding, "id" | "aliases" | "package">, words: Fields): Claim => ({
    id: of.id,
    aliases: of.aliases,
    package: of.package,
    words,
  });
  return [
    ...findings.map((finding) => claim(finding, affected(action(finding)))),
    ...suppressed.map((finding) => claim(finding, suppressedWords(finding))),
    ...undecided.map((each) => claim(each, { status: "under_investigation", status_notes: each.reason })),
  ];
}

function affected(statement: string, notes = ""): Fields {
  return {
    status: "affected",
    ...(notes === "" ? {} : { status_notes: notes }),
    action_statement: statement,
  };
}

function action({ fix }: Pick<Finding, "fix">): string {
  switch (fix.state) {
    case "fixed":
      return `Upgrade to ${fix.versions.join(" or ")}.`;
    case "wont-fix":
      return "No fix will come: use another package, or take it out.";
    case "not-fixed":
      return "No fixed version is out yet.";
    case "unknown":
      return "Whether a version mends it is not known.";
  }
}

function suppressedWords(finding: SuppressedFinding): Fields {
  const { suppression } = finding;
  if (suppression.kind === "exception") return exceptionWords(finding, suppression);
  const { status, justification, statement, author, document } = suppression;
  const source = `said by ${author === "" ? "an unnamed author" : author}${document === "" ? "" : ` in ${document}`}`;
  if (status === "not_affected") return notAffected(justification ?? "", statement, source);
  return { status, status_notes: statement === "" ? source : `${statement} (${source})` };
}

type ExceptionOf = Extract<Suppression, { readonly kind: "exception" }>;

function exceptionWords(finding: SuppressedFinding, exception: ExceptionOf): Fields {
  const { justification, reason, owner, expires } = exception;
  const source = `exception of ${owner}${expires === null ? "" : `, until ${expires}`}`;
  switch (justification) {
    // The flaw is there, and someone takes it upon them: nothing else may be told to others.
    case "risk_accepted":
    case "no_fix_available":
      return affected(action(finding), `${reason} (${source}: ${justification})`);
    case "false_positive":
      return notAffected("", reason, source);
    case "component_not_present":
    case "vulnerable_code_not_present":
    case "vulnerable_code_not_in_execute_path":
    case "vulnerable_code_cannot_be_controlled_by_adversary":
    case "inline_mitigations_already_exist":
      return notAffected(justification, reason, source);
  }
}

/** CycloneDX's justifications → OpenVEX's, where they mean the same. */
const justifications: ReadonlyMap<string, string> = new Map([
  ["component_not_present", "component_not_present"],
  ["vulnerable_code_not_present", "vulnerable_code_not_present"],
  ["vulnerable_code_not_in_execute_path", "vulnerable_code_not_in_execute_path"],
  ["vulnerable_code_cannot_be_controlled_by_adversary", "vulnerable_code_cannot_be_controlled_by_adversary"],
  ["inline_mitigations_already_exist", "inline_mitigations_already_exist"],
  ["code_not_present", "vulnerable_code_not_present"],
  ["code_not_reachable", "vulnerable_code_not_in_execute_path"],
  ["protected_by_mitigating_control", "inline_mitigations_already_exist"],
  ["protected_at_runtime", "inline_mitigations_already_exist"],
  ["protected_at_perimeter", "inline_mitigations_already_exist"],
]);

// The specification's schema takes a justification or an impact statement, not both: the words beside a justification are notes.
function notAffected(justification: string, reason: string, source: string): Fields {
  const known = justifications.get(justification);
  if (known === undefined) {
    const words = [justification, reason].filter((text) => text !== "").join(": ");
    return { status: "not_affected", status_notes: source, impact_statement: words === "" ? source : words };
  }
  return {
    status: "not_affected",
    status_notes: reason === "" ? source : `${reason} (${source})`,
    justification: known,
  };
}

function grouped(claims: readonly Claim[], image: Fields | undefined): readonly Json[] {
  const groups = Map.groupBy(claims, ({ id, words }) => JSON.stringify([id, words]));
  return [...groups.values()]
    .flatMap((group) => {
      const [first] = group;
      return first === undefined ? [] : [{ first, purls: purlsOf(group), aliases: aliasesOf(group) }];
    })
    .toSorted(
      (a, b) => compareText(a.first.id, b.first.id) || compareText(a.purls[0] ?? "", b.purls[0] ?? ""),
    )
    .map(({ first, purls, aliases }) => ({
      vulnerability: { name: first.id, ...(aliases.length === 0 ? {} : { aliases }) },
      products:
        image === undefined ? purls.map(component) : [{ ...image, subcomponents: purls.map(component) }],
      ...first.words,
    }));
}

function purlsOf(group: readonly Claim[]): readonly string[] {
  return [...new Set(group.map(({ package: purl }) => purl))].toSorted(compareText);
}

function aliasesOf(group: readonly Claim[]): readonly string[] {
  return [...new Set(group.flatMap(({ aliases }) => aliases))].toSorted(compareText);
}

function component(purl: string): Fields {
  return { "@id": purl, identifiers: { purl } };
}

function imageOf({ image }: Report): Fields | undefined {
  const { digest, platform } = image;
  const named = registryReference(image.reference);
  if (named === undefined && digest === null) return undefined;
  const purl = formatPurl({
    type: "oci",
    name: named?.path.split("/").at(-1) ?? "image",
    version: digest ?? undefined,
    qualifiers: {
      arch: platform.architecture,
      ...(named === undefined ? {} : { repository_url: `${named.domain}/${named.path}` }),
      // A digest is more than a tag, which moves.
      ...(digest === null && named?.tag ? { tag: named.tag } : {}),
    },
  });
  const hex = /^sha256:(.+)$/.exec(digest ?? "")?.[1];
  return { "@id": purl, identifiers: { purl }, ...(hex === undefined ? {} : { hashes: { "sha-256": hex } }) };
}
