import { z } from "zod";

/**
 * The parts of an OSV record (https://ossf.github.io/osv-schema/) that Seaworthy reads: strict in these, blind to the rest.
 * Lengths are bounded, for the words end up on terminals and in a file that is read whole at a time.
 */
const word = z.string().min(1).max(512);
const version = z.string().max(512);
const list = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform((items) => items ?? []);

const event = z.object({
  introduced: version.optional(),
  fixed: version.optional(),
  last_affected: version.optional(),
  limit: version.optional(),
});

const range = z.object({ type: z.string(), events: list(event) });
const severity = z.object({ type: z.string(), score: z.string() });

const affected = z.object({
  package: z.object({ ecosystem: word, name: word }).optional(),
  ranges: list(range),
  versions: list(version),
  severity: list(severity),
  ecosystem_specific: z
    .object({
      urgency: z.string().optional(),
      ubuntu_priority: z.string().optional(),
      severity: z.string().optional(),
      binaries: list(z.record(z.string(), z.unknown())),
    })
    .nullish()
    .catch(undefined),
  database_specific: z
    .object({ last_known_affected_version_range: z.string().optional() })
    .nullish()
    .catch(undefined),
});

/** One OSV record. */
export const osvRecord = z.object({
  id: z
    .string()
    .max(128)
    .regex(/^[^\p{Cc}]+$/u),
  modified: z.string().optional(),
  published: z.string().optional(),
  withdrawn: z.string().nullish(),
  aliases: list(z.string().max(128)),
  related: list(z.string().max(128)),
  upstream: list(z.string().max(128)),
  summary: z.string().nullish(),
  details: z.string().nullish(),
  severity: list(severity),
  affected: list(affected),
  references: list(z.object({ type: z.string().optional(), url: z.string().optional() })),
  database_specific: z
    .object({ severity: z.string().optional().catch(undefined) })
    .nullish()
    .catch(undefined),
});

export type OsvRecord = z.infer<typeof osvRecord>;
export type OsvAffected = OsvRecord["affected"][number];
export type OsvEvent = z.infer<typeof event>;
