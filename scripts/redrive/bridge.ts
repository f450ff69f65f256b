import * as v from "valibot";
import { parseRecord } from "#adapters/node/parse-record.ts";

/** Where an AWS client finds its service; omitted fields come from the environment. */
export interface ClientConfig {
  readonly endpoint?: string;
  readonly region?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

const outputs = v.object({
  TurnsQueueUrl: v.string(),
  TurnsDeadLettersUrl: v.string(),
  WebhooksQueueUrl: v.string(),
  WebhooksDeadLettersUrl: v.string(),
  TurnsTable: v.string(),
});

/** What is needed of a bridge, deployed or local, to redrive its dead letters. */
export interface Bridge {
  readonly sqs: ClientConfig;
  readonly dynamodb: ClientConfig;
  /** The outputs of its messaging stack. */
  readonly outputs: v.InferOutput<typeof outputs>;
}

/** @throws BridgeError naming each output that is missing: another version is deployed. */
export const parseOutputs = (given: unknown, stackName: string): Bridge["outputs"] =>
  parseRecord(outputs, given, `the stack ${stackName}`);
