/** HTML that is safe as it stands. */
export interface Html {
  readonly html: string;
}

type Part = string | number | Html | readonly Html[];

/** HTML of a template: texts between its parts are escaped, HTML is taken as it is. */
export function html(parts: TemplateStringsArray, ...values: readonly Part[]): Html {
  const text = parts.reduce((before, part, index) => before + written(values[index - 1] ?? "") + part);
  return { html: text };
}

function written(value: Part): string {
  if (typeof value === "string") return escaped(value);
  if (typeof value === "number") return String(value);
  return "html" in value ? value.html : value.map((one) => one.html).join("");
}

const signs: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

// What turns the direction of writing or cannot be seen is written out, so that a name cannot pass for another.
function escaped(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, (sign) =>
      sign === "\n" || sign === "\t" ? sign : `\\u{${(sign.codePointAt(0) ?? 0).toString(16)}}`,
    )
    .replace(/[&<>"']/gu, (sign) => signs[sign] ?? sign);
}
