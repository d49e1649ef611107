import { readFileSync } from "node:fs";

/** Version of this package. */
export function readVersion(): string {
  // package.json stands two folders up from src/cli and from dist/cli.
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return /"version": *"([^"]+)"/u.exec(text)?.[1] ?? "unknown";
}
