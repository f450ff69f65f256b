import * as v from "valibot";
import { parseRecord } from "#adapters/node/parse-record.ts";

/** Configuration of an AWS client. Omitted fields come from the environment. */
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

/** The parts of a bridge, deployed or local, that a redrive needs. */
export interface Bridge {
  readonly sqs: ClientConfig;
  readonly dynamodb: ClientConfig;
  /** Outputs of its messaging stack. */
  readonly outputs: v.InferOutput<typeof outputs>;
}

/** @throws BridgeError naming each missing output: a version without it is deployed. */
export const parseOutputs = (given: unknown, stackName: string): Bridge["outputs"] =>
  parseRecord(outputs, given, `the stack ${stackName}`);
