import { CloudFormationClient, DescribeStacksCommand, type Stack } from "@aws-sdk/client-cloudformation";
import type * as v from "valibot";
import { type Bridge, parseOutputs } from "./bridge.ts";

const describe = async (StackName: string): Promise<Stack | undefined> => {
  const client = new CloudFormationClient();
  try {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName }));
    return Stacks[0];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const hint = "looked up with AWS_PROFILE and AWS_REGION";
    throw new Error(`${StackName}: ${reason} (${hint})`, { cause: error });
  } finally {
    client.destroy();
  }
};

/**
 * Finds the bridge deployed as this stage, in the account and region of the environment.
 * @throws Error with a one-line message for the terminal.
 */
export const findStack = async <S extends v.GenericSchema>(
  stage: string,
  schema: S,
): Promise<Bridge<v.InferOutput<S>>> => {
  const stackName = `bot-bridge-${stage}-messaging`;
  const stack = await describe(stackName);
  const outputs = (stack?.Outputs ?? []).map(({ OutputKey = "", OutputValue }) => [OutputKey, OutputValue]);
  return {
    sqs: {},
    dynamodb: {},
    outputs: parseOutputs(schema, Object.fromEntries(outputs), stackName),
  };
};
