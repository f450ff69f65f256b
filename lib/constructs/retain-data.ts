import { CfnDeletionPolicy, CfnResource, RemovalPolicy } from "aws-cdk-lib";
import type { Construct } from "constructs";

/**
 * Has a resource that holds data outlive its stack in production. Whatever the stage, one that CloudFormation would replace
 * is left where it is: a deploy loses nothing.
 */
export const retainData = (construct: Construct, isProduction: boolean): void => {
  const resource = construct.node.defaultChild;
  if (!CfnResource.isCfnResource(resource)) throw new Error(`${construct.node.path} is no resource`);
  resource.applyRemovalPolicy(isProduction ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY, {
    applyToUpdateReplacePolicy: false,
  });
  resource.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN;
};
