import { compareText } from "../core/text-order.ts";
import type { VersionScheme } from "../core/version.ts";

/** A number (digits without leading zeros) or a qualifier (the text by which it sorts). */
interface Item {
  readonly kind: "number" | "qualifier";
  readonly text: string;
}

/**
 * A Maven version: lists within lists. Each list ends with the next one, so a chain is enough:
 * `1.0-rc-2` is [1.0 [rc [2]]]. Trailing nulls (0, release qualifiers) are cut from each list.
 */
export type MavenVersion = readonly (readonly Item[])[];

const maxLength = 4096;
const zero: Item = { kind: "number", text: "0" };
const release: Item = { kind: "qualifier", text: "5" };

/** Maven's ordering, ComparableVersion of Maven 3 (https://maven.apache.org/pom.html#version-order-specification). ASCII only. */
export const maven: VersionScheme<MavenVersion> = { id: "maven", parse, compare };

function parse(text: string): MavenVersion | undefined {
  if (text.length > maxLength || !/^[\x21-\x7e]+$/.test(text)) return undefined;
  const lists: Item[][] = [[]];
  const version = text.toLowerCase();
  let start = 0;
  for (let at = 0; at < version.length; at += 1) {
    const char = version[at] ?? "";
    if (char === "." || char === "-") {
      push(lists, version.slice(start, at), "separator");
      start = at + 1;
      if (char === "-") lists.push([]);
    } else if (at > start && isDigit(char) !== isDigit(version[at - 1] ?? "")) {
      push(lists, version.slice(start, at), isDigit(char) ? "digit" : "letter");
      start = at;
      lists.push([]);
    }
  }
  if (start < version.length) push(lists, version.slice(start), "end");
  return normalise(lists);
}

type Follower = "separator" | "digit" | "letter" | "end";

function push(lists: Item[][], text: string, before: Follower): void {
  const digits = isDigit(text[0] ?? "0");
  const item = text === "" ? zero : digits ? numberItem(text) : qualifier(text, before === "digit");
  const list = lists.at(-1);
  // After a dot, a qualifier that ends the version or meets a digit counts as one after a hyphen: 1.0.rc1 = 1.0-rc-1.
  const hyphened = !digits && before !== "separator" && list !== undefined && list.length > 0;
  if (list === undefined || hyphened) lists.push([item]);
  else list.push(item);
}

function numberItem(text: string): Item {
  return { kind: "number", text: text.replace(/^0+(?=.)/, "") };
}

const order: Readonly<Record<string, string>> = {
  alpha: "0",
  beta: "1",
  milestone: "2",
  rc: "3",
  cr: "3",
  snapshot: "4",
  "": "5",
  ga: "5",
  final: "5",
  release: "5",
  sp: "6",
};
const shorthands: Readonly<Record<string, string>> = { a: "0", b: "1", m: "2" };

function qualifier(text: string, beforeDigit: boolean): Item {
  const short = beforeDigit && Object.hasOwn(shorthands, text) ? shorthands[text] : undefined;
  const known = Object.hasOwn(order, text) ? order[text] : undefined;
  return { kind: "qualifier", text: short ?? known ?? `7-${text}` };
}

function normalise(lists: readonly Item[][]): MavenVersion {
  const kept: Item[][] = [];
  for (const list of lists.toReversed()) {
    while (list.length > 0 && compareWithNothing(list.at(-1) ?? zero) === 0) list.pop();
    if (list.length > 0 || kept.length > 0) kept.push(list);
  }
  return kept.toReversed();
}

type Place = Item | "list" | undefined;

function compare(a: MavenVersion, b: MavenVersion): number {
  for (let depth = 0, at = 0; ; at += 1) {
    const left = place(a, depth, at);
    const right = place(b, depth, at);
    if (left === undefined && right === undefined) return 0;
    if (left === "list" && right === "list") {
      depth += 1;
      at = -1;
      continue;
    }
    const result = comparePlaces(left, right, a, b, depth + 1);
    if (result !== 0) return result;
  }
}

function place(version: MavenVersion, depth: number, at: number): Place {
  const list = version[depth];
  if (list === undefined) return undefined;
  return at === list.length && depth + 1 < version.length ? "list" : list[at];
}

function comparePlaces(left: Place, right: Place, a: MavenVersion, b: MavenVersion, inner: number): number {
  if (left === undefined) return right === undefined ? 0 : -comparePlaceWithNothing(right, b, inner);
  if (right === undefined) return comparePlaceWithNothing(left, a, inner);
  if (left === "list" || right === "list") {
    const other = left === "list" ? right : left;
    const sign = other !== "list" && other.kind === "qualifier" ? 1 : -1;
    return left === "list" ? sign : -sign;
  }
  return compareItems(left, right);
}

function comparePlaceWithNothing(place: Item | "list", version: MavenVersion, inner: number): number {
  if (place !== "list") return compareWithNothing(place);
  for (const list of version.slice(inner)) {
    for (const item of list) {
      const result = compareWithNothing(item);
      if (result !== 0) return result;
    }
  }
  return 0;
}

function compareWithNothing(item: Item): number {
  return item.kind === "number" ? Number(item.text !== "0") : compareText(item.text, release.text);
}

function compareItems(a: Item, b: Item): number {
  if (a.kind !== b.kind) return a.kind === "number" ? 1 : -1;
  if (a.kind === "number" && a.text.length !== b.text.length) return a.text.length - b.text.length;
  return compareText(a.text, b.text);
}

function isDigit(char: string): boolean {
  return char >= "0" && char <= "9";
}
