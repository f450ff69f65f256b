import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { clientDefaults, withoutUnneededMiddleware } from "#adapters/aws/client-defaults.ts";

export const toDocumentClient = (client: DynamoDBClient): DynamoDBDocumentClient =>
  DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });

/** Create one per process, so that its connections are reused. */
export const makeDocumentClient = (endpoint?: string): DynamoDBDocumentClient =>
  toDocumentClient(
    withoutUnneededMiddleware(
      new DynamoDBClient({ ...clientDefaults, ...(endpoint !== undefined && { endpoint }) }),
    ),
  );
