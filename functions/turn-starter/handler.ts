import * as v from "valibot";
import { nonEmptyString, parseEnvironment } from "#adapters/node/environment.ts";
import { makeSqsClient } from "#adapters/sqs/sqs-client.ts";
import { makeSendStart } from "#adapters/sqs/start-message.ts";
import { makeStarter } from "#adapters/sqs/starter.ts";

const env = parseEnvironment(
  v.object({ STARTS_QUEUE_URL: nonEmptyString, RESTARTS_QUEUE_URL: nonEmptyString }),
);
const client = makeSqsClient();

export const handler = makeStarter({
  start: makeSendStart({ client, queueUrl: env.STARTS_QUEUE_URL }),
  restart: makeSendStart({ client, queueUrl: env.RESTARTS_QUEUE_URL }),
});
