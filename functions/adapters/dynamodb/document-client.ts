import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { clientDefaults } from "#adapters/aws/client-defaults.ts";

/** Made once for each runtime process: its connections are kept. */
export const makeDocumentClient = (endpoint?: string): DynamoDBDocumentClient =>
  DynamoDBDocumentClient.from(
    new DynamoDBClient({ ...clientDefaults, ...(endpoint !== undefined && { endpoint }) }),
    { marshallOptions: { removeUndefinedValues: true } },
  );
