import { type EventSourceMapping, eventSourceMappingsOf } from "./event-source-mappings.ts";
import { functionsOf, type LambdaFunction } from "./functions.ts";
import { type Permission, permissionsOf } from "./permissions.ts";
import { type Queue, queuesOf } from "./queues.ts";
import { readStacks } from "./read-stacks.ts";
import { type RestApi, restApisOf } from "./rest-apis.ts";
import { type Secret, secretsOf } from "./secrets.ts";
import { type Table, tablesOf } from "./tables.ts";

/** The resources of a synthesised CDK app that the local AWS supports. */
export interface Assembly {
  readonly tables: readonly Table[];
  readonly queues: readonly Queue[];
  readonly secrets: readonly Secret[];
  readonly functions: readonly LambdaFunction[];
  /** What the role of each function allows, by the function's name. */
  readonly permissions: ReadonlyMap<string, readonly Permission[]>;
  readonly eventSourceMappings: readonly EventSourceMapping[];
  readonly restApis: readonly RestApi[];
}

export const readAssembly = (assemblyDir: string): Assembly => {
  const read = readStacks(assemblyDir);
  return {
    tables: tablesOf(read.stacks),
    queues: queuesOf(read.stacks),
    secrets: secretsOf(read.stacks),
    functions: functionsOf(read),
    permissions: permissionsOf(read.stacks),
    eventSourceMappings: eventSourceMappingsOf(read.stacks),
    restApis: restApisOf(read.stacks),
  };
};
