import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";

/** A call that is about to be made. */
export interface Command {
  readonly input: object;
}

/** The client, with each of its calls made by `onCall`, which may delay or fail it. */
export const interceptedClient = (
  client: DynamoDBDocumentClient,
  onCall: (command: Command, send: () => Promise<unknown>) => Promise<unknown>,
): DynamoDBDocumentClient =>
  Object.assign(Object.create(client), {
    send: (command: Command) => onCall(command, () => client.send(command as never)),
  });

/** A client whose process ends before its first such call reaches the table. */
export const crashingBefore = (
  client: DynamoDBDocumentClient,
  isLast: (command: Command) => boolean,
): DynamoDBDocumentClient => {
  let isOver = false;
  return interceptedClient(client, async (command, send) => {
    isOver ||= isLast(command);
    if (isOver) throw new Error("the process is gone");
    return send();
  });
};

export interface PausedClient {
  readonly client: DynamoDBDocumentClient;
  /** Resolves when such a call is about to be made. */
  readonly paused: Promise<void>;
  /** Releases it. */
  release(): void;
}

/** A client whose calls of one kind do not reach the table before they are released. */
export const pausingBefore = (
  client: DynamoDBDocumentClient,
  pausesAt: (command: Command) => boolean,
): PausedClient => {
  const paused = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  return {
    client: interceptedClient(client, async (command, send) => {
      if (pausesAt(command)) {
        paused.resolve();
        await released.promise;
      }
      return send();
    }),
    paused: paused.promise,
    release: released.resolve,
  };
};
