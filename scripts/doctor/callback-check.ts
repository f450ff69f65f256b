import type { ClientConfig } from "../command/bridge.ts";
import { stackNameOf } from "../command/find-stack.ts";
import { listResources } from "../command/stack-resources.ts";
import { type Finding, note, ok } from "./check.ts";
import { readMetric } from "./read-metric.ts";

export interface CallbacksToCheck {
  readonly stage: string;
  readonly url: string;
}

/** Its logical id. */
export const callbackFunction = /^ImCallback/;

const findFunction = async (stackName: string, aws: ClientConfig): Promise<string | undefined> => {
  const resources = await listResources(stackName, aws);
  return resources.find(
    ({ ResourceType, LogicalResourceId = "" }) =>
      ResourceType === "AWS::Lambda::Function" && callbackFunction.test(LogicalResourceId),
  )?.PhysicalResourceId;
};

/** Checks whether RongCloud calls the bridge. `now`: milliseconds since the epoch. */
export const checkCallbacks = async (
  { stage, url }: CallbacksToCheck,
  aws: ClientConfig,
  now: number,
): Promise<Finding> => {
  const stackName = stackNameOf(stage, "api");
  const FunctionName = await findFunction(stackName, aws);
  if (FunctionName === undefined) return note(`not checked: ${stackName} has no function for callbacks`);
  const count = await readMetric(
    {
      namespace: "AWS/Lambda",
      name: "Invocations",
      dimensions: { FunctionName },
      statistic: "Sum",
      minutes: 60,
    },
    aws,
    now,
  );
  if (count !== undefined && count > 0) return ok(`${count} in the last hour`);
  return note(
    `none in the last hour. If users have written, check in RongCloud's console that the full message route is on for private and group messages, and calls ${url}/callbacks/rongcloud/messages (docs/connect-rongcloud.md#set-up-rongclouds-console)`,
  );
};
