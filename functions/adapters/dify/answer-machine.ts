import type { AnswerEvent, AnswerOutcome } from "#core/answer/answer.ts";
import type { DifyEvent } from "./dify-event.ts";
import { filesOfOutputs } from "./dify-file.ts";
import { writeMemory, writeReference } from "./dify-ids.ts";
import type { DifyQuestion } from "./dify-request.ts";
import { runFailure, streamFailure } from "./failures.ts";
import { makeRunningText, type RunningText } from "./running-text.ts";

/** What Dify calls a turn; a workflow has neither conversation nor message. */
export interface AnswerIds {
  readonly conversationId: string | undefined;
  readonly messageId: string | undefined;
  readonly taskId: string | undefined;
}

export type MachineState =
  | { readonly status: "reading" }
  /** The answer has ended, and most versions send a second terminal event: worth a short wait. */
  | { readonly status: "closing"; readonly outcome: AnswerOutcome }
  | { readonly status: "ended"; readonly outcome: AnswerOutcome };

/** A run that goes on in Dify without its client, and where its result will stand (docs/spec/dify.md, A8-8). */
export interface DetachedRun {
  readonly runId: string;
  readonly ids: AnswerIds;
}

export interface AnswerMachine {
  /** Takes the next event; gives what it means for the answer. Nothing follows an end. */
  take(event: DifyEvent): readonly AnswerEvent[];
  readonly state: MachineState;
  /** Whether Dify has so much as named the turn. */
  readonly hasBegun: boolean;
  /** Known once a run has begun that outlives its stream. */
  readonly detachedRun: DetachedRun | undefined;
  /** What Dify has said, thoughts between tags and all. */
  readonly said: RunningText;
}

const answered: AnswerOutcome = { status: "answered" };
const nothing: readonly AnswerEvent[] = [];

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
export const textOfOutputs = (outputs: Readonly<Record<string, unknown>> | null | undefined): string =>
  Object.values(outputs ?? {})
    .filter((value) => typeof value === "string")
    .join("\n");

const idsOf = (event: DifyEvent): AnswerIds | undefined => {
  const conversationId = "conversation_id" in event ? event.conversation_id : undefined;
  const messageId = "message_id" in event ? event.message_id : undefined;
  const { task_id: taskId } = event;
  return (conversationId ?? taskId) === undefined ? undefined : { conversationId, messageId, taskId };
};

/**
 * From Dify's events to an answer. Terminal events come in another order by version, and either may be missing,
 * so whichever comes first ends the answer and the other is waited for only shortly (docs/spec/dify.md, A4 and A8).
 */
export const makeAnswerMachine = ({
  user,
  conversationId: known,
}: Pick<DifyQuestion, "user" | "conversationId">): AnswerMachine => {
  let state: MachineState = { status: "reading" };
  let ids: AnswerIds | undefined;
  let detachedRun: DetachedRun | undefined;
  let isWorkflow = false;
  let isAgent = false;
  let form: string | undefined;
  const said = makeRunningText();

  const say = (text: string): readonly AnswerEvent[] => {
    if (text === "") return nothing;
    said.append(text);
    return [{ type: "delta", text }];
  };
  const replaceText = (text: string): readonly AnswerEvent[] => {
    said.reset(text);
    return [{ type: "replace", text }];
  };

  const endRun = ({
    status,
    outputs,
    total_tokens: totalTokens,
  }: Extract<DifyEvent, { event: "workflow_finished" }>["data"]): readonly AnswerEvent[] => {
    const end: End = state.status === "closing" ? { ...state, status: "ended" } : finished(status);
    state = end;
    if (end.outcome.status !== "answered") return nothing;
    const files = filesOfOutputs(outputs ?? {}).map((file): AnswerEvent => ({ type: "file", file }));
    // A chatflow's text has come, and what it has cost comes with its message's end.
    if (ids?.conversationId !== undefined) return files;
    const usage = totalTokens === undefined ? undefined : { totalTokens };
    return [
      ...(said.length === 0 ? say(textOfOutputs(outputs)) : nothing),
      ...files,
      { type: "facts", facts: { usage, sources: [] } },
    ];
  };

  /** Dify has named the turn, and it may have begun a conversation. */
  const begin = ({ conversationId, messageId, taskId }: AnswerIds): readonly AnswerEvent[] => {
    const begun: AnswerEvent = { type: "begun", reference: writeReference({ taskId, messageId, user }) };
    return conversationId === undefined || conversationId === known
      ? [begun]
      : [begun, { type: "memory", memory: writeMemory({ conversationId, user }), startsNew: true }];
  };

  const take = (event: DifyEvent): readonly AnswerEvent[] => {
    switch (event.event) {
      case "message":
        // The New Agent closes with one `message` that repeats the whole (1.16).
        return say(isAgent ? (said.restOf(event.answer) ?? "") : event.answer);
      case "agent_message":
        isAgent ||= event.answer !== "";
        return say(event.answer);
      case "text_chunk":
        return say(event.data.text);
      case "reasoning_chunk":
        return event.data.reasoning === "" ? nothing : [{ type: "thought", text: event.data.reasoning }];
      case "message_file": {
        const { answer, url, type, belongs_to } = event;
        if (answer !== undefined) return say(answer);
        // Dify also reports the files that the user has sent.
        if (url === undefined || belongs_to === "user") return nothing;
        return [{ type: "file", file: { url, name: undefined, isImage: type === "image" } }];
      }
      case "message_replace":
        return replaceText(event.answer);
      case "text_replace":
        return replaceText(event.data.text);
      case "workflow_started":
        isWorkflow = true;
        if (event.data.reason !== undefined && event.workflow_run_id !== undefined && ids !== undefined)
          detachedRun = { runId: event.workflow_run_id, ids };
        return nothing;
      case "agent_thought":
        return nothing;
      case "human_input_required":
        form = event.data.form_content;
        return nothing;
      case "message_end":
        state = { status: isWorkflow && state.status === "reading" ? "closing" : "ended", outcome: answered };
        return [
          ...event.files.map((file): AnswerEvent => ({ type: "file", file })),
          { type: "facts", facts: event.metadata },
        ];
      case "workflow_finished":
        return endRun(event.data);
      case "workflow_paused":
        state = { status: "ended", outcome: { status: "paused", form } };
        return nothing;
      case "error":
        // After its end an answer is whole, whatever the server still says: 1.17.1 adds a spurious error.
        state = {
          status: "ended",
          outcome: state.status === "closing" ? state.outcome : streamFailure(event.code, event.message),
        };
        return nothing;
    }
  };

  return {
    take: (event) => {
      if (state.status === "ended") return nothing;
      if (ids) return take(event);
      ids = idsOf(event);
      return ids ? [...begin(ids), ...take(event)] : take(event);
    },
    said,
    get state() {
      return state;
    },
    get hasBegun() {
      return ids !== undefined;
    },
    get detachedRun() {
      return detachedRun;
    },
  };
};
