import { makeFill, type RunFacts } from "./fill.ts";
import type { RunForm } from "./forms.ts";
import { asObject, defined, type JsonObject } from "./json.ts";
import type { Profile, StepOf } from "./profile.ts";
import { readTemplate, type TemplateName } from "./templates.ts";
import { runsGraph } from "./versions.ts";

const withData = (event: JsonObject, data: JsonObject): JsonObject => ({
  ...event,
  data: { ...asObject(event.data), ...data },
});

/** Creates the events of a run: recorded events, modified by the script. */
export const makeFrames = ({ mode, version }: Profile, facts: RunFacts) => {
  const isGraph = runsGraph(mode);
  const answering = readTemplate(version, mode);
  const fill = makeFill(answering, facts);
  const fillAll = (name: TemplateName, run = facts, answer = "", others = {}): readonly JsonObject[] => {
    const template = readTemplate(version, name);
    const fillOne = makeFill(template, run);
    return template.events.map((event) => fillOne(event, answer, others));
  };

  /** An event without a template. */
  const own = (event: string, fields: JsonObject): JsonObject => {
    const node = answering.tail.find((each) => each.event === "node_finished");
    if (event === "node_retry" && node !== undefined) {
      const retry = { status: "retry", error: "The server had an error: 500", outputs: {}, retry_index: 1 };
      return { ...withData(fill(node), retry), event, ...fields };
    }
    return defined({
      event,
      conversation_id: facts.conversationId,
      message_id: facts.messageId,
      created_at: facts.messageId && facts.createdAt,
      task_id: facts.taskId,
      ...fields,
    });
  };
  const recordedPiece = answering.piece && fill(answering.piece);
  const piece = (text: string): readonly JsonObject[] => {
    if (recordedPiece === undefined) return [];
    const isChunk = recordedPiece.event === "text_chunk";
    return [isChunk ? withData(recordedPiece, { text }) : { ...recordedPiece, answer: text }];
  };

  const endMessage = (event: JsonObject, step: StepOf<"finish">): readonly JsonObject[] => {
    const { files, replacement } = step;
    const metadata = { ...asObject(event.metadata), ...step.metadata };
    const reason = isGraph ? "output_moderation" : "";
    return [
      ...(replacement === undefined ? [] : [own("message_replace", { answer: replacement, reason })]),
      { ...event, metadata, ...(files && { files }) },
    ];
  };
  const endRun = (event: JsonObject, { status, files }: StepOf<"finish">): JsonObject => {
    const outputs = asObject(asObject(event.data).outputs);
    const exceptions = status === "succeeded" ? {} : { exceptions_count: 1 };
    const pictures = mode === "workflow" && files ? { pictures: files } : {};
    return withData(event, { status, ...exceptions, outputs: { ...outputs, ...pictures } });
  };
  const ending = (step: StepOf<"finish">, said: string): readonly JsonObject[] =>
    answering.tail.flatMap((recorded) => {
      const event = fill(recorded, step.answer ?? said);
      if (event.event === "message_end") return endMessage(event, step);
      if (event.event === "workflow_finished") return endRun(event, step);
      const isFailedNode =
        step.status === "partial-succeeded" && "text" in asObject(asObject(event.data).outputs);
      return isFailedNode ? withData(event, { status: "exception", error: "Unknown error" }) : event;
    });

  return {
    isGraph,
    isDetached: answering.startsWithPing,
    own,
    piece,
    ending,
    head: (): readonly JsonObject[] => answering.head.map((event) => fill(event)),
    /** The events after the text, for a run that was stopped. */
    stopped: (said: string): readonly JsonObject[] => {
      const events = ending({ do: "finish", status: "succeeded" }, said);
      const end = events.findIndex(({ event }) => event === "workflow_finished");
      const stop = { status: "stopped", error: "Stopped by user." };
      return events
        .slice(end < 0 ? -1 : end)
        .map((event) => (event.event === "workflow_finished" ? withData(event, stop) : event));
    },
    failure: ({ do: _, ...given }: StepOf<"fail">): readonly JsonObject[] => {
      const { message, code } = given;
      const isPrefixed = isGraph && message !== undefined && code === undefined;
      const error = defined({ ...given, message: isPrefixed ? `Run failed: ${message}` : message });
      const events = fillAll(isGraph ? "graphFailure" : "easyFailure");
      return events
        .slice(events.findLastIndex(({ event }) => event === "node_started") + 1)
        .filter(({ event }) => event !== "error" || mode !== "workflow")
        .map((event) => {
          if (event.event === "error") return { ...event, ...error };
          return message === undefined ? event : withData(event, { error: message });
        });
    },
    /** Empty if this version sends nothing for a run that cannot start. */
    rejection: (error: string): readonly JsonObject[] =>
      fillAll("rejection", { ...facts, conversationId: undefined, messageId: undefined }).map((event) =>
        event.event === "workflow_finished" ? withData(event, { error }) : event,
      ),
    /** `said`: the text before the form. `isBegun`: the events before it have been sent. */
    paused: (form: RunForm, said: string, isBegun: boolean): readonly JsonObject[] => {
      const events = fillAll("pause", facts, said).map((event) => {
        const data = asObject(event.data);
        if (event.event === "human_input_required") return withData(event, { ...form });
        if (event.event !== "workflow_paused") return event;
        const { display_in_ui: _, ...reason } = form;
        const reasons = Object.values(data.reasons ?? []).map((each) => ({ ...asObject(each), ...reason }));
        return withData(event, { reasons });
      });
      return isBegun ? events.slice(events.findLastIndex(({ event }) => event === "node_started")) : events;
    },
    /** A run that goes on after its pause. */
    resumed: (): readonly JsonObject[] =>
      answering.head
        .filter(({ event }) => event === "workflow_started")
        .map((event) => withData(fill(event), { reason: "resumption" })),
  };
};
