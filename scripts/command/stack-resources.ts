import {
  CloudFormationClient,
  paginateListStackResources,
  type StackResourceSummary,
} from "@aws-sdk/client-cloudformation";
import type { ClientConfig } from "./bridge.ts";
import { isMissingStack } from "./find-stack.ts";

/** @throws the errors of the SDK, also if the stack does not exist. */
export const listResources = async (
  StackName: string,
  aws: ClientConfig = {},
): Promise<StackResourceSummary[]> => {
  const client = new CloudFormationClient(aws);
  const resources: StackResourceSummary[] = [];
  try {
    for await (const { StackResourceSummaries = [] } of paginateListStackResources({ client }, { StackName }))
      resources.push(...StackResourceSummaries);
    return resources;
  } finally {
    client.destroy();
  }
};

/** The physical id of a queue is its URL, which ends in the name. Names of log groups may contain slashes as well. */
const nameOf = (physicalId: string): string => physicalId.replace(/^https?:.*\//, "");

/** The names of a stack's resources; none if it does not exist. @throws the errors of the SDK. */
export const listResourceNames = async (stackName: string, aws: ClientConfig = {}): Promise<string[]> => {
  const resources = await listResources(stackName, aws).catch((error: unknown) => {
    if (isMissingStack(error)) return [];
    throw error;
  });
  return resources.flatMap(({ PhysicalResourceId, ResourceStatus }) =>
    PhysicalResourceId === undefined || ResourceStatus === "DELETE_COMPLETE"
      ? []
      : nameOf(PhysicalResourceId),
  );
};
