import { CfnDeletionPolicy, CfnResource, RemovalPolicy } from "aws-cdk-lib";
import type { Construct } from "constructs";

/** What a rollback of a stack's creation does with a resource that production retains. */
export type AfterFailedCreation = "delete" | "keep";

/**
 * In production, retains a resource that holds data when its stack is deleted. If the creation of the stack fails, the resource
 * is empty, and is deleted: a secret with a fixed name would otherwise prevent every later creation. In every stage, retains it
 * when CloudFormation would replace it, so that no deployment loses data.
 */
export const retainData = (
  construct: Construct,
  isProduction: boolean,
  afterFailedCreation: AfterFailedCreation = "delete",
): void => {
  const resource = construct.node.defaultChild;
  if (!CfnResource.isCfnResource(resource)) throw new Error(`${construct.node.path} is not a resource`);
  const retained =
    afterFailedCreation === "delete" ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.RETAIN;
  resource.applyRemovalPolicy(isProduction ? retained : RemovalPolicy.DESTROY, {
    applyToUpdateReplacePolicy: false,
  });
  resource.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN;
};
