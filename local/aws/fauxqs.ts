import { mkdirSync } from "node:fs";
import { buildApp } from "fauxqs";
import { loopback } from "../http-server.ts";
import { allowSupplementaryCharacters } from "./fauxqs-message-characters.ts";

export interface Fauxqs {
  readonly endpoint: string;
  close(): Promise<void>;
}

/** fauxqs exports only its server. Its parts are imported by file; versions are pinned. */
const partOf = (file: string) => import(new URL(file, import.meta.resolve("fauxqs")).href);

/** Starts fauxqs on the loopback interface. Its own `startFauxqs` listens on all interfaces, without authentication. */
export const startFauxqs = async (dataDir: string | undefined): Promise<Fauxqs> => {
  await allowSupplementaryCharacters();
  const [{ SqsStore }, { SnsStore }, { S3Store }, { PersistenceManager }] = await Promise.all(
    ["sqs/sqsStore.js", "sns/snsStore.js", "s3/s3Store.js", "persistence.js"].map(partOf),
  );
  const stores = { sqsStore: new SqsStore(), snsStore: new SnsStore(), s3Store: new S3Store() };
  const app = buildApp({ logger: false, stores });
  if (dataDir !== undefined) {
    mkdirSync(dataDir, { recursive: true });
    const persistence = new PersistenceManager(dataDir);
    // The stores are connected to the persistence after loading, so that loaded data is not written again.
    persistence.loadSqsAndSns(stores.sqsStore, stores.snsStore);
    stores.sqsStore.persistence = persistence;
    for (const queue of stores.sqsStore.allQueues()) queue.persistence = persistence;
    app.addHook("preClose", () => persistence.close());
  }
  const endpoint = await app.listen({ port: 0, host: loopback });
  return { endpoint, close: () => app.close() };
};
