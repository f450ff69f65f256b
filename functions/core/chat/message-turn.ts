import { type ModelType, modelTypes } from "#core/bot/integration-types.ts";

/** A message of a conversation, whose turn is not known here: its model's server knows whose it is. */
export interface MessageTurn {
  readonly integrationType: ModelType;
  readonly messageId: string;
}

/** Ids of turns have no dot. */
const separator = ".";

/** UUIDs and hashes. The id becomes part of a path: with dots or slashes, it could name another one. */
const messageIds = /^[\w-]+$/;

/** Names a message where a turn is named, to rate it or to get suggested questions. */
export const writeMessageTurn = ({ integrationType, messageId }: MessageTurn): string =>
  `${integrationType}${separator}${messageId}`;

/** Undefined for the id of a turn. */
export const readMessageTurn = (turn: string): MessageTurn | undefined => {
  const at = turn.indexOf(separator);
  const integrationType = modelTypes.find((type) => type === turn.slice(0, Math.max(0, at)));
  const messageId = turn.slice(at + separator.length);
  return integrationType === undefined || !messageIds.test(messageId)
    ? undefined
    : { integrationType, messageId };
};
