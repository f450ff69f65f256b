import { Stack, type StackProps, Validations } from "aws-cdk-lib";
import type { TableV2 } from "aws-cdk-lib/aws-dynamodb";
import { CfnSecret, Secret } from "aws-cdk-lib/aws-secretsmanager";
import type { Construct } from "constructs";
import type { Config } from "./config.ts";
import { makeTable } from "./constructs/bridge-table.ts";
import { makeDataKey } from "./constructs/data-key.ts";
import { retainData } from "./constructs/retain-data.ts";

/** The turns that have a story, by app and time (docs/adr/0044). */
export const storyIndexName = "turnsOfApp";

export interface DataStackProps extends StackProps {
  readonly config: Config;
}

/** The tables and the secret. Records that expire have tables of their own: their lifetimes and permissions differ. */
export class DataStack extends Stack {
  readonly bots: TableV2;
  readonly conversations: TableV2;
  readonly turns: TableV2;
  readonly guards: TableV2;
  readonly appSecrets: Secret;

  constructor(scope: Construct, id: string, { config, ...props }: DataStackProps) {
    super(scope, id, props);
    const isProduction = config.production;
    const key = makeDataKey(this, "Key");
    retainData(key, isProduction);
    const stored = { key, isProduction };
    this.bots = makeTable(this, "Bots", {
      partitionKey: "appKey",
      sortKey: "item",
      expires: false,
      ...stored,
    });
    this.conversations = makeTable(this, "Conversations", {
      partitionKey: "conversation",
      expires: true,
      ...stored,
    });
    this.turns = makeTable(this, "Turns", {
      partitionKey: "turn",
      expires: true,
      index: {
        name: storyIndexName,
        partitionKey: "storyOf",
        numericSortKey: "storyAt",
        attributes: ["story", "storyEnd"],
      },
      ...stored,
    });
    this.guards = makeTable(this, "Guards", { partitionKey: "guard", expires: true, ...stored });

    this.appSecrets = new Secret(this, "Apps", {
      secretName: `bot-bridge-${config.stage}-apps`,
      description: "App secrets and keys of Bot Bridge; the README describes the format",
    });
    retainData(this.appSecrets, isProduction);
    const resource = this.appSecrets.node.defaultChild;
    if (!(resource instanceof CfnSecret)) throw new Error("the secret has no CfnSecret child");
    // Set directly: given the key, Secret would add grants by wildcard that the key policy already covers.
    resource.kmsKeyId = key.keyArn;
    Validations.of(this.appSecrets).acknowledge({
      id: "AwsSolutions-SMG4",
      reason:
        "App secrets are rotated by hand in RongCloud's console. Two are valid at once, so a rotation is a new version of this secret.",
    });
  }
}
