import { z } from "zod";
import { severities } from "../core/severity.ts";

// The smallest parts of a report's schema.

/** Any text. */
export const text = z.string();
/** A list of texts. */
export const texts = z.array(text);
/** An integer. */
export const whole = z.number().int();
/** `YYYY-MM-DD`. */
export const day = z.iso.date();
/** One of the severities. */
export const severity = z.enum(severities);
/** What is written as null is absent. */
export const absent = <T extends z.ZodType>(type: T) =>
  type.nullable().transform((value) => value ?? undefined);
