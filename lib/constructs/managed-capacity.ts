import { RemovalPolicy, Validations } from "aws-cdk-lib";
import { SecurityGroup, Subnet } from "aws-cdk-lib/aws-ec2";
import { ManagedPolicy, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import {
  Architecture,
  CapacityProvider,
  type Function as LambdaFunction,
  type VersionOptions,
} from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import type { Config } from "../config.ts";
import { type SharedEnvironment, sharedBundleOf } from "./bundle.ts";

/** The least that Lambda allows there: 2 GB, which comes with one processor. */
const memoryMb = 2048;
const memoryGibPerProcessor = 2;
/** The least with which an environment is left when an availability zone fails; also Lambda's default. */
const minEnvironments = 3;
/** Of the smallest instances. Half of them are left for Lambda's own processes. */
const processorsPerInstance = 2;
/** A deployment needs the environments of two versions. */
const versionsAtOnce = 2;

export interface ManagedCapacityProps {
  readonly name: SharedEnvironment;
  readonly config: Config;
  /** How many invocations there may be at once. */
  readonly inFlight: number;
}

/**
 * Lambda Managed Instances for one function: many invocations at once in each environment, on EC2 instances in the operator's
 * VPC (docs/adr/0042-many-turns-in-one-environment.md).
 */
export class ManagedCapacity extends Construct {
  readonly code: string;
  readonly memoryMb = memoryMb;
  readonly versions: VersionOptions;
  private readonly provider: CapacityProvider;
  private readonly invocationsPerEnvironment: number;

  constructor(scope: Construct, id: string, { name, config, inFlight }: ManagedCapacityProps) {
    super(scope, id);
    const { subnets, securityGroups, turnsPerEnvironment } = config.turnWorker;
    const maxEnvironments = Math.max(minEnvironments, Math.ceil(inFlight / turnsPerEnvironment));
    this.code = sharedBundleOf(scope, name);
    this.invocationsPerEnvironment = turnsPerEnvironment;
    this.versions = {
      // A version that is kept keeps its environments running.
      removalPolicy: RemovalPolicy.DESTROY,
      minExecutionEnvironments: minEnvironments,
      maxExecutionEnvironments: maxEnvironments,
    };
    this.provider = new CapacityProvider(this, "Provider", {
      architectures: [Architecture.ARM_64],
      subnets: subnets.map((subnet, index) => Subnet.fromSubnetId(this, `Subnet${index + 1}`, subnet)),
      securityGroups: securityGroups.map((group, index) =>
        SecurityGroup.fromSecurityGroupId(this, `SecurityGroup${index + 1}`, group, { mutable: false }),
      ),
      operatorRole: this.makeOperatorRole(),
      // A bound of the cost.
      maxVCpuCount: maxEnvironments * processorsPerInstance * versionsAtOnce,
    });
  }

  private makeOperatorRole(): Role {
    const role = new Role(this, "OperatorRole", {
      description: "Bot Bridge: lets Lambda run instances for its functions",
      assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
      managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName("AWSLambdaManagedEC2ResourceOperator")],
    });
    Validations.of(role).acknowledge({
      id: "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/AWSLambdaManagedEC2ResourceOperator]",
      reason: "AWS's policy for this role: it names what Lambda does with the instances, which AWS changes.",
    });
    return role;
  }

  attach(lambda: LambdaFunction): void {
    this.provider.addFunction(lambda, {
      perExecutionEnvironmentMaxConcurrency: this.invocationsPerEnvironment,
      executionEnvironmentMemoryGiBPerVCpu: memoryGibPerProcessor,
      // Only the alias is invoked; $LATEST.PUBLISHED would run environments of its own.
      publishToLatestPublished: false,
    });
  }
}
