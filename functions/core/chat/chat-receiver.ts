import type { AnswerEnding, AnswerReceiver } from "#core/answer/answer-sink.ts";
import type { ChatEvent } from "./chat-event.ts";

export interface ChatReceiverPorts {
  readonly turn: string;
  readonly conversation: string | undefined;
  /** Takes the client's next event. A promise asks to wait before there is more. */
  readonly emit: (event: ChatEvent) => void | Promise<void>;
  readonly onReference: (reference: string) => void;
  /** Whether the user has requested a stop: a model may obey it and end as if it had said all, or had nothing to say. */
  readonly isStopRequested: () => Promise<boolean>;
}

type End = Extract<ChatEvent, { type: "end" }>;

const endOf = (ending: Exclude<AnswerEnding, { status: "failed" | "abandoned" }>): End => {
  const facts = "facts" in ending ? ending.facts : undefined;
  return {
    type: "end",
    stopped: ending.status === "stopped",
    ...(ending.status === "paused" && { paused: true }),
    ...(ending.status === "truncated" && { truncated: ending.reason }),
    usage: facts?.usage ?? null,
    sources: facts?.sources ?? [],
  };
};

/** Brings an answer to a client as events: each piece as it comes. */
export const makeChatReceiver = ({
  turn,
  conversation,
  emit,
  onReference,
  isStopRequested,
}: ChatReceiverPorts): AnswerReceiver => ({
  observer: {
    onModelCalled: () => void emit({ type: "start", turn, conversation: conversation ?? null }),
    onReference,
  },
  sink: {
    // Whether or not the client is still there, the turn goes on.
    gaveUp: new AbortController().signal,
    delta: (content) => emit({ type: "delta", content }),
    replace: (content) => emit({ type: "replace", content }),
    end: async (given) => {
      if (given.status === "abandoned") return { status: "undelivered", reason: "abandoned" };
      const isStopped = given.status === "stopped" || (await isStopRequested());
      const ending: Exclude<AnswerEnding, { status: "abandoned" }> = isStopped
        ? { status: "stopped" }
        : given;
      if (ending.status === "failed") {
        const { code, sentence, retryable } = ending;
        await emit({ type: "error", code, message: sentence.trim(), retryable });
        return { status: "delivered" };
      }
      if ("sentence" in ending) await emit({ type: "delta", content: ending.sentence });
      await emit(endOf(ending));
      return { status: "delivered" };
    },
  },
});
