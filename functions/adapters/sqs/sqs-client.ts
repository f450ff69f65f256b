import { SQSClient } from "@aws-sdk/client-sqs";
import { clientDefaults, withoutUnneededMiddleware } from "#adapters/aws/client-defaults.ts";

/** Create one per process, so that its connections are reused. */
export const makeSqsClient = (): SQSClient => withoutUnneededMiddleware(new SQSClient(clientDefaults));
