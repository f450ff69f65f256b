import { beforeAll, describe, expect, test } from "@jest/globals";
import { Match } from "aws-cdk-lib/assertions";
import { type Synthesised, synthesise } from "../support/synthesised.ts";

let dev: Synthesised;
let prod: Synthesised;
beforeAll(() => {
  dev = synthesise({ stage: "dev" });
  prod = synthesise({ stage: "prod" });
}, 60_000);

/** All queues but that of starts, which hold nothing that another delivery of their jobs does not repeat. */
const jobQueues = { Properties: { FifoQueue: true } };

interface Resource {
  readonly Type: string;
  readonly Properties?: {
    readonly Name?: string;
    readonly Replicas?: readonly { readonly DeletionProtectionEnabled?: boolean }[];
  };
  readonly DeletionPolicy?: string;
}

/** By logical id: the properties whose change makes CloudFormation replace a table or a queue. */
const identities = ({ templates }: Synthesised) =>
  Object.fromEntries(
    [
      ...Object.entries(templates.data.findResources("AWS::DynamoDB::GlobalTable")),
      ...Object.entries(templates.messaging.findResources("AWS::SQS::Queue", jobQueues)),
      ...Object.entries(templates.data.findResources("AWS::KMS::Key")),
      ...Object.entries(templates.data.findResources("AWS::SecretsManager::Secret")),
    ].map(([logicalId, { Properties }]) => [
      logicalId,
      Properties.KeySchema?.map(({ AttributeName }: { AttributeName: string }) => AttributeName) ??
        Properties.Name ??
        (Properties.FifoQueue ? "fifo" : "key"),
    ]),
  );

// A change here is a table or queue that a deployment would replace, leaving the old one behind with all its
// data.
test("a deployment over existing data keeps every table, queue, key and secret", () => {
  expect(identities(prod)).toEqual({
    BotsBCA2D619: ["appKey", "item"],
    ConversationsBC91B70D: ["conversation"],
    TurnsF7D960B6: ["turn"],
    GuardsAE6419AB: ["guard"],
    TurnsJobs48A09793: "fifo",
    TurnsDead6A98E19F: "fifo",
    WebhooksJobsF45BEDD9: "fifo",
    WebhooksDead369D87A3: "fifo",
    Key961B73FD: "key",
    AppsA82513C7: "bot-bridge-prod-apps",
  });
});

test("no table or queue has a fixed name, which would prevent its replacement", () => {
  for (const { Properties } of Object.values(
    prod.templates.data.findResources("AWS::DynamoDB::GlobalTable"),
  )) {
    expect(Properties.TableName).toBeUndefined();
  }
  for (const { Properties } of Object.values(prod.templates.messaging.findResources("AWS::SQS::Queue"))) {
    expect(Properties.QueueName).toBeUndefined();
  }
});

const retainedResources = [
  ["data", "AWS::DynamoDB::GlobalTable", 4, "Retain", {}],
  ["data", "AWS::SecretsManager::Secret", 1, "RetainExceptOnCreate", {}],
  ["data", "AWS::KMS::Key", 1, "RetainExceptOnCreate", {}],
  ["messaging", "AWS::SQS::Queue", 4, "RetainExceptOnCreate", jobQueues],
] as const;

describe.each(retainedResources)(
  "in the %s stack each %s",
  (part, type, count, deletionPolicy, properties) => {
    const policies = ({ templates }: Synthesised) =>
      Object.values(templates[part].findResources(type, properties)).map(
        ({ DeletionPolicy, UpdateReplacePolicy }) => [DeletionPolicy, UpdateReplacePolicy],
      );

    test("outlives its stack in production, and is retained if a deployment would replace it", () => {
      expect(policies(prod)).toEqual(Array.from({ length: count }, () => [deletionPolicy, "Retain"]));
    });

    test("is deleted with its stack elsewhere, but not by a deployment", () => {
      expect(policies(dev)).toEqual(Array.from({ length: count }, () => ["Delete", "Retain"]));
    });
  },
);

test("a creation that failed can be tried again: what has a fixed name, and nothing protected, is deleted", () => {
  for (const stack of [prod.templates.data, prod.templates.messaging]) {
    for (const { Type, Properties, DeletionPolicy } of Object.values(
      stack.toJSON().Resources,
    ) as Resource[]) {
      const { Name, Replicas = [] } = Properties ?? {};
      if (Type === "AWS::SecretsManager::Secret" && Name !== undefined)
        expect(DeletionPolicy).toBe("RetainExceptOnCreate");
      if (Replicas.some(({ DeletionProtectionEnabled }) => DeletionProtectionEnabled))
        expect(DeletionPolicy).toBe("Retain");
    }
  }
});

describe("every table", () => {
  const replica = (isProduction: boolean) => ({
    Replicas: [
      Match.objectLike({
        DeletionProtectionEnabled: isProduction,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: isProduction },
      }),
    ],
  });

  test("can be restored to any second in production, and is protected from deletion", () => {
    prod.templates.data.allResourcesProperties("AWS::DynamoDB::GlobalTable", replica(true));
  });

  test("has neither of these elsewhere, where they would cost money", () => {
    dev.templates.data.allResourcesProperties("AWS::DynamoDB::GlobalTable", replica(false));
  });
});

test("the stacks that hold data or the API's address are protected from deletion in production", () => {
  expect([...prod.protectedStacks].sort()).toEqual([
    "bot-bridge-prod-api",
    "bot-bridge-prod-data",
    "bot-bridge-prod-messaging",
  ]);
  expect(dev.protectedStacks).toEqual([]);
});
