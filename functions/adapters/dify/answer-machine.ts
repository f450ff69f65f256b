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
  /** Whether a node failed and was tried again or given another value: then the run's outputs have the right text. */
  readonly mayBeCorrected: boolean;
  /** What Dify has said, thoughts between tags and all. */
  readonly said: RunningText;
  /** The stream has ended: what was held back of it. */
  rest(): readonly AnswerEvent[];
}

const answered: AnswerOutcome = { status: "answered" };
const nothing: readonly AnswerEvent[] = [];

type End = Exclude<MachineState, { status: "reading" }>;

type RunEnd = Extract<DifyEvent, { event: "workflow_finished" }>["data"];

const finished = ({ status, error = "", total_steps }: RunEnd): End => {
  switch (status) {
    case "succeeded":
    case "partial-succeeded":
      return { status: "closing", outcome: answered };
    case "stopped":
      return { status: "ended", outcome: { status: "stopped" } };
    default:
      return { status: "ended", outcome: runFailure({ status, error, isUnstarted: total_steps === 0 }) };
  }
};

/** Neither a file nor nothing. */
const isSaid = (value: unknown): boolean =>
  value !== null &&
  value !== "" &&
  !(Array.isArray(value) && value.length === 0) &&
  filesOfOutputs({ value }).length === 0;

const indented = (value: unknown): string => JSON.stringify(value, null, 2);

/**
 * The text of a run's outputs: of a chatflow its answer; of a workflow its strings, each on a line, and where it has none
 * one value as it is, and several as JSON.
 */
export const textOfOutputs = (outputs: Readonly<Record<string, unknown>> | null | undefined): string => {
  const values = Object.entries(outputs ?? {}).filter(([, value]) => isSaid(value));
  const texts = values.map(([, value]) => value).filter((value) => typeof value === "string");
  if (texts.length > 0) return texts.join("\n");
  const [[, first] = [], ...others] = values;
  if (first === undefined) return "";
  return others.length === 0 ? indented(first) : indented(Object.fromEntries(values));
};

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
  /** What may be an agent's closing message, or the first of more text. */
  let mayClose: string | undefined;
  let isModerated = false;
  let mayBeCorrected = false;
  let form: string | undefined;
  const said = makeRunningText();

  const say = (text: string): readonly AnswerEvent[] => {
    if (text === "") return nothing;
    said.append(text);
    return [{ type: "delta", text }];
  };
  /** All of the text, which may be what was said, or go on where that ended. */
  const sayWhole = (whole: string): readonly AnswerEvent[] => {
    const rest = said.restOf(whole);
    if (rest !== undefined) return say(rest);
    said.reset(whole);
    return [{ type: "replace", text: whole }];
  };

  /**
   * The New Agent closes with one `message` that repeats the whole (1.16), perhaps in other words. More than one are the
   * pieces of new text.
   */
  const sayAfterAgent = (text: string): readonly AnswerEvent[] => {
    if (mayClose !== undefined) {
      isAgent = false;
      return [...release(), ...say(text)];
    }
    const rest = said.restOf(text);
    if (rest !== undefined) return say(rest);
    mayClose = text;
    return nothing;
  };
  const release = (): readonly AnswerEvent[] => {
    const text = mayClose ?? "";
    mayClose = undefined;
    return say(text);
  };
  const close = (): readonly AnswerEvent[] => {
    // A closing message is about as long as what it repeats.
    if (mayClose === undefined || 2 * mayClose.length < said.length) return release();
    const whole = mayClose;
    mayClose = undefined;
    return sayWhole(whole);
  };

  const endRun = (run: RunEnd): readonly AnswerEvent[] => {
    const { status, outputs, total_tokens: totalTokens } = run;
    const end: End = state.status === "closing" ? { ...state, status: "ended" } : finished(run);
    state = end;
    if (end.outcome.status !== "answered") return nothing;
    const files = filesOfOutputs(outputs ?? {}).map((file): AnswerEvent => ({ type: "file", file }));
    const whole = textOfOutputs(outputs);
    // What was streamed of a node that failed is no part of the answer. Moderated text is not in the outputs.
    const isCorrected = status === "partial-succeeded" && whole !== "" && !isModerated;
    const text = isCorrected ? sayWhole(whole) : said.length === 0 ? say(whole) : nothing;
    // What a chatflow has cost comes with its message's end.
    if (ids?.conversationId !== undefined) return [...text, ...files];
    const usage = totalTokens === undefined ? undefined : { totalTokens };
    return [...text, ...files, { type: "facts", facts: { usage, sources: [] } }];
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
        return isAgent ? sayAfterAgent(event.answer) : say(event.answer);
      case "agent_message":
        isAgent ||= event.answer !== "";
        return [...release(), ...say(event.answer)];
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
        isModerated = true;
        return sayWhole(event.answer);
      case "text_replace":
        isModerated = true;
        return sayWhole(event.data.text);
      case "node_retry":
        mayBeCorrected = true;
        return nothing;
      case "node_finished":
        mayBeCorrected ||= event.data.status === "exception";
        return nothing;
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
          ...close(),
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
    rest: release,
    get mayBeCorrected() {
      return mayBeCorrected;
    },
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
