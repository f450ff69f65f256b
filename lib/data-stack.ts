import { RemovalPolicy, Stack, type StackProps } from "aws-cdk-lib";
import { AttributeType, Billing, type TablePropsV2, TableV2 } from "aws-cdk-lib/aws-dynamodb";
import { Secret } from "aws-cdk-lib/aws-secretsmanager";
import type { Construct } from "constructs";
import type { Config } from "./config.ts";

/** Records that expire, in a table of their own: another life, another backup, other permissions than the bots'. */
const expiringTable = (scope: Construct, id: string, partitionKey: string): TableV2 =>
  new TableV2(scope, id, {
    partitionKey: { name: partitionKey, type: AttributeType.STRING },
    billing: Billing.onDemand(),
    timeToLiveAttribute: "ttl",
    removalPolicy: RemovalPolicy.DESTROY,
  } satisfies TablePropsV2);

export interface DataStackProps extends StackProps {
  readonly config: Config;
}

/** What the bridge remembers, and the secrets it keeps. */
export class DataStack extends Stack {
  readonly bots: TableV2;
  readonly conversations: TableV2;
  readonly turns: TableV2;
  readonly guards: TableV2;
  readonly appSecrets: Secret;

  constructor(scope: Construct, id: string, { config, ...props }: DataStackProps) {
    super(scope, id, props);
    this.bots = new TableV2(this, "Bots", {
      partitionKey: { name: "appKey", type: AttributeType.STRING },
      sortKey: { name: "item", type: AttributeType.STRING },
      billing: Billing.onDemand(),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.conversations = expiringTable(this, "Conversations", "conversation");
    this.turns = expiringTable(this, "Turns", "turn");
    this.guards = expiringTable(this, "Guards", "guard");
    this.appSecrets = new Secret(this, "Apps", {
      secretName: `bot-bridge-${config.stage}-apps`,
      description: "App secrets and keys of Bot Bridge: see the README for its form",
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }
}
