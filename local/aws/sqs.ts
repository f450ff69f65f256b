import { join } from "node:path";
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { makeFauxqs } from "./fauxqs.ts";
import { type Denies, deniesNothing } from "./iam/access.ts";
import { localClient } from "./local-client.ts";
import { startStrictSqs } from "./strict-sqs.ts";
import type { Queue } from "./template/queues.ts";
import { unusableServer } from "./unusable-server.ts";

export interface SqsOptions {
  readonly queues: readonly Queue[];
  readonly endpoint: string | undefined;
  readonly dataDir: string | undefined;
  /** The roles of callers, which another endpoint does not enforce; default: no roles. */
  readonly denies?: Denies;
}

export interface Sqs {
  readonly endpoint: string;
  /** By queue name. */
  readonly queueUrls: ReadonlyMap<string, string>;
  close(): Promise<void>;
}

/** Starts SQS with the template's queues: fauxqs behind stricter checks, unless an endpoint is given. */
export const startSqs = async ({
  queues,
  endpoint,
  dataDir,
  denies = deniesNothing,
}: SqsOptions): Promise<Sqs> => {
  const server =
    endpoint === undefined ? await startStrictFauxqs(dataDir, denies) : { endpoint, close: async () => {} };
  const client = new SQSClient(localClient(server.endpoint));
  try {
    return { ...server, queueUrls: await createQueues(client, queues, server.endpoint) };
  } catch (error) {
    await server.close();
    throw endpoint === undefined ? error : unusableServer("SQS_ENDPOINT", endpoint, error);
  } finally {
    client.destroy();
  }
};

const startStrictFauxqs = async (
  dataDir: string | undefined,
  denies: Denies,
): Promise<Omit<Sqs, "queueUrls">> => {
  const fauxqs = await makeFauxqs(dataDir && join(dataDir, "sqs"));
  const strict = await startStrictSqs({ fauxqs, persistent: dataDir !== undefined, denies });
  return {
    endpoint: strict.url,
    close: async () => {
      await strict.close();
      fauxqs.close();
    },
  };
};

// FifoQueue is immutable, and fauxqs cannot change the others.
const setAtCreation = new Set([
  "ContentBasedDeduplication",
  "DeduplicationScope",
  "FifoQueue",
  "FifoThroughputLimit",
]);

/** Creates all queues before setting attributes, since a redrive policy refers to another queue. */
const createQueues = async (client: SQSClient, queues: readonly Queue[], endpoint: string) => {
  const created = await Promise.all(
    queues.map(async (queue) => {
      const Attributes = only(queue.attributes, (attribute) => setAtCreation.has(attribute));
      const { QueueUrl = "" } = await client.send(
        new CreateQueueCommand({ QueueName: queue.name, Attributes }),
      );
      const given = URL.parse(QueueUrl);
      if (!given) throw new Error(`its response to CreateQueue has no URL of ${queue.name}`);
      // fauxqs and other servers return their own host name, which may not resolve here.
      const url = new URL(given.pathname, endpoint).href;
      const { Attributes: { QueueArn = "" } = {} } = await client.send(
        new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["QueueArn"] }),
      );
      return { queue, url, arn: QueueArn };
    }),
  );
  const arns = new Map(created.map(({ queue, arn }) => [queue.name, arn]));
  await Promise.all(
    created.map(async ({ queue, url }) => {
      const Attributes = only(attributesOf(queue, arns), (attribute) => !setAtCreation.has(attribute));
      if (Object.keys(Attributes).length > 0)
        await client.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes }));
    }),
  );
  return new Map(created.map(({ queue, url }) => [queue.name, url]));
};

const only = (attributes: Readonly<Record<string, string>>, wanted: (attribute: string) => boolean) =>
  Object.fromEntries(Object.entries(attributes).filter(([attribute]) => wanted(attribute)));

/** A server may have another account id and region than the template, which its own ARNs contain. */
const attributesOf = (
  { attributes, redrive }: Queue,
  arns: ReadonlyMap<string, string>,
): Record<string, string> => {
  if (!redrive) return { ...attributes };
  const { deadLetterArn, maxReceiveCount } = redrive;
  const name = deadLetterArn.split(":").at(-1) ?? "";
  const policy = { deadLetterTargetArn: arns.get(name) ?? deadLetterArn, maxReceiveCount };
  return { ...attributes, RedrivePolicy: JSON.stringify(policy) };
};
