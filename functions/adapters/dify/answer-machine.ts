import type { AnswerEvent, AnswerOutcome } from "#core/answer/answer.ts";
import type { DifyEvent } from "./dify-event.ts";
import { filesOfOutputs, toAnswerFile } from "./dify-file.ts";
import type { DifyForm } from "./dify-form.ts";
import { writeMemory, writeReference } from "./dify-ids.ts";
import type { DifyQuestion } from "./dify-request.ts";
import { runFailure, streamFailure } from "./failures.ts";
import { type PausedRun, pausedOutcome } from "./paused-run.ts";
import { makeTextDigest, type TextDigest } from "./text-digest.ts";

/** Dify's ids of a turn. A workflow run has neither a conversation nor a message. */
export interface AnswerIds {
  readonly conversationId: string | undefined;
  readonly messageId: string | undefined;
  readonly taskId: string | undefined;
}

export type MachineState =
  | { readonly status: "reading" }
  /** The answer has ended. Most versions send a second terminal event, which is awaited for a short time. */
  | { readonly status: "closing"; readonly outcome: AnswerOutcome }
  | { readonly status: "ended"; readonly outcome: AnswerOutcome };

/** A run that continues in Dify when its client disconnects, with the ids to look up its result (docs/spec/dify.md, A8-8). */
export interface DetachedRun {
  readonly runId: string;
  readonly ids: AnswerIds;
}

/** A run that has paused, and goes on. */
export interface ResumedRun extends DetachedRun {
  /** The text before the pause. */
  readonly received: PausedRun["received"];
  /** The forms that were asked so far. */
  readonly asked: PausedRun["asked"];
}

export interface AnswerMachine {
  /** Takes the next event and returns the answer events that result from it; none after the end. */
  take(event: DifyEvent): readonly AnswerEvent[];
  readonly state: MachineState;
  /** Whether Dify has sent the ids of the turn. */
  readonly hasBegun: boolean;
  /** Defined once a run has started that continues without its client. */
  readonly detachedRun: DetachedRun | undefined;
  /** Whether a node failed and was retried or replaced by a default value: then only the run's outputs have the right text. */
  readonly mayBeCorrected: boolean;
  /** Whether a chatflow's run has ended, but its moderation may take until `message_end`, which follows (before 1.13). */
  readonly awaitsMessageEnd: boolean;
  /** The length of the text before the pause of a run that was resumed, else 0. */
  readonly lengthBefore: number;
  /** The text received so far, including reasoning between tags. */
  readonly received: TextDigest;
  /** Sets the whole text. The event has only the rest if the text begins with the text received so far. */
  setText(whole: string): readonly AnswerEvent[];
  /** The outcome of a run that waits for these forms. `runId`: if the stream did not name the run. */
  pauseWith(forms: readonly DifyForm[], runId?: string): AnswerOutcome;
  /** Returns the buffered text; for the end of the stream. */
  flush(): readonly AnswerEvent[];
}

const answered: AnswerOutcome = { status: "answered" };
/** In UTF-16 code units, of an agent's answer: its closing message repeats the end of it. */
const maxSaid = 64 * 1024;
const nothing: readonly AnswerEvent[] = [];
const noIds: AnswerIds = { conversationId: undefined, messageId: undefined, taskId: undefined };

/** Types of the nodes whose text is streamed. */
const speakingNodes: ReadonlySet<string> = new Set(["llm", "agent"]);

type End = Exclude<MachineState, { status: "reading" }>;

type RunEnd = Extract<DifyEvent, { event: "workflow_finished" }>["data"];

const finished = ({ status, error = "", total_steps }: RunEnd, isModerated: boolean): End => {
  switch (status) {
    case "succeeded":
    case "partial-succeeded":
      return { status: "closing", outcome: answered };
    case "stopped":
      // Moderation stops the run once it has replaced its text.
      if (isModerated) return { status: "closing", outcome: answered };
      return { status: "ended", outcome: { status: "stopped" } };
    default:
      return { status: "ended", outcome: runFailure({ status, error, steps: total_steps }) };
  }
};

/** In levels. Indented JSON of deeper values would be far longer than what Dify sent. */
const maxDepth = 16;

const isDeeperThan = (levels: number, value: unknown): boolean =>
  typeof value === "object" &&
  value !== null &&
  (levels === 0 || Object.values(value).some((each) => isDeeperThan(levels - 1, each)));

/** Whether an output is part of the text: not empty, not too deep, and not a file. */
const isText = (value: unknown): boolean =>
  !isDeeperThan(maxDepth, value) &&
  value !== null &&
  value !== "" &&
  !(Array.isArray(value) && value.length === 0) &&
  filesOfOutputs({ value }).length === 0;

const indented = (value: unknown): string => JSON.stringify(value, null, 2);

/**
 * The text in a run's outputs. A chatflow's outputs have its answer. A workflow's text is its strings, one per line; without
 * strings, a single value as it is, or several as JSON. A workflow without a model sends no `text_chunk` (R015).
 */
