import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";

/** Made once for each runtime process: its connections are kept. Times are well below the gateway's 29 s. */
export const makeDocumentClient = (endpoint?: string): DynamoDBDocumentClient =>
  DynamoDBDocumentClient.from(
    new DynamoDBClient({
      maxAttempts: 4,
      requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000 },
      ...(endpoint !== undefined && { endpoint }),
    }),
    { marshallOptions: { removeUndefinedValues: true } },
  );
