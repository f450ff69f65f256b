import { internalErrorMessage } from "#adapters/api-gateway/api-error.ts";
import { jsonReply } from "#adapters/api-gateway/json-reply.ts";
import type { ApiResult } from "#adapters/api-gateway/request-id.ts";
import { makeKeptText } from "#core/answer/kept-text.ts";
import type { InputForm } from "#core/answer/pause.ts";
import type { ChatErrorCode, ChatEvent, ChatFile, ChatPart } from "#core/chat/chat-event.ts";

type End = Extract<ChatEvent, { type: "end" }>;
type Failure = Extract<ChatEvent, { type: "error" }>;

/** A complete answer, as JSON. */
export interface WholeAnswer {
  readonly turn: string;
  readonly conversation: string | null;
  readonly content: string;
  readonly usage: End["usage"];
  readonly sources: End["sources"];
  readonly stopped: boolean;
  readonly paused?: true;
  readonly form?: InputForm;
  readonly prompt?: string;
  readonly truncated?: End["truncated"];
  /** If the client takes them apart from the text. */
  readonly reasoning?: string | null;
  readonly files?: readonly ChatFile[];
}

/** The HTTP status of a failed answer. */
const statusOf = (code: ChatErrorCode): number => {
  switch (code) {
    case "timeout":
      return 504;
    case "internal":
    case "interrupted":
      return 500;
    default:
      return 502;
  }
};

/** RongCloud's codes (docs/spec/rongcloud.md, section 3). */
const codeOf = (status: number): number => (status === 504 ? 1050 : 1000);

/** Collects the events of a turn into one response. `parts`: what the client takes apart from the text. */
export const makeWholeAnswer = (parts: readonly ChatPart[] = []) => {
  let turn = "";
  let conversation: string | null = null;
  const kept = makeKeptText();
  const thought = makeKeptText();
  const files: ChatFile[] = [];
  let end: End | Failure | undefined;
  return {
    full: AbortSignal.any([kept.full, thought.full]),
    emit: (event: ChatEvent): void => {
      switch (event.type) {
        case "start":
          ({ turn, conversation } = event);
          return;
        case "delta":
          kept.append(event.content);
          return;
        case "replace":
          kept.replace(event.content);
          if (!event.all) return;
          thought.replace("");
          files.length = 0;
          return;
        case "reasoning":
          thought.append(event.content);
          return;
        case "file":
          files.push(event.file);
          return;
        default:
          end = event;
      }
    },
    reply: (): ApiResult => {
      if (end?.type !== "end") {
        const status = statusOf(end?.code ?? "internal");
        return jsonReply(status, {
          code: codeOf(status),
          errorMessage: end?.message ?? internalErrorMessage,
          // The log has the cause under it.
          ...(turn !== "" && { turn }),
          ...(end?.code === "broken_off" && kept.text !== "" && { content: kept.text }),
        });
      }
      const { usage, sources, stopped, paused, form, prompt, truncated } = end;
      const whole: WholeAnswer = {
        turn,
        conversation,
        content: kept.text,
        usage,
        sources,
        stopped,
        ...(paused && { paused }),
        ...(form && { form }),
        ...(prompt !== undefined && { prompt }),
        ...(truncated && { truncated }),
        ...(parts.includes("reasoning") && { reasoning: thought.text === "" ? null : thought.text }),
        ...(parts.includes("file") && { files }),
      };
      return jsonReply(200, whole);
    },
  };
};
