import * as v from "valibot";

/** An optional field: if it is malformed, it counts as absent and the rest is still used. */
export const lenient = <T extends v.GenericSchema>(schema: T) => v.fallback(v.optional(schema), undefined);

/** Of what servers list. Each entry is parsed, so that millions would block the process. */
const maxListEntries = 1_000;

/** An array whose malformed entries are dropped, and those after the first `maxEntries`. */
export const lenientList = <T extends v.GenericSchema>(entry: T, maxEntries = maxListEntries) =>
  v.pipe(
    v.fallback(v.nullish(v.array(v.unknown()), []), []),
    v.transform((entries) =>
      (entries ?? []).slice(0, maxEntries).flatMap((each): v.InferOutput<T>[] => {
        const parsed = v.safeParse(entry, each);
        return parsed.success ? [parsed.output] : [];
      }),
    ),
  );
