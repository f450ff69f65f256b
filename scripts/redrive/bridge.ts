import * as v from "valibot";
import { parseRecord } from "#adapters/node/parse-record.ts";

/** Where an AWS client finds its service; nothing of it: as the environment says. */
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

/** A bridge, deployed or local, as far as its dead letters go. */
export interface Bridge {
  readonly sqs: ClientConfig;
  readonly dynamodb: ClientConfig;
  /** Of its messaging stack. */
  readonly outputs: v.InferOutput<typeof outputs>;
}

/** @throws BridgeError naming each output that is not there: another version is deployed. */
export const parseOutputs = (given: unknown, stackName: string): Bridge["outputs"] =>
  parseRecord(outputs, given, `the stack ${stackName}`);
