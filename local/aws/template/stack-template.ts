import * as v from "valibot";

export const templateSchema = v.object({
  Resources: v.optional(
    v.record(
      v.string(),
      v.object({ Type: v.string(), Properties: v.optional(v.record(v.string(), v.unknown()), {}) }),
    ),
    {},
  ),
  Outputs: v.optional(
    v.record(
      v.string(),
      v.object({ Value: v.unknown(), Export: v.optional(v.object({ Name: v.unknown() })) }),
    ),
    {},
  ),
});

export type Template = v.InferOutput<typeof templateSchema>;

export interface StackTemplate {
  readonly name: string;
  readonly template: Template;
}
