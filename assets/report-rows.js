// How the HTML report draws a finding or what a check found. Every text goes in as text, never as HTML.
"use strict";

/** Answers what draws rows of the page's data, and the numbers of their columns. */
// oxlint-disable-next-line no-unused-vars -- report.js uses it: both are one script in the page
function rowDrawer({ rows: { fields, texts }, severities, layers }) {
  const column = (names) => Object.fromEntries(names.map((name, index) => [name, index]));
  const F = column(fields.finding);
  const C = column(fields.check);
  const E = column(fields.evidence);
  const text = (row, index) => texts[row[index]];

  function element(tag, className, ...children) {
    const made = document.createElement(tag);
    if (className !== "") made.className = className;
    made.append(...children);
    return made;
  }

  // What cannot be seen or turns the direction of writing is written out.
  const clean = (value) =>
    value.replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, (sign) => `\\u{${sign.codePointAt(0).toString(16)}}`);

  function rowOf(item) {
    const severity = severities[item.severity];
    const word = element("span", `severity ${severity}`, severity === "unknown" ? "unrated" : severity);
    const cells = item.kind === "finding" ? findingCells(item) : checkCells(item);
    const button = element("button", "", word, ...cells);
    button.type = "button";
    button.setAttribute("aria-expanded", "false");
    const row = element("div", item.suppressed ? "row suppressed" : "row", button);
    button.addEventListener("click", () => open(row, item));
    return row;
  }

  function findingCells({ row, kev }) {
    const id = element("span", "", clean(text(row, F.id)));
    if (kev) id.append(element("span", "mark kev", "KEV"));
    if (row[F.epss] >= 0.1) id.append(element("span", "mark epss", `EPSS ${percent(row[F.epss])}`));
    const since = text(row, F.since);
    if (since === "changed" || since === "new-advisory")
      id.append(element("span", "mark new", since === "changed" ? "new" : "new advisory"));
    const name = element("span", "", clean(`${text(row, F.name)} ${text(row, F.version)}`));
    const fixed = text(row, F.fix) === "fixed";
    const fix = fixed ? `→ ${text(row, F.versions)}` : fixWord(text(row, F.fix));
    return [id, name, element("span", fixed ? "fix" : "none", clean(fix))];
  }

  function checkCells({ row }) {
    const id = element("span", "", text(row, C.id));
    if (text(row, C.since) === "changed") id.append(element("span", "mark new", "new"));
    return [
      id,
      element("span", "", clean(text(row, C.title))),
      element("span", "none", clean(text(row, C.message))),
    ];
  }

  const percent = (share) => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;

  function fixWord(state) {
    switch (state) {
      case "not-fixed":
        return "no fix yet";
      case "wont-fix":
        return "won't be fixed";
      default:
        return "no fix known";
    }
  }

  function open(row, item) {
    const button = row.firstElementChild;
    const there = row.querySelector(".detail");
    button.setAttribute("aria-expanded", String(there === null));
    if (there === null) row.append(detailOf(item));
    else there.remove();
  }

  function detailOf(item) {
    const facts = item.kind === "finding" ? findingFacts(item) : checkFacts(item);
    const rows = facts
      .filter(([, value]) => value !== "")
      .flatMap(([name, value]) => [
        element("dt", "", name),
        element("dd", "", ...(Array.isArray(value) ? value : [clean(value)])),
      ]);
    return element("div", "detail", element("dl", "", ...rows));
  }

  function findingFacts({ row, layer }) {
    const epss = row[F.epss];
    return [
      ["", text(row, F.summary)],
      ["also", text(row, F.aliases)],
      ["package", text(row, F.purl)],
      ["file", text(row, F.path) === "" ? "" : `/${text(row, F.path)}`],
      ["layer", layerText(layer)],
      ["rated by", text(row, F.ratedBy)],
      ["EPSS", epss < 0 ? "" : percent(epss)],
      ["fixed since", text(row, F.fixedSince)],
      ["suppressed", text(row, F.suppression)],
      ...row[F.evidence].map((one, at) => [at === 0 ? "because" : "", evidence(one)]),
    ];
  }

  function checkFacts({ row, layer }) {
    return [
      ["found", text(row, C.message)],
      ["files", text(row, C.paths)],
      ["packages", text(row, C.owners)],
      ["layer", layer < 0 ? "the image's config" : layerText(layer)],
      ["why", text(row, C.why)],
      ["to mend", text(row, C.remedy)],
      ["suppressed", text(row, C.suppression)],
    ];
  }

  function layerText(index) {
    const layer = layers[index];
    if (layer === undefined) return "";
    return `${index}  ${layer.title}${layer.origin === "" ? "" : `  (${layer.origin})`}`;
  }

  function evidence(row) {
    const advisory = text(row, E.advisory);
    const [base, short] = row[E.url];
    const address = short === 1 ? texts[base] + advisory : texts[base];
    const compared = row[E.comparisons].map((index) => texts[index]).join(", ");
    const rest = ` (${text(row, E.source)}): ${text(row, E.range)}${compared === "" ? "" : `; ${compared}`}`;
    return [/^https?:\/\//u.test(address) ? link(address, advisory) : clean(advisory), clean(rest)];
  }

  function link(address, title) {
    const made = element("a", "", clean(title));
    made.href = address;
    made.rel = "noopener noreferrer";
    made.target = "_blank";
    return made;
  }

  return { F, C, text, element, clean, rowOf };
}
