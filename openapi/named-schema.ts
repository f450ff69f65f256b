import type * as v from "valibot";

/** What readers of the document, and code made from it, know by a name. */
export interface NamedSchema {
  readonly schema: v.GenericSchema;
  readonly description: string;
}

export type NamedSchemas = Readonly<Record<string, NamedSchema>>;
