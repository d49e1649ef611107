import type { IndexedImage } from "../core/indexed.ts";
import { parseReference } from "../core/reference.ts";
import { openImage } from "../images/open.ts";
import type { CurrencyAnswers } from "../pipeline/currency.ts";
import { platformText } from "../reports/json.ts";
import type { Io } from "./command.ts";
import { type ImageValues, openOptions, usageError } from "./options.ts";

/** Options that ask others than the image and the database how up to date it is. */
export const currencyOptions = {
  "package-index": { type: "string", multiple: true },
  "check-updates": { type: "boolean" },
  "check-base": { type: "boolean" },
  base: { type: "string" },
  "allow-host": { type: "string", multiple: true },
} as const;

/** The help of {@link currencyOptions}. */
export const currencyUsage = `      --package-index DIR_OR_URL
                         compare OS packages with this repository of apt or apk; may be given again
      --check-updates    compare them with the repositories that the image itself names
      --check-base       ask the base image's registry whether its tag has moved on
      --base REFERENCE   the base image, where the image does not name it; implies --check-base
      --allow-host HOST[:PORT]
                         a host that is not public and that the image may name all the same
`;

/** The values of {@link currencyOptions}. */
export interface CurrencyValues extends ImageValues {
  readonly "package-index"?: readonly string[] | undefined;
  readonly "check-updates"?: boolean | undefined;
  readonly "check-base"?: boolean | undefined;
  readonly base?: string | undefined;
  readonly "allow-host"?: readonly string[] | undefined;
}

/** Refuses what cannot be meant. @throws SeaworthyError `usage`, `reference-invalid`. */
export function checkCurrencyValues(command: string, values: CurrencyValues): void {
  if (values.base !== undefined) parseReference(values.base);
  if (values.offline !== true) return;
  for (const name of ["check-updates", "check-base", "base"] as const)
    if (values[name] !== undefined)
      throw usageError(command, `--${name} needs the network, --offline forbids it`);
}

/** Refuses all of {@link currencyOptions}. @throws SeaworthyError `usage`. */
export function refuseCurrencyValues(command: string, values: CurrencyValues, why: string): void {
  for (const name of ["package-index", "check-updates", "check-base", "base", "allow-host"] as const)
    if (values[name] !== undefined) throw usageError(command, `--${name} ${why}`);
}

/** What package indexes and the base's registry answer; undefined when nothing was asked. */
export async function askAbroad(
  command: string,
  indexed: IndexedImage,
  dockerfile: string | undefined,
  values: CurrencyValues,
  io: Io,
): Promise<CurrencyAnswers | undefined> {
  const asksIndex = values["check-updates"] === true || (values["package-index"] ?? []).length > 0;
  const asksBase = values["check-base"] === true || values.base !== undefined;
  if (!asksIndex && !asksBase) return undefined;
  const index = asksIndex ? await readIndexes(indexed, values, io) : undefined;
  const base = asksBase ? await readBase(command, indexed, dockerfile, values, io) : undefined;
  return {
    indexes: index?.indexes ?? null,
    base: base?.base ?? null,
    gaps: [...(index?.gaps ?? []), ...(base?.gaps ?? [])],
    notes: [...(index?.notes ?? []), ...(base?.notes ?? [])],
  };
}

async function readIndexes(indexed: IndexedImage, values: CurrencyValues, io: Io) {
  const [{ readPackageIndexes }, { createNetwork }] = await Promise.all([
    import("../pipeline/package-indexes.ts"),
    import("../net/http.ts"),
  ]);
  const network = createNetwork({ env: io.env, offline: values.offline === true });
  const publicOnly = { beside: values["allow-host"] ?? [], plainHttp: true };
  const imagesNetwork =
    values["check-updates"] === true ? createNetwork({ env: io.env, publicOnly }) : undefined;
  try {
    const given = values["package-index"] ?? [];
    return await readPackageIndexes(indexed, { given, cwd: io.cwd, network, imagesNetwork });
  } finally {
    await Promise.all([network.close(), imagesNetwork?.close()]);
  }
}

async function readBase(
  command: string,
  indexed: IndexedImage,
  dockerfile: string | undefined,
  values: CurrencyValues,
  io: Io,
) {
  const { askBase } = await import("../pipeline/base-currency.ts");
  const platform = platformText(indexed.platform);
  const options = { ...openOptions(command, values, io), ...(platform.includes("/") ? { platform } : {}) };
  const publicOnly = { beside: values["allow-host"] ?? [], plainHttp: false };
  return askBase(indexed, {
    given: values.base,
    dockerfile,
    async open(reference, trusted) {
      const image = await openImage(reference, trusted ? options : { ...options, publicOnly });
      await image.close();
      return image;
    },
  });
}
