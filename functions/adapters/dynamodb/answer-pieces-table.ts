import { PutCommand } from "@aws-sdk/lib-dynamodb";
import * as v from "valibot";
import { parseRecord } from "#adapters/node/parse-record.ts";
import { type AppSecrets, type AppWithKeys, requireApp } from "#adapters/secrets/app-secrets.ts";
import { seal, unseal } from "#adapters/secrets/key-cipher.ts";
import { withDataKeysOf } from "#adapters/secrets/with-data-keys-of.ts";
import type { AnswerPieces, AnswerRun } from "#core/chat/answer-pieces.ts";
import { replayLifeMs } from "#core/chat/chat-turn.ts";
import { maxTurnMs } from "#core/turn/turn-time.ts";
import { answerPieceJson } from "./answer-piece-json.ts";
import { makeBatchGet } from "./batch-get.ts";
import { ttlOf } from "./expiry.ts";
import type { TablePorts } from "./table-ports.ts";

export interface AnswerPiecesTablePorts extends TablePorts {
  readonly apps: AppSecrets;
}

const pieceRecord = v.object({ sealed: v.string(), expiresAt: v.number() });

export const pieceKey = ({ appKey, turn, attempt }: AnswerRun, n: number): string =>
  `piece#${JSON.stringify([appKey, turn, attempt, n])}`;

/** How long a piece is kept, in milliseconds: the first one outlives the replay of a turn of maximum length. */
export const pieceLifeMs = maxTurnMs + replayLifeMs;

/** Stores pieces of answers in the guards table, one item each, encrypted for its app, turn, attempt and position. */
export const makeAnswerPiecesTable = ({
  client,
  tableName,
  apps,
  clock,
}: AnswerPiecesTablePorts): AnswerPieces => {
  const batchGet = makeBatchGet({ client, tableName, clock });

  const appOf = async ({ appKey }: AnswerRun): Promise<AppWithKeys> =>
    apps.lastKnown(appKey) ?? requireApp(apps.find(appKey));

  return {
    put: async (answer, n, piece) => {
      const { dataKeys } = await appOf(answer);
      const expiresAt = clock.now() + pieceLifeMs;
      const guard = pieceKey(answer, n);
      await client.send(
        new PutCommand({
          TableName: tableName,
          Item: {
            guard,
            version: 1,
            sealed: seal(dataKeys, JSON.stringify(piece), [guard]),
            expiresAt,
            ttl: ttlOf(expiresAt),
          },
        }),
      );
    },
    read: async (answer, n, max) => {
      const app = await appOf(answer);
      const guards = Array.from({ length: max }, (_, at) => pieceKey(answer, n + at));
      const items = await batchGet(guards.map((guard) => ({ guard })));
      const found = new Map(items.map((item) => [item.guard, item]));
      const stored: { readonly guard: string; readonly sealed: string }[] = [];
      for (const guard of guards) {
        const item = found.get(guard);
        if (!item) break;
        const { sealed, expiresAt } = parseRecord(pieceRecord, item, "an answer piece");
        if (expiresAt <= clock.now()) break;
        stored.push({ guard, sealed });
      }
      const texts = stored.map(({ sealed }) => sealed);
      const { dataKeys } = await withDataKeysOf(apps, app, texts);
      return stored.map(({ guard, sealed }) =>
        parseRecord(answerPieceJson, unseal(dataKeys, sealed, [guard]), "an answer piece"),
      );
    },
  };
};
