import type { AnswerUsage } from "#core/answer/answer-facts.ts";
import type { ModelIds } from "#core/answer/model.ts";
import type { IntegrationType } from "#core/bot/integration-types.ts";
import type { ChannelType } from "#core/message/message-event.ts";
import type { TurnReport } from "./stream-answer.ts";
import type { TurnChannel } from "./turn-report.ts";

type ReportedStatus = TurnReport["outcome"]["status"];

/** How a turn ended that its model did not end. */
const otherOutcomes = [
  /** The webhook accepted the event. */
  "delivered",
  /** The IM did not accept the answer. */
  "undelivered",
  /** Its user took the message back. */
  "recalled",
  /** It was asked together with another message: `detail` names it. */
  "merged",
  /** It was a command: `detail` names it. */
  "command",
  /** Its bot or integration was removed or disabled. */
  "dropped",
  /** It failed too often. */
  "given_up",
  /** The check of a paused answer ended without an answer. */
  "expired",
  /** A limit of its user, bot or app was reached: `detail` names it. */
  "limited",
  /** Its request was not valid, or came too soon. */
  "refused",
] as const;

const reportedOutcomes = [
  "answered",
  "truncated",
  "stopped",
  "paused",
  "unreadable",
  "failed",
  "incomplete",
  "abandoned",
] as const satisfies readonly ReportedStatus[];

export const endOutcomes = [...reportedOutcomes, ...otherOutcomes] as const;
/** "running": it has not ended. It runs, waits, or its process died. */
export const storyOutcomes = ["running", ...endOutcomes] as const;
export type StoryOutcome = (typeof storyOutcomes)[number];

/** What is known when a turn begins. It has no text. All times are in milliseconds since the epoch. */
export interface StoryBeginning {
  readonly channel: TurnChannel;
  readonly appKey: string;
  readonly bot: string;
  /** Undefined: not known until the end. */
  readonly integration: IntegrationType | undefined;
  readonly fromUserId: string;
  readonly channelType: ChannelType;
  readonly targetId: string;
  /** The name of the conversation, if the client gave one. */
  readonly conversation?: string | undefined;
  readonly msgUID: string;
  readonly acceptedAt: number;
  /** A job that checks a paused answer: its message has a story already. */
  readonly isCheck?: boolean | undefined;
}

/** The texts of a turn, if its app keeps them (`storyText`). */
export interface StoryText {
  readonly question: string;
  readonly answer: string;
}

/** What is known when a turn has ended. */
export interface StoryEnding {
  readonly outcome: (typeof endOutcomes)[number];
  readonly code?: string | undefined;
  /** For operators: codes and numbers, never text of a user or of the model's server. */
  readonly detail?: string | undefined;
  /** Number of times that the job was handed to a worker. */
  readonly tries?: number | undefined;
  /** Whether this worker went on with the answer of one that died. */
  readonly tookOver?: boolean | undefined;
  readonly modelCalls?: number | undefined;
  readonly askedAt?: number | undefined;
  /** When the model sent the first and the last text for the user. */
  readonly firstTextAt?: number | undefined;
  readonly lastTextAt?: number | undefined;
  /** When the IM or the client got the first text. */
  readonly firstSentAt?: number | undefined;
  readonly deliveredAt?: number | undefined;
  readonly endedAt: number;
  /** Calls with text that the IM accepted, or events of the response. */
  readonly chunks?: number | undefined;
  /** Calls that the IM refused, and those of them that were over its rate. */
  readonly refusals?: number | undefined;
  readonly rateLimited?: number | undefined;
  readonly integration?: IntegrationType | undefined;
  readonly ids?: ModelIds | undefined;
  readonly usage?: AnswerUsage | undefined;
  readonly text?: StoryText | undefined;
}

/** What became of a turn. The requests' ids are those of the request that caused it. */
export interface TurnStory extends StoryBeginning {
  /** Identifies the turn among those of its app. */
  readonly turn: string;
  readonly requestId?: string | undefined;
  readonly traceId?: string | undefined;
  /** Undefined: the turn has not ended. */
  readonly ending?: StoryEnding | undefined;
}

export const outcomeOf = ({ ending }: Pick<TurnStory, "ending">): StoryOutcome =>
  ending?.outcome ?? "running";
