import * as v from "valibot";
import { functionNameOf } from "./account.ts";
import { resourcesOf } from "./resources.ts";
import type { StackTemplate } from "./stack-template.ts";

const mappingSchema = v.object({
  EventSourceArn: v.string(),
  FunctionName: v.string(),
  BatchSize: v.optional(v.number(), 10),
  Enabled: v.optional(v.boolean(), true),
  FunctionResponseTypes: v.optional(v.array(v.string()), []),
  ScalingConfig: v.optional(v.object({ MaximumConcurrency: v.optional(v.number()) })),
});

export interface EventSourceMapping {
  readonly functionName: string;
  readonly queueArn: string;
  readonly batchSize: number;
  readonly maximumConcurrency: number;
  readonly reportsBatchItemFailures: boolean;
}

const defaultConcurrency = 10;

export const eventSourceMappingsOf = (stacks: readonly StackTemplate[]): EventSourceMapping[] =>
  resourcesOf(stacks, "AWS::Lambda::EventSourceMapping", mappingSchema)
    .filter(({ properties }) => properties.Enabled)
    .map(({ properties }) => ({
      functionName: functionNameOf(properties.FunctionName),
      queueArn: properties.EventSourceArn,
      batchSize: properties.BatchSize,
      maximumConcurrency: properties.ScalingConfig?.MaximumConcurrency ?? defaultConcurrency,
      reportsBatchItemFailures: properties.FunctionResponseTypes.includes("ReportBatchItemFailures"),
    }));
