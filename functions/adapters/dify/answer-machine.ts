import type { AnswerEvent, AnswerOutcome } from "../../core/answer.ts";
import type { DifyEvent } from "./dify-event.ts";
import { runFailure, streamFailure } from "./failures.ts";

export type MachineState =
  | { readonly status: "reading" }
  /** Done, but for a twin event that most versions send besides: worth a short wait. */
  | { readonly status: "closing"; readonly outcome: AnswerOutcome }
  | { readonly status: "ended"; readonly outcome: AnswerOutcome };

export interface AnswerMachine {
  /** Takes the next event; gives what it means for the answer. Nothing follows an end. */
  take(event: DifyEvent): AnswerEvent | undefined;
  /** The conversation as Dify names it, once it has. */
  readonly conversationId: string | undefined;
  readonly state: MachineState;
}

const answered: AnswerOutcome = { status: "answered" };

type End = Exclude<MachineState, { status: "reading" }>;

const finished = (status: string): End => {
  switch (status) {
    case "succeeded":
    case "partial-succeeded":
      return { status: "closing", outcome: answered };
    case "stopped":
      return { status: "ended", outcome: { status: "stopped" } };
    default:
      return { status: "ended", outcome: runFailure(status) };
  }
};

/**
 * A workflow app may say all it has to say in its outputs: one whose texts come from no model sent no `text_chunk`
 * (R015). A chatflow's outputs repeat its answer.
 */
const textOfOutputs = (outputs: Readonly<Record<string, unknown>> | null | undefined): string =>
  Object.values(outputs ?? {})
    .filter((value) => typeof value === "string")
    .join("\n");

/**
 * From Dify's events to an answer. Terminal events come in another order by version, and either may be missing,
 * so whichever comes first ends the answer and the other is waited for only shortly (docs/spec/dify.md, A4 and A8).
 */
export const makeAnswerMachine = (): AnswerMachine => {
  let state: MachineState = { status: "reading" };
  let conversationId: string | undefined;
  let isWorkflow = false;
  let agentText = "";
  let hasText = false;

  const textOf = (event: Extract<DifyEvent, { answer: string }>): AnswerEvent | undefined => {
    if (event.event === "agent_message") agentText += event.answer;
    // The New Agent closes with one `message` that repeats the whole (1.16).
    if (event.event === "message" && agentText !== "" && event.answer === agentText) return undefined;
    return event.answer === "" ? undefined : { type: "delta", text: event.answer };
  };

  const take = (event: DifyEvent): AnswerEvent | undefined => {
    switch (event.event) {
      case "message":
      case "agent_message":
      case "message_file":
        return textOf(event);
      case "text_chunk":
        return event.data.text === "" ? undefined : { type: "delta", text: event.data.text };
      case "message_replace":
        return { type: "replace", text: event.answer };
      case "workflow_started":
        isWorkflow = true;
        return undefined;
      case "agent_thought":
        return undefined;
      case "message_end":
        state = { status: isWorkflow && state.status === "reading" ? "closing" : "ended", outcome: answered };
        return undefined;
      case "workflow_finished": {
        const end: End =
          state.status === "closing" ? { ...state, status: "ended" } : finished(event.data.status);
        state = end;
        if (hasText || conversationId !== undefined || end.outcome.status !== "answered") return undefined;
        const text = textOfOutputs(event.data.outputs);
        return text === "" ? undefined : { type: "delta", text };
      }
      case "workflow_paused":
        state = { status: "ended", outcome: { status: "paused" } };
        return undefined;
      case "error":
        // After its end an answer is whole, whatever the server still says: 1.17.1 adds a spurious error.
        state = {
          status: "ended",
          outcome: state.status === "closing" ? state.outcome : streamFailure(event.code),
        };
        return undefined;
    }
  };

  return {
    take: (event) => {
      if (state.status === "ended") return undefined;
      if ("conversation_id" in event && event.conversation_id) conversationId ??= event.conversation_id;
      const meaning = take(event);
      if (meaning) hasText = true;
      return meaning;
    },
    get conversationId() {
      return conversationId;
    },
    get state() {
      return state;
    },
  };
};
