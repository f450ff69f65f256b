import type { AnswerFile } from "#core/answer/answer-facts.ts";
import type { AnswerEnding, AnswerReceiver } from "#core/answer/answer-sink.ts";
import { type ChatEvent, type ChatPart, toChatFile } from "./chat-event.ts";

export interface ChatReceiverPorts {
  readonly turn: string;
  readonly conversation: string | undefined;
  /** What the client takes apart from the text. */
  readonly parts: readonly ChatPart[];
  /** Sends the next event to the client. A returned promise asks the caller to wait before it sends more. */
  readonly emit: (event: ChatEvent) => void | Promise<void>;
  readonly onReference: (reference: string) => void;
  /** Whether the user has requested a stop: a stopped model may end its answer as if it were complete or empty. */
  readonly isStopRequested: () => Promise<boolean>;
  /** See `AnswerSink.full`. */
  readonly full?: AbortSignal | undefined;
}

type End = Extract<ChatEvent, { type: "end" }>;

type Paused = Extract<AnswerEnding, { status: "paused" }>;

const formOf = ({ form, sentence }: Paused): Pick<End, "form" | "prompt"> =>
  form ? { form, prompt: sentence.trim() } : {};

const endOf = (ending: Exclude<AnswerEnding, { status: "failed" | "abandoned" }>): End => {
  const facts = "facts" in ending ? ending.facts : undefined;
  return {
    type: "end",
    stopped: ending.status === "stopped",
    ...(ending.status === "paused" && { paused: true, ...formOf(ending) }),
    ...(ending.status === "truncated" && { truncated: ending.reason }),
    usage: facts?.usage ?? null,
    sources: facts?.sources ?? [],
  };
};

/** Sends an answer to a client as events, without buffering. */
export const makeChatReceiver = ({
  turn,
  conversation,
  parts,
  emit,
  onReference,
  isStopRequested,
  full,
}: ChatReceiverPorts): AnswerReceiver => ({
  observer: {
    onModelCalled: () => void emit({ type: "start", turn, conversation: conversation ?? null }),
    onReference,
  },
  sink: {
    // The turn continues even if the client disconnects.
    gaveUp: new AbortController().signal,
    full,
    delta: (content) => emit({ type: "delta", content }),
    replace: (content, all) => emit({ type: "replace", content, ...(all && { all }) }),
    ...(parts.includes("reasoning") && {
      reasoning: (content: string) => emit({ type: "reasoning", content }),
    }),
    ...(parts.includes("file") && {
      file: (file: AnswerFile) => emit({ type: "file", file: toChatFile(file) }),
    }),
    end: async (answerEnding) => {
      if (answerEnding.status === "abandoned") return { status: "undelivered", reason: "abandoned" };
      const isStopped = answerEnding.status === "stopped" || (await isStopRequested());
      const ending: Exclude<AnswerEnding, { status: "abandoned" }> = isStopped
        ? { status: "stopped" }
        : answerEnding;
      if (ending.status === "failed") {
        const { code, sentence, retryable } = ending;
        await emit({ type: "error", code, message: sentence.trim(), retryable });
        return { status: "delivered" };
      }
      // A client shows the form in its own way.
      const isForm = ending.status === "paused" && ending.form !== undefined;
      if ("sentence" in ending && !isForm) await emit({ type: "delta", content: ending.sentence });
      await emit(endOf(ending));
      return { status: "delivered" };
    },
  },
});
