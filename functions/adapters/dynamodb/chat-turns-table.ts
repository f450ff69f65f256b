import { GetCommand } from "@aws-sdk/lib-dynamodb";
import * as v from "valibot";
import { parseRecord } from "#adapters/node/parse-record.ts";
import { modelTypes } from "#core/bot/integration-types.ts";
import {
  type ChatTurn,
  type ChatTurnId,
  type ChatTurnStore,
  chatTurnLifeMs,
  type NewChatTurn,
} from "#core/chat/chat-turn.ts";
import type { StoryBeginning } from "#core/turn/turn-story.ts";
import { makeConditionalUpdates } from "./conditional-write.ts";
import type { TurnsTablePorts } from "./table-ports.ts";

const turnRecord = v.object({
  userId: v.string(),
  botUserId: v.string(),
  integrationType: v.picklist(modelTypes),
  /** Whether `integrationType` is only there because the previous version requires one. */
  isTypeUnknown: v.optional(v.boolean(), false),
  conversation: v.nullable(v.string()),
  questionHash: v.string(),
  keepsAnswer: v.boolean(),
  state: v.picklist(["running", "done"]),
  attempt: v.number(),
  heldUntil: v.number(),
  replayUntil: v.optional(v.number()),
  expiresAt: v.number(),
  reference: v.optional(v.string()),
  inputHash: v.optional(v.string()),
  /** A reference as the previous version writes it: Dify's ids, by the same names. If both exist, this one is newer. */
  named: v.optional(v.record(v.string(), v.string())),
});

/** In a record whose integration is not known yet. */
const [placeholderType] = modelTypes;

const renewedRecord = v.object({ stopAsked: v.optional(v.boolean(), false) });

/** As JSON, since keys may contain any separator. Jobs are in the same table, but their keys have other parts. */
export const chatTurnKey = ({ appKey, turn }: ChatTurnId): string => JSON.stringify(["chat", appKey, turn]);
const keyOf = (id: ChatTurnId) => ({ turn: chatTurnKey(id) });

const whileHeld = "#state = :running AND #token = :token";

/**
 * A turn is new, has expired, or begins again for the same question. Its own token too: the SDK repeats a write whose response was
 * lost. Without brackets, since dynalite's parser takes twice as long for each level of them.
 */
const mayBegin = [
  "attribute_not_exists(turn)",
  "expiresAt <= :now",
  "#token = :token",
  "questionHash = :questionHash AND #state = :running AND heldUntil <= :now",
  "questionHash = :questionHash AND #state = :done AND replayUntil <= :now",
  "questionHash = :questionHash AND #state = :done AND mayBeAskedAgain = :true",
].join(" OR ");

const beginningOf = (turn: NewChatTurn, acceptedAt: number): StoryBeginning => ({
  channel: "http",
  appKey: turn.appKey,
  bot: turn.botUserId,
  integration: turn.integrationType,
  fromUserId: turn.userId,
  channelType: "PERSON",
  targetId: turn.userId,
  conversation: turn.conversation,
  msgUID: turn.turn,
  acceptedAt,
});

/** Attribute names that DynamoDB reserves or may reserve. */
const names = {
  "#state": "state",
  "#token": "token",
  "#ttl": "ttl",
  "#user": "userId",
  "#named": "named",
  "#reference": "reference",
};

/**
 * Turns of clients, in the turns table: `running` under a short lease, then `done`. A stop request sets an attribute that the
 * next heartbeat reads.
 */
