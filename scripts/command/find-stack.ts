import { CloudFormationClient, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import type * as v from "valibot";
import { type Bridge, type ClientConfig, parseOutputs } from "./bridge.ts";
import { explainAwsError } from "./explain-aws-error.ts";

export interface DeployedStack {
  /** CloudFormation's, such as UPDATE_COMPLETE. */
  readonly status: string;
  readonly outputs: Readonly<Record<string, string>>;
}

export const stackNameOf = (stage: string, part: string): string => `bot-bridge-${stage}-${part}`;

export const isMissingStack = (error: unknown): boolean =>
  error instanceof Error && /does not exist/.test(error.message);

/** Undefined if there is no stack with this name. @throws the errors of the SDK. */
export const describeStack = async (
  StackName: string,
  aws: ClientConfig = {},
): Promise<DeployedStack | undefined> => {
  const client = new CloudFormationClient(aws);
  try {
    const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName }));
    const outputs = (stack?.Outputs ?? []).map(({ OutputKey = "", OutputValue = "" }) => [
      OutputKey,
      OutputValue,
    ]);
    return stack && { status: stack.StackStatus ?? "", outputs: Object.fromEntries(outputs) };
  } catch (error) {
    if (isMissingStack(error)) return undefined;
    throw error;
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
  const stackName = stackNameOf(stage, "messaging");
  const where = "looked up with AWS_PROFILE and AWS_REGION";
  const stack = await describeStack(stackName).catch((error: unknown) => {
    throw new Error(`${stackName}: ${explainAwsError(error)} (${where})`, { cause: error });
  });
  if (!stack) throw new Error(`${stackName}: Stack with id ${stackName} does not exist (${where})`);
  return { sqs: {}, dynamodb: {}, outputs: parseOutputs(schema, stack.outputs, stackName) };
};
