/** Pages of advisories that follow from their id; `{}` stands for it. First match wins. */
const pages: readonly (readonly [source: string | undefined, prefix: RegExp, page: string])[] = [
  ["debian-tracker", /^/, "https://security-tracker.debian.org/tracker/{}"],
  ["alpine-secdb", /^/, "https://security.alpinelinux.org/vuln/{}"],
  [undefined, /^(?:CVE|DSA|DLA|DTSA)-/, "https://security-tracker.debian.org/tracker/{}"],
  [undefined, /^GHSA-/, "https://github.com/advisories/{}"],
  [undefined, /^RUSTSEC-/, "https://rustsec.org/advisories/{}"],
  [undefined, /^GO-/, "https://pkg.go.dev/vuln/{}"],
  [undefined, /^RH[SBE]A-/, "https://access.redhat.com/errata/{}"],
  [undefined, /^R[LX]SA-/, "https://errata.rockylinux.org/{}"],
];

/** The page of an advisory, where the record itself names none: the publisher's by rule, else OSV's. */
export function advisoryPage(source: string, id: string): string {
  const rule = pages.find(([wanted, prefix]) => (wanted ?? source) === source && prefix.test(id));
  return (rule?.[2] ?? "https://osv.dev/vulnerability/{}").replace("{}", () =>
    encodeURIComponent(id).replaceAll("%3A", ":"),
  );
}
