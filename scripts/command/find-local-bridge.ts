import type * as v from "valibot";
import { localClient } from "../../local/aws/local-client.ts";
import { findRun } from "../../local/run-file.ts";
import { type Bridge, parseOutputs } from "./bridge.ts";

/** @throws Error explaining how to select or start a run, if none responds at the port. */
export const findLocalBridge = async <S extends v.GenericSchema>(
  port: string,
  outputs: S,
): Promise<Bridge<v.InferOutput<S>>> => {
  const run = await findRun(port);
  if (!run)
    throw new Error(
      `No local run responds at http://127.0.0.1:${port}. Start one with npm start, or select another with --url or a deployed stage with --stage.`,
    );
  return {
    sqs: localClient(run.endpoints.sqs),
    dynamodb: localClient(run.endpoints.dynamodb),
    outputs: parseOutputs(outputs, run.outputs, "of the local run"),
  };
};
