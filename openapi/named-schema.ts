import type * as v from "valibot";

/** A reusable schema of the document, which generated code names too. */
export interface NamedSchema {
  readonly schema: v.GenericSchema;
  readonly description: string;
}

export type NamedSchemas = Readonly<Record<string, NamedSchema>>;
