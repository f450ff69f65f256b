import { createHash } from "node:crypto";
import * as v from "valibot";
import { lenient } from "#adapters/model-api/lenient.ts";
import type { Question } from "#core/answer/model.ts";
import type { DifyType } from "#core/bot/integration-types.ts";
import { sharesContext } from "#core/turn/conversation.ts";

const memory = v.object({ conversationId: v.string(), user: v.string() });
const memoryText = v.pipe(v.string(), v.parseJson(), memory);

/** What is remembered of a conversation: Dify finds one only by its id and the `user` under whom it was begun. */
export type DifyMemory = v.InferOutput<typeof memory>;

export const writeMemory = ({ conversationId, user }: DifyMemory): string =>
  JSON.stringify({ conversationId, user });

export const readMemory = (text: string): DifyMemory | undefined => {
  const parsed = v.safeParse(memoryText, text);
  return parsed.success ? parsed.output : undefined;
};

const reference = v.object({
  /** By which a run is stopped. */
  taskId: lenient(v.string()),
  /** By which an answer is rated; a workflow has none. */
  messageId: lenient(v.string()),
  user: v.string(),
});
const referenceText = v.pipe(v.string(), v.parseJson(), reference);

/** What Dify calls a turn, and the `user` under whom it was asked. */
export type DifyReference = v.InferOutput<typeof reference>;

export const writeReference = ({ taskId, messageId, user }: DifyReference): string =>
  JSON.stringify({ taskId, messageId, user });

export const readReference = (text: string): DifyReference | undefined => {
  const parsed = v.safeParse(referenceText, text);
  return parsed.success ? parsed.output : undefined;
};

/** The `user` that Dify is told: a conversation that a group shares is found under one name for all its members. */
export const askingUser = ({
  integration,
  event,
}: Pick<Question<DifyType>, "integration" | "event">): string =>
  sharesContext(integration, event) ? `group:${event.data.toUserId}` : event.data.fromUserId;

/** In characters. Dify answers 500 to a longer one. */
const maxUserLength = 255;

/** A `user` as it is sent, the same with each call. */
export const difyUser = (user: string): string =>
  [...user].length > maxUserLength ? createHash("sha256").update(user).digest("hex") : user;