export const textOfOutputs = (outputs: Readonly<Record<string, unknown>> | null | undefined): string => {
  const values = Object.entries(outputs ?? {}).filter(([, value]) => isText(value));
  const texts = values.map(([, value]) => value).filter((value) => typeof value === "string");
  if (texts.length > 0) return texts.join("\n");
  const [[, first] = [], ...others] = values;
  if (first === undefined) return "";
  return others.length === 0 ? indented(first) : indented(Object.fromEntries(values));
};

const idsOf = (event: DifyEvent): AnswerIds | undefined => {
  const { conversation_id: conversationId, message_id: messageId, task_id: taskId } = event;
  return (conversationId ?? taskId) === undefined ? undefined : { conversationId, messageId, taskId };
};

/** The run that an event starts. From 1.13 on, when runs no longer end with their client, the event has a reason. */
const runOf = (event: DifyEvent) =>
  event.event === "workflow_started" && event.workflow_run_id !== undefined
    ? { id: event.workflow_run_id, isDetached: event.data.reason !== undefined }
    : undefined;

/**
 * Turns Dify's events into an answer's events and outcome. The order of the two terminal events depends on the version, and
 * either may be missing: the first one ends the answer, and the second is awaited only briefly (docs/spec/dify.md, A4, A8).
 */
