import { createHash } from "node:crypto";
import type { TranscriptMessage, Transcripts } from "#core/answer/model.ts";
import { callerError } from "#core/shared/errors.ts";
import { type Exchange, exchangesOf } from "./chat-memory.ts";

const idCharacters = 22;

/** The memory has no ids: a hash of the exchange is one, whatever the memory drops before it. */
const idOf = ({ question, answer }: Exchange, sameAfter: number): string =>
  createHash("sha256")
    .update(JSON.stringify([question, answer, sameAfter]))
    .digest("base64url")
    .slice(0, idCharacters);

const messagesOf = (memory: string): readonly TranscriptMessage[] => {
  const exchanges = exchangesOf(memory);
  return exchanges.map((exchange, at) => {
    const { question, answer } = exchange;
    const isSame = (other: Exchange): boolean => other.question === question && other.answer === answer;
    const id = idOf(exchange, exchanges.slice(at + 1).filter(isSame).length);
    return { id, question, answer, askedAt: undefined, rating: null, files: [] };
  });
};

/** Reads what the bridge itself keeps of a conversation, for servers that keep nothing: the last messages. */
export const memoryTranscripts: Transcripts<"openai"> = {
  types: ["openai"],
  read: async (_integration, memory, { limit, before }) => {
    const all = messagesOf(memory);
    const end = before === undefined ? all.length : all.findIndex(({ id }) => id === before);
    if (end < 0)
      throw callerError("bad_parameter", "before: must be the id of a message of this conversation");
    const first = Math.max(0, end - limit);
    const items = all.slice(first, end);
    return { items, next: first > 0 ? items[0]?.id : undefined };
  },
};
