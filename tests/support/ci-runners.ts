import assert from "node:assert/strict";

// What runners do with a log and with the files that they hand to a step, by their own source and documents.

/** Lines of a log that GitHub's, Azure's or TeamCity's runner would obey. */
export function logCommands(log: string): readonly string[] {
  return log.split("\n").filter((line) => {
    // .NET's TrimStart: https://learn.microsoft.com/dotnet/api/system.char.iswhitespace
    const start = line.replace(/^(?:\s|\u0085)+/u, "");
    return start.startsWith("::") ? start.includes("::", 2) : /##\w*\[/u.test(line);
  });
}

/** Outputs as the runner reads them out of $GITHUB_OUTPUT: `name=value`, or `name<<DELIMITER` up to that line. */
export function githubOutputs(text: string): ReadonlyMap<string, string> {
  const outputs = new Map<string, string>();
  const lines = text.split("\n");
  assert.equal(lines.pop(), "", "the last line has no end");
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? "";
    const equals = line.indexOf("=");
    const heredoc = line.indexOf("<<");
    if (heredoc >= 0 && (equals < 0 || heredoc < equals)) {
      const end = lines.indexOf(line.slice(heredoc + 2), at + 1);
      assert.ok(end > at, `"${line}" has no end`);
      outputs.set(line.slice(0, heredoc), lines.slice(at + 1, end).join("\n"));
      at = end;
    } else {
      assert.ok(equals > 0, `"${line}" is no output`);
      outputs.set(line.slice(0, equals), line.slice(equals + 1));
    }
  }
  return outputs;
}
