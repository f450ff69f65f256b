import * as v from "valibot";
import type { Place } from "./place.ts";
import { physicalOf, resolve } from "./resolve.ts";
import type { StackTemplate } from "./stack-template.ts";

/** A resource with resolved and validated properties. */
export interface Resource<Properties> {
  readonly logicalId: string;
  /** Its physical name or id. */
  readonly name: string;
  readonly properties: Properties;
}

/** All resources of this type in the assembly. */
export const resourcesOf = <Schema extends v.GenericSchema>(
  stacks: readonly StackTemplate[],
  type: string,
  schema: Schema,
): Resource<v.InferOutput<Schema>>[] =>
  stacks.flatMap((stack) =>
    Object.entries(stack.template.Resources).flatMap(([logicalId, resource]) => {
      if (resource.Type !== type) return [];
      const place: Place = { stacks, stack, logicalId };
      const parsed = v.safeParse(schema, resolve(resource.Properties, place));
      if (!parsed.success)
        throw new Error(`${stack.name}/${logicalId} (${resource.Type}): ${v.summarize(parsed.issues)}`);
      const { name } = physicalOf(logicalId, resource, place);
      return [{ logicalId, name, properties: parsed.output }];
    }),
  );
