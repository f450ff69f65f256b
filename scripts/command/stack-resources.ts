import { CloudFormationClient, paginateListStackResources } from "@aws-sdk/client-cloudformation";
import type { ClientConfig } from "./bridge.ts";
import { isMissingStack } from "./find-stack.ts";

/** The physical id of a queue is its URL, which ends in the name. Names of log groups may contain slashes as well. */
const nameOf = (physicalId: string): string => physicalId.replace(/^https?:.*\//, "");

/** The names of a stack's resources; none if it does not exist. @throws the errors of the SDK. */
export const listResourceNames = async (StackName: string, aws: ClientConfig = {}): Promise<string[]> => {
  const client = new CloudFormationClient(aws);
  const names: string[] = [];
  try {
    for await (const { StackResourceSummaries = [] } of paginateListStackResources({ client }, { StackName }))
      for (const { PhysicalResourceId, ResourceStatus } of StackResourceSummaries)
        if (PhysicalResourceId !== undefined && ResourceStatus !== "DELETE_COMPLETE")
          names.push(nameOf(PhysicalResourceId));
    return names;
  } catch (error) {
    if (isMissingStack(error)) return [];
    throw error;
  } finally {
    client.destroy();
  }
};
