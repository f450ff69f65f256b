import type * as v from "valibot";
import { parseRecord } from "#adapters/node/parse-record.ts";

/** Configuration of an AWS client. Omitted fields come from the environment. */
export interface ClientConfig {
  readonly endpoint?: string;
  readonly region?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** A bridge, deployed or local, as a command reaches it. */
export interface Bridge<Outputs> {
  readonly sqs: ClientConfig;
  readonly dynamodb: ClientConfig;
  /** Those outputs of its messaging stack that the command needs. */
  readonly outputs: Outputs;
}

/** @throws BridgeError naming each missing output: a version without it is deployed. */
export const parseOutputs = <S extends v.GenericSchema>(
  schema: S,
  given: unknown,
  stackName: string,
): v.InferOutput<S> => parseRecord(schema, given, `the stack ${stackName}`);
