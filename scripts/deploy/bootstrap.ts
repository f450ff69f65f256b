import type { ClientConfig } from "../command/bridge.ts";
import { explainAwsError, isAccessDenied } from "../command/explain-aws-error.ts";
import { describeStack } from "../command/find-stack.ts";
import type { Identity } from "../command/identity.ts";

/** The stack that `cdk bootstrap` creates. */
const stackName = "CDKToolkit";
/** CDK's own requirement (`requiresBootstrapStackVersion` in the manifest of a synthesised app). */
const minVersion = 6;

/**
 * Checks that CDK can deploy to the account and region.
 * @throws Error that names the command to run, if it cannot.
 */
export const checkBootstrap = async (
  { account, region }: Identity,
  aws: ClientConfig = {},
): Promise<string> => {
  const command = `npx cdk bootstrap aws://${account}/${region}`;
  const stack = await describeStack(stackName, aws).catch((error: unknown) => {
    // Roles of CI may assume CDK's roles, and nothing else.
    if (isAccessDenied(error)) return "not allowed" as const;
    throw new Error(explainAwsError(error), { cause: error });
  });
  if (stack === "not allowed") return `not checked: cloudformation:DescribeStacks on ${stackName} is denied`;
  if (!stack) throw new Error(`CDK is not set up in this account and region: run ${command}`);
  const version = Number(stack.outputs.BootstrapVersion ?? 0);
  if (version >= minVersion) return `version ${version}`;
  throw new Error(`CDK's version ${version} in this account and region is too old: run ${command}`);
};
