import { SQSClient } from "@aws-sdk/client-sqs";
import { clientDefaults, withoutUserAgent } from "#adapters/aws/client-defaults.ts";

/** Create one per process, so that its connections are reused. */
export const makeSqsClient = (): SQSClient => withoutUserAgent(new SQSClient(clientDefaults));
