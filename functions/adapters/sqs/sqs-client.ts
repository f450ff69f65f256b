import { SQSClient } from "@aws-sdk/client-sqs";

/** Made once for each runtime process: its connections are kept. */
export const makeSqsClient = (endpoint?: string): SQSClient =>
  new SQSClient({
    maxAttempts: 4,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000 },
    ...(endpoint !== undefined && { endpoint }),
  });
