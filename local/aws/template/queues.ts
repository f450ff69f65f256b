import * as v from "valibot";
import { arnOf, queueUrlOnAws } from "./account.ts";
import { resourcesOf } from "./resources.ts";
import type { StackTemplate } from "./stack-template.ts";

const scalar = v.pipe(v.union([v.string(), v.number(), v.boolean()]), v.transform(String));

const queueSchema = v.object({
  FifoQueue: v.optional(scalar),
  ContentBasedDeduplication: v.optional(scalar),
  DeduplicationScope: v.optional(scalar),
  FifoThroughputLimit: v.optional(scalar),
  DelaySeconds: v.optional(scalar),
  MaximumMessageSize: v.optional(scalar),
  MessageRetentionPeriod: v.optional(scalar),
  ReceiveMessageWaitTimeSeconds: v.optional(scalar),
  VisibilityTimeout: v.optional(scalar),
  RedrivePolicy: v.optional(
    v.object({
      deadLetterTargetArn: v.string(),
      maxReceiveCount: v.pipe(v.union([v.string(), v.number()]), v.transform(Number)),
    }),
  ),
});

export interface Queue {
  readonly name: string;
  readonly arn: string;
  /** The value of `Ref` in the functions' environments, where the local URL replaces it. */
  readonly urlOnAws: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly redrive: { readonly deadLetterArn: string; readonly maxReceiveCount: number } | undefined;
}

export const queuesOf = (stacks: readonly StackTemplate[]): Queue[] =>
  resourcesOf(stacks, "AWS::SQS::Queue", queueSchema).map(({ name, properties }) => {
    const { RedrivePolicy: policy, ...attributes } = properties;
    return {
      name,
      arn: arnOf("sqs", name),
      urlOnAws: queueUrlOnAws(name),
      attributes: Object.fromEntries(
        Object.entries(attributes).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
      ),
      redrive: policy && {
        deadLetterArn: policy.deadLetterTargetArn,
        maxReceiveCount: policy.maxReceiveCount,
      },
    };
  });