export const makeAnswerMachine = (
  { user, conversationId: continuedConversationId }: Pick<DifyQuestion, "user" | "conversationId">,
  resumed?: ResumedRun,
): AnswerMachine => {
  let state: MachineState = { status: "reading" };
  let ids = resumed?.ids;
  let detachedRun: DetachedRun | undefined = resumed;
  let isWorkflow = resumed !== undefined;
  let isAgent = false;
  /** May be an agent's closing message, or the first piece of more text. */
  let maybeClosing: string | undefined;
  /** Whether an agent's messages are pieces of new text. */
  let hasPieces = false;
  /** The end of an agent's answer. */
  let said = "";
  let isModerated = false;
  let mayBeCorrected = false;
  /** Whether text may be of a try that failed. */
  let hasRetriedText = false;
  let awaitsMessageEnd = false;
  const forms = new Map<string | undefined, DifyForm>();
  const received = makeTextDigest(resumed?.received);
  const lengthBefore = received.length;

  const appendText = (text: string): readonly AnswerEvent[] => {
    if (text === "") return nothing;
    received.append(text);
    if (isAgent) said = `${said}${text}`.slice(-maxSaid);
    return [{ type: "delta", text }];
  };
  const setText = (whole: string): readonly AnswerEvent[] => {
    const rest = received.restOf(whole);
    if (rest !== undefined) return appendText(rest);
    received.reset(whole);
    return [{ type: "replace", text: whole }];
  };

  /**
   * The New Agent ends with one `message` that repeats the whole answer (1.16), perhaps in other words, or what it said after its
   * last tool. Several are pieces of new text.
   */
  const appendAfterAgent = (text: string): readonly AnswerEvent[] => {
    if (text === "") return nothing;
    hasPieces ||= maybeClosing !== undefined;
    const released = release();
    const rest = received.restOf(text);
    if (rest !== undefined) return [...released, ...appendText(rest)];
    if (hasPieces) return [...released, ...appendText(text)];
    maybeClosing = text;
    return released;
  };
  const release = (): readonly AnswerEvent[] => {
    const text = maybeClosing ?? "";
    maybeClosing = undefined;
    return appendText(text);
  };
  const close = (): readonly AnswerEvent[] => {
    const closing = maybeClosing;
    if (closing === undefined) return nothing;
    // A closing message in other words is about as long as the text that it repeats.
    const isNew = !said.trimEnd().endsWith(closing.trim());
    if (isNew && 2 * closing.length < received.length) return release();
    maybeClosing = undefined;
    return isNew ? setText(closing) : nothing;
  };

  /** The outputs have the whole text; the events only the part after they were opened. */
  const restAfterPause = (whole: string): readonly AnswerEvent[] => {
    if (!resumed || isModerated) return nothing;
    const rest = received.restOf(whole);
    if (rest !== undefined) return appendText(rest);
    // A workflow's outputs may have its text in another order.
    if (received.length > lengthBefore && ids?.conversationId === undefined) return nothing;
    // The events were opened too late, and some text is missing.
    const sincePause = makeTextDigest(resumed.received).restOf(whole) ?? whole;
    received.reset(whole);
    return [{ type: "replace", text: sincePause }];
  };

  const pauseWith = (given: readonly DifyForm[], runId = detachedRun?.runId): AnswerOutcome => {
    // A stream that was cut may have had the forms of a run that has no message.
    const open = given.length > 0 ? given : [...forms.values()];
    const { asked = [] } = resumed ?? {};
    return pausedOutcome({ runId, ids: ids ?? noIds, user, asked, received: received.save() }, open);
  };

  const endRun = (run: RunEnd): readonly AnswerEvent[] => {
    const { status, outputs, total_tokens: totalTokens } = run;
    const end: End = state.status === "closing" ? { ...state, status: "ended" } : finished(run, isModerated);
    state = end;
    /** Before 1.13: since then, runs go on without their client. */
    const isOldChatflow = detachedRun === undefined && ids?.conversationId !== undefined;
    awaitsMessageEnd = end.status === "closing" && isOldChatflow;
    if (end.outcome.status !== "answered") return nothing;
    const files = filesOfOutputs(outputs ?? {}).map((file): AnswerEvent => ({ type: "file", file }));
    const whole = textOfOutputs(outputs);
    // The streamed text of a failed node is not part of the answer. The outputs do not contain moderated text.
    const mayDiffer = status === "partial-succeeded" || (hasRetriedText && isOldChatflow);
    const isCorrected = mayDiffer && whole !== "" && !isModerated;
    const isMissing = received.length === 0 && !isModerated;
    const text = isCorrected ? setText(whole) : isMissing ? appendText(whole) : restAfterPause(whole);
    // The usage of a chatflow comes with `message_end`.
    if (ids?.conversationId !== undefined) return [...text, ...files];
    const usage = totalTokens === undefined ? undefined : { totalTokens };
    return [...text, ...files, { type: "facts", facts: { usage, sources: [] } }];
  };

  /** The events for the first ids: the turn's reference, and the memory if Dify started a new conversation. */
  const begin = (
    { conversationId, messageId, taskId }: AnswerIds,
    event: DifyEvent,
  ): readonly AnswerEvent[] => {
    const started = runOf(event);
    const run = started && { ...started, conversationId };
    const reference = writeReference({ taskId, messageId, user, run });
    const beginEvent: AnswerEvent = { type: "begun", reference };
    return conversationId === undefined || conversationId === continuedConversationId
      ? [beginEvent]
      : [beginEvent, { type: "memory", memory: writeMemory({ conversationId, user }), startsNew: true }];
  };

  const take = (event: DifyEvent): readonly AnswerEvent[] => {
    switch (event.event) {
      case "message":
        return isAgent ? appendAfterAgent(event.answer) : appendText(event.answer);
      case "agent_message":
        isAgent ||= event.answer !== "";
        return [...release(), ...appendText(event.answer)];
      case "text_chunk":
        return appendText(event.data.text);
      case "reasoning_chunk":
        return event.data.reasoning === "" ? nothing : [{ type: "thought", text: event.data.reasoning }];
      case "message_file": {
        const { answer, url, type, belongs_to } = event;
        if (answer !== undefined) return appendText(answer);
        // Dify also reports the files that the user sent.
        if (url === undefined || belongs_to === "user") return nothing;
        return [{ type: "file", file: toAnswerFile({ url, type }) }];
      }
      case "message_replace":
        isModerated = true;
        return setText(event.answer);
      case "text_replace":
        isModerated = true;
        return setText(event.data.text);
      case "node_retry":
        mayBeCorrected = true;
        // Up to about 1.8 the run has succeeded then, and the text of both tries was sent.
        hasRetriedText ||= received.length > 0 && speakingNodes.has(event.data?.node_type ?? "");
        return nothing;
      case "node_finished":
        mayBeCorrected ||= event.data.status === "exception";
        return nothing;
      case "workflow_started":
        isWorkflow = true;
        if (runOf(event)?.isDetached === true && event.workflow_run_id !== undefined && ids !== undefined)
          detachedRun = { runId: event.workflow_run_id, ids };
        return nothing;
      case "agent_thought":
        return nothing;
      case "human_input_required":
        if (event.data) forms.set(event.data.form_id, event.data);
        return nothing;
      case "message_end":
        state = { status: isWorkflow && state.status === "reading" ? "closing" : "ended", outcome: answered };
        return [
          ...close(),
          // Those of a chat, an agent or a completion are the user's own (1.14): the answer's have come as `message_file`.
          ...(isWorkflow ? event.files.map((file): AnswerEvent => ({ type: "file", file })) : []),
          { type: "facts", facts: event.metadata },
        ];
      case "workflow_finished":
        return endRun(event.data);
      case "workflow_paused": {
        const text = close();
        // Only the events have `display_in_ui`.
        for (const reason of event.data?.reasons ?? [])
          if (!forms.has(reason.form_id)) forms.set(reason.form_id, reason);
        const runId = event.workflow_run_id ?? detachedRun?.runId;
        state = { status: "ended", outcome: pauseWith([...forms.values()], runId) };
        return text;
      }
      case "error":
        // An error after the answer's end is ignored: 1.17.1 sends a spurious one.
        state = {
          status: "ended",
          outcome: state.status === "closing" ? state.outcome : streamFailure(event.code, event.message),
        };
        return nothing;
    }
  };

  return {
    lengthBefore,
    take: (event) => {
      if (state.status === "ended") return nothing;
      if (ids) return take(event);
      ids = idsOf(event);
      return ids ? [...begin(ids, event), ...take(event)] : take(event);
    },
    received,
    setText,
    pauseWith,
    flush: release,
    get mayBeCorrected() {
      return mayBeCorrected;
    },
    get awaitsMessageEnd() {
      return awaitsMessageEnd;
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
