import { mkdirSync } from "node:fs";
import type { IncomingHttpHeaders } from "node:http";
import { allowSupplementaryCharacters } from "./fauxqs-message-characters.ts";

export interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Fauxqs {
  /** Answers a request of SQS's JSON protocol. */
  post(headers: IncomingHttpHeaders, body: unknown): Promise<Answer>;
  close(): void;
}

interface QueueStore {
  persistence: unknown;
  allQueues(): Iterable<{ persistence: unknown }>;
}

/** fauxqs exports only its server. Its parts are imported by file; versions are pinned. */
const partOf = (file: string) => import(new URL(file, import.meta.resolve("fauxqs")).href);

const actions = [
  "CreateQueue",
  "DeleteQueue",
  "GetQueueUrl",
  "ListQueues",
  "GetQueueAttributes",
  "SetQueueAttributes",
  "PurgeQueue",
  "SendMessage",
  "ReceiveMessage",
  "DeleteMessage",
  "SendMessageBatch",
  "DeleteMessageBatch",
  "ChangeMessageVisibility",
  "ChangeMessageVisibilityBatch",
  "TagQueue",
  "UntagQueue",
  "ListQueueTags",
];

/**
 * The queues of fauxqs, without its server, which also serves S3 and SNS: it takes 10 MB, and each call through it another
 * HTTP request.
 */
export const makeFauxqs = async (dataDir: string | undefined): Promise<Fauxqs> => {
  await allowSupplementaryCharacters();
  const [{ SqsStore }, { SqsRouter }] = await Promise.all(
    ["sqs/sqsStore.js", "sqs/sqsRouter.js"].map(partOf),
  );
  const store = new SqsStore();
  const router = new SqsRouter(store);
  await Promise.all(
    actions.map(async (action) => {
      const name = `${action.charAt(0).toLowerCase()}${action.slice(1)}`;
      router.register(action, (await partOf(`sqs/actions/${name}.js`))[name]);
    }),
  );
  let closePersistence = dataDir === undefined ? () => {} : await persist(store, dataDir);
  return {
    async post(headers, body) {
      const answer = { statusCode: 200, headers: { "content-type": "application/x-amz-json-1.0" } };
      const reply = {
        status: (statusCode: number) => Object.assign(answer, { statusCode }),
        header: (name: string, value: string) => Object.assign(answer.headers, { [name]: value }),
      };
      const result: unknown = await router.handle({ headers, body }, reply);
      return { ...answer, body: JSON.stringify(result ?? {}) };
    },
    close() {
      store.shutdown();
      closePersistence();
      closePersistence = () => {};
    },
  };
};

/** Loads the queues of the folder and keeps them there. Returns the function that closes it. */
const persist = async (store: QueueStore, dataDir: string): Promise<() => void> => {
  const [{ SnsStore }, { PersistenceManager }] = await Promise.all(
    ["sns/snsStore.js", "persistence.js"].map(partOf),
  );
  mkdirSync(dataDir, { recursive: true });
  const persistence = new PersistenceManager(dataDir);
  // The stores are connected to the persistence after loading, so that loaded data is not written again.
  persistence.loadSqsAndSns(store, new SnsStore());
  store.persistence = persistence;
  for (const queue of store.allQueues()) queue.persistence = persistence;
  return () => persistence.close();
};
