import type { JsonObject } from "../json.ts";
import type { Beat } from "./script.ts";
import { eventStep, type RunControl, type Step, type Stop } from "./steps.ts";
import type { Turn } from "./turn.ts";

export type SpeechEnd = "said" | "failed" | Stop;

export interface Speaker {
  readonly answer: () => string;
  /** Says these pieces at the app's pace, unless the run is stopped or breaks on the way. */
  readonly speak: <B extends Beat>(
    beats: readonly B[],
    toEvent: (beat: B) => JsonObject | undefined,
  ) => Generator<Step, SpeechEnd, void>;
}

export const makeSpeaker = (turn: Turn, control: RunControl, totalBeats: number): Speaker => {
  const { behaviour } = turn;
  const breaksAt = "afterDeltas" in behaviour ? Math.min(behaviour.afterDeltas, totalBeats) : undefined;
  let said = 0;
  let answer = "";
  let isCut = false;
  /** What is not to be said any more; where the stream breaks, a run that outlives it is none the wiser. */
  const interruption = function* (): Generator<Step, SpeechEnd | undefined, void> {
    if (said === breaksAt && behaviour.kind !== "cut") return "failed";
    if (said === breaksAt && !isCut) {
      isCut = true;
      yield { kind: "cut" };
    }
    return control.stop();
  };
  return {
    answer: () => answer,
    speak: function* (beats, toEvent) {
      for (const beat of beats) {
        const end = yield* interruption();
        if (end !== undefined) return end;
        const event = toEvent(beat);
        if (event !== undefined) {
          yield eventStep(event);
        }
        said += 1;
        answer += beat.kind === "text" ? beat.text : "";
        yield { kind: "wait", ms: turn.paceMs };
      }
      return beats.length === 0 ? "said" : ((yield* interruption()) ?? "said");
    },
  };
};
