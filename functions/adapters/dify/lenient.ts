import * as v from "valibot";

/** What is only beside the point: where it is not of its form it counts as absent, and the rest is taken all the same. */
export const lenient = <T extends v.GenericSchema>(schema: T) => v.fallback(v.optional(schema), undefined);

/** A list of which only the entries that are of their form count. */
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
