import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";

/** A call as it is about to be made. */
export interface Command {
  readonly input: object;
}

/** The client, with each of its calls made by `onCall`, who may hold it up or let it fail. */
export const alteredClient = (
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
  return alteredClient(client, async (command, send) => {
    isOver ||= isLast(command);
    if (isOver) throw new Error("the process is gone");
    return send();
  });
};

export interface HeldClient {
  readonly client: DynamoDBDocumentClient;
  /** Resolves when such a call is about to be made. */
  readonly isHeld: Promise<void>;
  /** Lets it go on. */
  release(): void;
}

/** A client whose calls of one kind do not reach the table before they are released. */
export const holdingBefore = (
  client: DynamoDBDocumentClient,
  isHeldUp: (command: Command) => boolean,
): HeldClient => {
  const held = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  return {
    client: alteredClient(client, async (command, send) => {
      if (isHeldUp(command)) {
        held.resolve();
        await released.promise;
      }
      return send();
    }),
    isHeld: held.promise,
    release: released.resolve,
  };
};
