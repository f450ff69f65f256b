import type { Message } from "@aws-sdk/client-sqs";
import * as v from "valibot";
import type { Outcome } from "./lambda/outcome.ts";

const reportSchema = v.nullish(
  v.object({
    batchItemFailures: v.nullish(v.array(v.object({ itemIdentifier: v.pipe(v.string(), v.nonEmpty()) })), []),
  }),
);

/**
 * The messages of a batch that stay in the queue. With ReportBatchItemFailures, a response that is malformed or names
 * an unknown message fails the whole batch, and an empty response fails none:
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export const failedMessageIds = (
  outcome: Outcome,
  messages: readonly Message[],
  reportsBatchItemFailures: boolean,
): ReadonlySet<string> => {
  const all = new Set(messages.flatMap(({ MessageId }) => MessageId ?? []));
  if (outcome.kind !== "value") return all;
  if (!reportsBatchItemFailures) return new Set();
  const report = v.safeParse(reportSchema, JSON.parse(outcome.payload));
  if (!report.success) return all;
  const failed = (report.output?.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier);
  return failed.every((id) => all.has(id)) ? new Set(failed) : all;
};
