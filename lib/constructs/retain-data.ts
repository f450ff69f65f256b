import { CfnDeletionPolicy, CfnResource, RemovalPolicy } from "aws-cdk-lib";
import type { Construct } from "constructs";

/**
 * In production, retains a resource that holds data when its stack is deleted. In every stage, retains it when
 * CloudFormation would replace it, so that no deployment loses data.
 */
export const retainData = (construct: Construct, isProduction: boolean): void => {
  const resource = construct.node.defaultChild;
  if (!CfnResource.isCfnResource(resource)) throw new Error(`${construct.node.path} is not a resource`);
  resource.applyRemovalPolicy(isProduction ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY, {
    applyToUpdateReplacePolicy: false,
  });
  resource.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN;
};
