import { createHash } from "node:crypto";
import * as v from "valibot";
import { lenient } from "#adapters/model-api/lenient.ts";
import type { Question } from "#core/answer/model.ts";
import type { DifyType } from "#core/bot/integration-types.ts";
import { sharesContext } from "#core/turn/conversation.ts";

/** Dify's ids are UUIDs. Longer ones are ignored: they are stored, and sent in paths. */
const maxIdCharacters = 128;

const isId = (value: unknown): boolean =>
  typeof value === "string" && value !== "" && value.length <= maxIdCharacters;

/** An id in an event or a reply; undefined if it is malformed. */
export const difyId = lenient(v.custom<string>(isId));

const memory = v.object({ conversationId: v.string(), user: v.string() });
const memoryText = v.pipe(v.string(), v.parseJson(), memory);

/** Identifies a conversation: Dify finds it only by its id together with the `user` that started it. */
export type DifyMemory = v.InferOutput<typeof memory>;

export const writeMemory = ({ conversationId, user }: DifyMemory): string =>
  JSON.stringify({ conversationId, user });

export const readMemory = (text: string): DifyMemory | undefined => {
  const parsed = v.safeParse(memoryText, text);
  return parsed.success ? parsed.output : undefined;
};

const reference = v.object({
  /** Identifies the run in a stop request. */
  taskId: lenient(v.string()),
  /** Identifies the answer in a rating; a workflow has none. */
  messageId: lenient(v.string()),
  user: v.string(),
  /** Of a chatflow or workflow: finds the result. */
  run: lenient(
    v.object({
      id: v.string(),
      /** Of the run's message; a workflow has none. */
      conversationId: lenient(v.string()),
      /** Whether the run continues when its client disconnects. */
      isDetached: v.boolean(),
    }),
  ),
});
const referenceText = v.pipe(v.string(), v.parseJson(), reference);

/** Dify's ids of a turn and the `user` that asked. */
export type DifyReference = v.InferOutput<typeof reference>;

export const writeReference = ({
  taskId,
  messageId,
  user,
  run,
}: Omit<DifyReference, "run"> & Partial<Pick<DifyReference, "run">>): string =>
  JSON.stringify({ taskId, messageId, user, run });

export const readReference = (text: string): DifyReference | undefined => {
  const parsed = v.safeParse(referenceText, text);
  return parsed.success ? parsed.output : undefined;
};

/** The `user` for a new conversation. Members of a group with shared context use the same one, so they share a conversation. */
export const initialUser = ({
  integration,
  event,
}: Pick<Question<DifyType>, "integration" | "event">): string =>
  sharesContext(integration, event) ? `group:${event.data.toUserId}` : event.data.fromUserId;

/** In characters. Dify responds to a longer one with 500. */
const maxUserLength = 255;

/** A `user` as it is sent in every call: hashed if it is too long. */
export const difyUser = (user: string): string =>
  [...user].length > maxUserLength ? createHash("sha256").update(user).digest("hex") : user;
