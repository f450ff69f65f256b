import type { JsonObject } from "../json.ts";
import { errorEvent, messageEndEvent, messageReplaceEvent, runEvent } from "./events.ts";
import { metadata } from "./metadata.ts";
import { abortedByAnother, graphFailure } from "./model-failure.ts";
import { answerFiles, finishedRun } from "./run-events.ts";
import type { SpeechEnd } from "./speaker.ts";
import { eventStep, type Steps } from "./steps.ts";
import type { Turn } from "./turn.ts";

export interface GraphEnd {
  readonly end: SpeechEnd;
  readonly answer: string;
  readonly totalSteps: number;
  readonly sequenceNumber: number;
}

function* endUnsuccessfully(turn: Turn, { end, sequenceNumber, totalSteps }: GraphEnd): Steps {
  const { error, failure } = end === "aborted" ? abortedByAnother : graphFailure(turn);
  const run = finishedRun(turn, sequenceNumber, { status: "failed", error, answer: "", totalSteps });
  yield { kind: "settle", outcome: { kind: "failed", failure, run } };
  yield eventStep(runEvent(turn, "workflow_finished", run));
  // ≥1.13 closes here (A4); a workflow's failure stands in the event above alone.
  if (!turn.app.traits.endsAtUnsuccessfulRun && turn.messageId !== undefined) {
    yield eventStep(errorEvent(turn, failure));
  }
}

/** A4: the last events of a chatflow that answered, in the order of its version. */
const closingEvents = (
  turn: Turn,
  run: JsonObject,
  told: JsonObject,
  stopped: boolean,
): readonly JsonObject[] => {
  const { behaviour, app } = turn;
  const { chatflowEnding, endsAtUnsuccessfulRun, outputModeration } = app.traits;
  const finished = runEvent(turn, "workflow_finished", run);
  if (turn.messageId === undefined || (stopped && endsAtUnsuccessfulRun)) return [finished];
  const end = messageEndEvent(turn, told, answerFiles(turn));
  const replaced =
    behaviour.kind === "moderated" ? [messageReplaceEvent(turn, behaviour.text, "output_moderation")] : [];
  const before = outputModeration === "before_finished" ? replaced : [];
  switch (chatflowEnding) {
    case "finished_then_end":
      return [...before, finished, ...(before === replaced ? [] : replaced), end];
    case "finished_only":
      return [...before, finished];
    case "end_then_finished":
      return [...before, end, finished];
  }
};

/** How a chatflow or workflow ends, from its last node on. */
export function* endGraph(turn: Turn, graphEnd: GraphEnd): Steps {
  const { end, answer, totalSteps, sequenceNumber } = graphEnd;
  if (end === "failed" || end === "aborted") {
    yield* endUnsuccessfully(turn, graphEnd);
    return;
  }
  const stopped = end === "stopped";
  const run = finishedRun(turn, sequenceNumber, {
    status: stopped ? "stopped" : "succeeded",
    error: stopped ? "Stopped by user." : undefined,
    answer,
    totalSteps,
  });
  const kept =
    turn.behaviour.kind === "moderated" && turn.messageId !== undefined ? turn.behaviour.text : answer;
  const told = metadata(turn, kept);
  yield { kind: "settle", outcome: { kind: "answered", answer: kept, metadata: told, run } };
  if (turn.behaviour.kind === "no_terminal") return;
  yield* closingEvents(turn, run, told, stopped).map(eventStep);
  if (turn.behaviour.kind === "never_closes") {
    yield { kind: "hold" };
  }
}
