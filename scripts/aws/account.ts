import { CloudFormationClient, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { LambdaClient, paginateListFunctions } from "@aws-sdk/client-lambda";
import { ListSecretsCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { ListQueuesCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { ClientConfig } from "../command/bridge.ts";

/** The environment of each function, by the function's name. */
export const readFunctions = async (aws: ClientConfig): Promise<ReadonlyMap<string, string>> => {
  const client = new LambdaClient(aws);
  const found = new Map<string, string>();
  for await (const { Functions = [] } of paginateListFunctions({ client }, {})) {
    for (const { FunctionName = "", Environment } of Functions)
      found.set(FunctionName, JSON.stringify(Environment?.Variables));
  }
  client.destroy();
  return found;
};

/** What is in the account: stacks, tables, queues, secrets and functions. */
export const listResources = async (aws: ClientConfig): Promise<string[]> => {
  const [stacks, tables, queues, secrets, functions] = await Promise.all([
    new CloudFormationClient(aws).send(new DescribeStacksCommand()),
    new DynamoDBClient(aws).send(new ListTablesCommand()),
    new SQSClient(aws).send(new ListQueuesCommand()),
    new SecretsManagerClient(aws).send(new ListSecretsCommand()),
    readFunctions(aws),
  ]);
  const named = (kind: string, names: readonly (string | undefined)[] = []): string[] =>
    names.map((name) => `${kind} ${name}`);
  return [
    ...named(
      "stack",
      stacks.Stacks?.map(({ StackName }) => StackName),
    ),
    ...named("table", tables.TableNames),
    ...named("queue", queues.QueueUrls),
    ...named(
      "secret",
      secrets.SecretList?.map(({ Name }) => Name),
    ),
    ...named("function", [...functions.keys()]),
  ];
};
