import * as v from "valibot";
import type { Place } from "./place.ts";
import { conditionHolds, physicalOf, resolve } from "./resolve.ts";
import type { StackTemplate } from "./stack-template.ts";

/** A resource with its properties resolved and checked. */
export interface Resource<Properties> {
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  /** Its physical name or id. */
  readonly name: string;
  readonly properties: Properties;
}

/** Every resource of these types in the assembly that its condition lets exist. */
export const resourcesOf = <Schema extends v.GenericSchema>(
  stacks: readonly StackTemplate[],
  types: readonly string[],
  schema: Schema,
): Resource<v.InferOutput<Schema>>[] =>
  stacks.flatMap((stack) =>
    Object.entries(stack.template.Resources).flatMap(([logicalId, resource]) => {
      if (!types.includes(resource.Type)) return [];
      const place: Place = { stacks, stack, logicalId };
      if (resource.Condition !== undefined && !conditionHolds(resource.Condition, place)) return [];
      const parsed = v.safeParse(schema, resolve(resource.Properties, place));
      if (!parsed.success)
        throw new Error(`${stack.name}/${logicalId} (${resource.Type}): ${v.summarize(parsed.issues)}`);
      const { name } = physicalOf(logicalId, resource, place);
      return [{ stack: stack.name, logicalId, type: resource.Type, name, properties: parsed.output }];
    }),
  );
