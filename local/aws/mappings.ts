import type { Writable } from "node:stream";
import { SQSClient } from "@aws-sdk/client-sqs";
import { startMapping } from "./event-source-mapping.ts";
import type { Invoke } from "./lambda/outcome.ts";
import { localClient } from "./local-client.ts";
import type { Assembly } from "./template/read-assembly.ts";

export interface MappingsOptions {
  readonly assembly: Assembly;
  readonly endpoint: string;
  readonly queueUrls: ReadonlyMap<string, string>;
  readonly invoke: (functionName: string) => Invoke;
  readonly log: Writable;
}

/** Starts every event source mapping of the template, with one SQS client. */
export const startMappings = async ({ assembly, endpoint, queueUrls, invoke, log }: MappingsOptions) => {
  const client = new SQSClient(localClient(endpoint));
  const running = assembly.eventSourceMappings.map((mapping) => {
    const queue = assembly.queues.find(({ arn }) => arn === mapping.queueArn);
    const queueUrl = queue && queueUrls.get(queue.name);
    if (!queueUrl) throw new Error(`no queue of the template has the ARN ${mapping.queueArn}`);
    return startMapping({
      mapping,
      queueUrl,
      client,
      invoke: invoke(mapping.functionName),
      onError: (error) => {
        const line = {
          level: "ERROR",
          message: "event source mapping",
          queue: queue.name,
          error: String(error),
        };
        log.write(`${JSON.stringify(line)}\n`);
      },
    });
  });
  return {
    close: async () => {
      await Promise.all(running.map((mapping) => mapping.stop()));
      client.destroy();
    },
  };
};
