import { randomUUID } from "node:crypto";
import type { JsonObject } from "../json.ts";
import { agentThoughts } from "./agent-thoughts.ts";
import { answerFileUrl } from "./answer-file.ts";
import {
  agentMessageEvent,
  chatEvent,
  errorEvent,
  messageEndEvent,
  messageEvent,
  messageReplaceEvent,
} from "./events.ts";
import { metadata } from "./metadata.ts";
import { easyFailure } from "./model-failure.ts";
import { type Beat, writeScript } from "./script.ts";
import { makeSpeaker } from "./speaker.ts";
import { eventStep, type RunControl, type Steps } from "./steps.ts";
import type { Turn } from "./turn.ts";

const isAgent = ({ app: { profile } }: Turn): boolean =>
  profile.mode === "agent-chat" || profile.mode === "agent";

/** What one piece of the answer looks like, which changes once a file exists (A3, `message_file`). */
const makeToEvent = (turn: Turn): ((beat: Beat) => JsonObject | undefined) => {
  let fileExists = false;
  return (beat) => {
    if (beat.kind === "file") {
      fileExists = true;
      return chatEvent(turn, "message_file", {
        id: randomUUID(),
        type: "image",
        belongs_to: "assistant",
        url: answerFileUrl(turn),
      });
    }
    if (isAgent(turn)) return agentMessageEvent(turn, beat.text);
    const event = messageEvent(turn, beat.text, null);
    return fileExists && turn.app.traits.fileEventCarriesText ? { ...event, event: "message_file" } : event;
  };
};

/** A4: a chat, completion or agent app; Dify itself calls these the easy ones. */
export function* easySteps(turn: Turn, control: RunControl): Steps {
  const { behaviour } = turn;
  const script = writeScript(turn);
  const speaker = makeSpeaker(turn, control, script.length);
  const toEvent = makeToEvent(turn);
  const thoughts = isAgent(turn) ? agentThoughts(turn, script) : undefined;
  yield* (thoughts?.before ?? []).map(eventStep);
  const end = yield* speaker.speak(script, toEvent);
  if (end === "failed") {
    const failure = easyFailure(turn);
    yield { kind: "settle", outcome: { kind: "failed", failure, run: undefined } };
    yield eventStep(errorEvent(turn, failure));
    return;
  }
  const answer = behaviour.kind === "moderated" ? behaviour.text : speaker.answer();
  const told = metadata(turn, answer);
  if (end === "said") {
    yield eventStep(toEvent({ kind: "text", text: "" }) ?? {});
    yield* (thoughts?.after ?? []).map(eventStep);
  }
  if (behaviour.kind === "moderated") {
    yield eventStep(messageReplaceEvent(turn, answer, ""));
  }
  yield { kind: "settle", outcome: { kind: "answered", answer, metadata: told, run: undefined } };
  if (behaviour.kind === "no_terminal") return;
  yield eventStep(messageEndEvent(turn, told, null));
  if (behaviour.kind === "never_closes") {
    yield { kind: "hold" };
  }
}
