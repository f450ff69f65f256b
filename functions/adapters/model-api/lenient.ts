import * as v from "valibot";

/** An optional field: if it is malformed, it counts as absent and the rest is still used. */
export const lenient = <T extends v.GenericSchema>(schema: T) => v.fallback(v.optional(schema), undefined);

/** An array whose malformed entries are dropped. */
export const lenientList = <T extends v.GenericSchema>(entry: T) =>
  v.pipe(
    v.fallback(v.nullish(v.array(v.unknown()), []), []),
    v.transform((entries) =>
      (entries ?? []).flatMap((each): v.InferOutput<T>[] => {
        const parsed = v.safeParse(entry, each);
        return parsed.success ? [parsed.output] : [];
      }),
    ),
  );
