import { SQSClient } from "@aws-sdk/client-sqs";
import { clientDefaults } from "#adapters/aws/client-defaults.ts";

/** Made once for each runtime process: its connections are kept. */
export const makeSqsClient = (): SQSClient => new SQSClient(clientDefaults);
