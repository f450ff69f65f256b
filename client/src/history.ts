import { type AnswerFile, parseFile } from "./answer-file.ts";
import { isJsonObject, type JsonObject } from "./json.ts";

/** How a user rated an answer. */
export type Rating = "like" | "dislike" | null;

/** A question of the user, and the bot's answer. */
export interface HistoryMessage {
  readonly id: string;
  /** Identifies the answer in `suggested` and `feedback`; null if the model has neither. */
  readonly turn: string | null;
  readonly question: string;
  readonly answer: string;
  /** Milliseconds since the epoch; null if the bot's app keeps no times. */
  readonly askedAt: number | null;
  readonly rating: Rating;
  readonly files: readonly AnswerFile[];
}

/** A page of a conversation's messages. */
export interface HistoryPage {
  /** Oldest first. */
  readonly messages: readonly HistoryMessage[];
  /** Whether there are older ones. */
  readonly hasMore: boolean;
}

const ratingOf = (value: unknown): Rating => (value === "like" || value === "dislike" ? value : null);

const parseMessage = (value: unknown): HistoryMessage | undefined => {
  if (!isJsonObject(value)) return undefined;
  const { id, turn, question, answer, askedAt, rating, files } = value;
  if (typeof id !== "string" || typeof question !== "string" || typeof answer !== "string") return undefined;
  return {
    id,
    turn: typeof turn === "string" ? turn : null,
    question,
    answer,
    askedAt: typeof askedAt === "number" ? askedAt : null,
    rating: ratingOf(rating),
    files: Array.isArray(files) ? files.map(parseFile).filter((file) => file !== undefined) : [],
  };
};

/** Undefined if it is malformed. */
export const parseHistory = ({ messages, hasMore }: JsonObject): HistoryPage | undefined => {
  if (!Array.isArray(messages)) return undefined;
  const parsed = messages.map(parseMessage).filter((message) => message !== undefined);
  // A page with a gap would show a question without its answer.
  if (parsed.length !== messages.length) return undefined;
  return { messages: parsed, hasMore: hasMore === true };
};
