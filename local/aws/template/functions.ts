import * as v from "valibot";
import { arnOf } from "./account.ts";
import type { Stacks } from "./read-stacks.ts";
import { resourcesOf } from "./resources.ts";

const functionSchema = v.object({
  Code: v.object({ S3Key: v.optional(v.string()) }),
  Handler: v.optional(v.string(), "index.handler"),
  Timeout: v.optional(v.number(), 3),
  MemorySize: v.optional(v.number(), 128),
  ReservedConcurrentExecutions: v.optional(v.number()),
  Environment: v.optional(
    v.object({
      Variables: v.optional(
        v.record(v.string(), v.pipe(v.union([v.string(), v.number(), v.boolean()]), v.transform(String))),
        {},
      ),
    }),
    {},
  ),
});

export interface LambdaFunction {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  readonly handler: string;
  /** Undefined for inline code, which the local AWS does not run. */
  readonly codeFolder: string | undefined;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  /** Maximum number of invocations at the same time. Undefined: no limit of its own. */
  readonly reservedConcurrency: number | undefined;
  readonly environment: Readonly<Record<string, string>>;
}

export const functionsOf = ({ stacks, folderByS3Key }: Stacks): LambdaFunction[] =>
  resourcesOf(stacks, "AWS::Lambda::Function", functionSchema).map(({ logicalId, name, properties }) => ({
    logicalId,
    name,
    arn: arnOf("lambda", `function:${name}`),
    handler: properties.Handler,
    codeFolder: properties.Code.S3Key === undefined ? undefined : folderByS3Key.get(properties.Code.S3Key),
    timeoutSeconds: properties.Timeout,
    memoryMb: properties.MemorySize,
    reservedConcurrency: properties.ReservedConcurrentExecutions,
    environment: properties.Environment.Variables ?? {},
  }));
