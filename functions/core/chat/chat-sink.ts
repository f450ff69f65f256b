import type { AnswerIds } from "#core/answer/answer.ts";
import type { AnswerEnding, AnswerSink } from "#core/answer/answer-sink.ts";
import type { ChatEvent } from "./chat-event.ts";

export interface ChatSinkPorts {
  readonly turn: string;
  readonly conversation: string | undefined;
  /** Takes what the client is to hear. A promise asks to wait before there is more. */
  readonly tell: (event: ChatEvent) => void | Promise<void>;
  readonly onNamed: (ids: AnswerIds) => void;
  /** Whether the user has asked for a stop: Dify may obey it and end as if it had said all, or had nothing to say. */
  readonly isStopAsked: () => Promise<boolean>;
}

const endOf = (ending: Exclude<AnswerEnding, { status: "failed" | "abandoned" }>): ChatEvent => ({
  type: "end",
  stopped: ending.status === "stopped",
  ...(ending.status === "paused" && { paused: true }),
  usage: (ending.status === "complete" && ending.facts?.usage) || null,
  sources: (ending.status === "complete" && ending.facts?.sources) || [],
});

/** Brings an answer to a client as events: each piece as it comes. */
export const makeChatSink = ({
  turn,
  conversation,
  tell,
  onNamed,
  isStopAsked,
}: ChatSinkPorts): AnswerSink => ({
  // Whether or not the client is still there, the turn goes on.
  gaveUp: new AbortController().signal,
  begin: () => void tell({ type: "start", turn, conversation: conversation ?? null }),
  named: onNamed,
  delta: (content) => tell({ type: "delta", content }),
  replace: (content) => tell({ type: "replace", content }),
  end: async (given) => {
    if (given.status === "abandoned") return { status: "undelivered", reason: "abandoned" };
    const isStopped = given.status === "stopped" || (await isStopAsked());
    const ending: Exclude<AnswerEnding, { status: "abandoned" }> = isStopped ? { status: "stopped" } : given;
    switch (ending.status) {
      case "failed": {
        const { code, sentence, retryable } = ending;
        await tell({ type: "error", code, message: sentence.trim(), retryable });
        break;
      }
      case "paused":
        await tell({ type: "delta", content: ending.sentence });
        await tell(endOf(ending));
        break;
      default:
        await tell(endOf(ending));
    }
    return { status: "delivered" };
  },
});
