import type { JsonObject } from "../json.ts";
import { messageEvent, reasoningEvent, runEvent } from "./events.ts";
import { endGraph } from "./graph-end.ts";
import { type PlannedBeat, type PlannedNode, planGraph } from "./graph-plan.ts";
import { startNodeVariables } from "./graph-variables.ts";
import { askHuman } from "./human-input.ts";
import { graphFailure } from "./model-failure.ts";
import { makeNodeEvents, type NodeResult } from "./node-events.ts";
import { answerFiles, runStartedEvent } from "./run-events.ts";
import { answerOutput, writeScript } from "./script.ts";
import { makeSpeaker, type Speaker, type SpeechEnd } from "./speaker.ts";
import { eventStep, type RunControl, type Step, type Steps } from "./steps.ts";
import type { Turn } from "./turn.ts";

const toEvent = (turn: Turn, beat: PlannedBeat, streams: boolean): JsonObject | undefined => {
  const { selector } = beat;
  if (beat.kind === "file") return undefined;
  if (beat.kind === "reasoning") return reasoningEvent(turn, beat.text, beat.final);
  if (turn.messageId !== undefined) return messageEvent(turn, beat.text, selector);
  // R015: a workflow's template node said nothing on the way.
  return streams || turn.app.traits.shape === "1.x"
    ? runEvent(turn, "text_chunk", { text: beat.text, from_variable_selector: selector })
    : undefined;
};

function* say(
  turn: Turn,
  speaker: Speaker,
  { beats, streams }: PlannedNode,
): Generator<Step, SpeechEnd, void> {
  const end = yield* speaker.speak(beats, (beat) => toEvent(turn, beat, streams));
  const [first] = beats;
  if (end === "said" && streams && first !== undefined) {
    // The model's last chunk is empty, and in 1.x so is the node's (R112).
    const closing = toEvent(turn, { kind: "text", text: "", selector: first.selector }, streams);
    const count = turn.app.traits.shape === "1.x" ? 2 : 1;
    yield* closing === undefined ? [] : Array.from({ length: count }, () => eventStep(closing));
  }
  return end;
}

const nodeResult = (turn: Turn, node: PlannedNode, answer: string, end: SpeechEnd): NodeResult => {
  const none = turn.app.traits.shape === "0.15" ? null : {};
  if (end === "failed") return { inputs: none, outputs: none, error: graphFailure(turn).error };
  switch (node.type) {
    case "start":
      return { inputs: startNodeVariables(turn), outputs: startNodeVariables(turn), error: undefined };
    case "answer": {
      const outputs = { answer: answerOutput(turn, answer), files: answerFiles(turn) };
      return { inputs: none, outputs, error: undefined };
    }
    case "end":
      return { inputs: { text: answer }, outputs: { text: answer }, error: undefined };
    case "llm":
      return {
        inputs: none,
        outputs: { text: answerOutput(turn, answer), finish_reason: "stop" },
        error: undefined,
      };
    default:
      return { inputs: turn.inputs, outputs: { output: answer }, error: undefined };
  }
};

function* runNode(
  turn: Turn,
  speaker: Speaker,
  nodes: readonly PlannedNode[],
  index: number,
): Generator<Step, SpeechEnd, void> {
  const node = nodes[index];
  if (node === undefined) return "said";
  const events = makeNodeEvents(turn, node, index, nodes[index - 1]);
  // 0.15 says what a node's result makes known after the node's end, 1.x before (R015, R112).
  const saysAfter = !node.streams && turn.app.traits.shape === "0.15";
  yield eventStep(events.started());
  const early = saysAfter ? "said" : yield* say(turn, speaker, node);
  if (early === "stopped") return early;
  yield eventStep(events.finished(nodeResult(turn, node, speaker.answer(), early)));
  return saysAfter ? yield* say(turn, speaker, node) : early;
}

/** A4: a chatflow or a workflow. */
export function* graphSteps(turn: Turn, control: RunControl): Steps {
  const script = writeScript(turn);
  const nodes = planGraph(turn, script);
  const speaker = makeSpeaker(turn, control, script.length);
  const sequenceNumber = turn.app.takeSequenceNumber();
  yield eventStep(runStartedEvent(turn, sequenceNumber, "initial"));
  let end: SpeechEnd = "said";
  let totalSteps = 0;
  while (end === "said" && totalSteps < nodes.length) {
    end = yield* runNode(turn, speaker, nodes, totalSteps);
    totalSteps += 1;
    if (totalSteps === 1 && turn.behaviour.kind === "paused") {
      yield* askHuman(turn, control);
    }
  }
  yield* endGraph(turn, { end, answer: speaker.answer(), totalSteps, sequenceNumber });
}
