import { z } from "zod";

/** Padded standard base64 of at least one byte: the library's decoder skips what it does not know. */
export const base64 = z
  .string()
  .min(4)
  .refine((text) => Buffer.from(text, "base64").toString("base64") === text, "it is no base64");

/** Most bytes of a certificate or timestamp. Real ones have one to six thousand; the library's reader of DER takes its time over millions of elements. */
export const longestDer = 1 << 15;

/** A certificate or timestamp. */
export const der = base64.max(Math.ceil(longestDer / 3) * 4);

/** A field that may be left out or null: in a protobuf's JSON that is the same. */
export const absentable = <T extends z.ZodType>(schema: T) =>
  schema.nullish().transform((value) => value ?? undefined);

/** A list that may be left out or null. */
export const listOf = <T extends z.ZodType>(schema: T, most: number) =>
  z
    .array(schema)
    .max(most)
    .nullish()
    .transform((items) => items ?? []);

/** The first thing that is wrong, with its place. */
export function describeIssue({ issues }: z.ZodError): string {
  const [first] = issues;
  const path = first?.path.map(String).join(".") ?? "";
  return `${path === "" ? "it" : `"${path}"`}: ${first?.message ?? "it has another shape"}`;
}