export const makeChatTurnsTable = ({ client, tableName, clock, stories }: TurnsTablePorts): ChatTurnStore => {
  const { ttlOf } = stories;
  const { update, updateAndGet } = makeConditionalUpdates({ client, tableName, keyOf, names });

  const toTurn = ({ appKey, turn }: ChatTurnId, item: Record<string, unknown>): ChatTurn | undefined => {
    const {
      expiresAt,
      named,
      reference,
      inputHash,
      conversation,
      replayUntil,
      integrationType,
      isTypeUnknown,
      ...rest
    } = parseRecord(turnRecord, item, "a chat turn");
    if (expiresAt <= clock.now()) return undefined;
    return {
      appKey,
      turn,
      ...rest,
      integrationType: isTypeUnknown ? undefined : integrationType,
      conversation: conversation ?? undefined,
      replayUntil,
      inputHash,
      reference: named ? JSON.stringify(named) : reference,
    };
  };

  const find = async (id: ChatTurnId): Promise<ChatTurn | undefined> => {
    const { Item } = await client.send(
      new GetCommand({ TableName: tableName, Key: keyOf(id), ConsistentRead: true }),
    );
    return Item && toTurn(id, Item);
  };

  return {
    find,
    begin: async (turn, lease) => {
      const { appKey: _app, turn: _turn, conversation, userId, integrationType, ...given } = turn;
      const isTypeUnknown = integrationType === undefined;
      const rest = {
        ...given,
        integrationType: integrationType ?? placeholderType,
        ...(isTypeUnknown && { isTypeUnknown }),
      };
      const now = clock.now();
      const expiresAt = now + chatTurnLifeMs;
      const story = stories.begin(beginningOf(turn, now));
      const fields = Object.keys(rest).map((name) => `${name} = :${name}`);
      const item = await updateAndGet(
        turn,
        `SET version = :version, #state = :running, #token = :token, heldUntil = :until, expiresAt = :expiresAt, #ttl = :ttl, #user = :user, conversation = :conversation, ${fields.join(", ")}${story.set} REMOVE stopAsked, #named, #reference, inputHash, replayUntil, mayBeAskedAgain${story.remove}${isTypeUnknown ? "" : ", isTypeUnknown"} ADD attempt :one`,
        mayBegin,
        {
          ":version": 1,
          ":running": "running",
          ":done": "done",
          ":true": true,
          ":token": lease.token,
          ":until": lease.expiresAt,
          ":expiresAt": expiresAt,
          ":ttl": ttlOf(expiresAt),
          ":now": now,
          ":one": 1,
          ":user": userId,
          ":conversation": conversation ?? null,
          ...story.values,
          ...Object.fromEntries(Object.entries(rest).map(([name, value]) => [`:${name}`, value])),
        },
      );
      if (item) {
        const { attempt } = parseRecord(v.object({ attempt: v.number() }), item, "a chat turn");
        return { status: "begun", attempt };
      }
      const existing = await find(turn);
      // It expired between the two calls; the client retries.
      if (!existing) throw new Error("a chat turn could be neither begun nor found");
      return { status: "existing", turn: existing };
    },
    continue: async ({ attempt, inputHash, ...id }, lease) => {
      const now = clock.now();
      const expiresAt = now + chatTurnLifeMs;
      const item = await updateAndGet(
        id,
        "SET #state = :running, #token = :token, heldUntil = :until, expiresAt = :expiresAt, #ttl = :ttl, inputHash = :hash REMOVE stopAsked, replayUntil, mayBeAskedAgain ADD attempt :one",
        // Its own token too: the SDK repeats a write whose response was lost.
        "#token = :token OR (attempt = :attempt AND expiresAt > :now AND (#state = :done OR heldUntil <= :now))",
        {
          ":running": "running",
          ":done": "done",
          ":token": lease.token,
          ":until": lease.expiresAt,
          ":expiresAt": expiresAt,
          ":ttl": ttlOf(expiresAt),
          ":hash": inputHash,
          ":attempt": attempt,
          ":now": now,
          ":one": 1,
        },
      );
      return item && parseRecord(v.object({ attempt: v.number() }), item, "a chat turn").attempt;
    },
    renew: async (id, { token, expiresAt }) => {
      const item = await updateAndGet(id, "SET heldUntil = :until", whileHeld, {
        ":running": "running",
        ":token": token,
        ":until": expiresAt,
      });
      if (!item) return "lost";
      return parseRecord(renewedRecord, item, "a chat turn").stopAsked ? "stop" : "run";
    },
    saveReference: async ({ integrationType, ...id }, token, reference) => {
      await update(
        id,
        "SET #reference = :reference, integrationType = :type REMOVE isTypeUnknown",
        "#token = :token",
        { ":reference": reference, ":type": integrationType, ":token": token },
      );
    },
    end: async ({ integrationType, ...id }, token, { replayUntil, isRetryable, pausedUntil = 0, ending }) => {
      const story = stories.end({ appKey: id.appKey, turn: chatTurnKey(id) }, ending);
      const expiresAt = Math.max(pausedUntil, clock.now() + chatTurnLifeMs);
      await update(
        id,
        `SET #state = :done, replayUntil = :until, mayBeAskedAgain = :again, expiresAt = :expiresAt, #ttl = :ttl, integrationType = :type${story.set} REMOVE isTypeUnknown`,
        "#token = :token",
        {
          ":type": integrationType,
          ":expiresAt": expiresAt,
          ":ttl": ttlOf(expiresAt),
          ":done": "done",
          ":until": replayUntil,
          ":again": isRetryable,
          ":token": token,
          ...story.values,
        },
      );
    },
    // Not deleted, as that would reset the attempt: pieces of earlier runs would count as those of the next.
    discard: async (id, token, ending) => {
      const story = stories.end({ appKey: id.appKey, turn: chatTurnKey(id) }, ending);
      await update(id, `SET heldUntil = :none${story.set} REMOVE #token`, whileHeld, {
        ...story.values,
        ":none": 0,
        ":running": "running",
        ":token": token,
      });
    },
    requestStop: async (id, { userId, botUserId }) => {
      const item = await updateAndGet(
        id,
        "SET stopAsked = :true",
        "#user = :user AND botUserId = :bot AND expiresAt > :now",
        { ":true": true, ":user": userId, ":bot": botUserId, ":now": clock.now() },
      );
      return item && toTurn(id, item);
    },
  };
};
