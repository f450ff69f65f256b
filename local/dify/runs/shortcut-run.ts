import type { JsonObject, JsonValue } from "../json.ts";
import { errorEvent, messageEndEvent, messageEvent, messageReplaceEvent } from "./events.ts";
import { metadata } from "./metadata.ts";
import { eventStep, type Steps } from "./steps.ts";
import type { Turn } from "./turn.ts";

interface Shortcut {
  readonly text: string;
  readonly annotation: JsonValue;
  readonly moderated: boolean;
}

/** A4: an annotation or the input moderation answers in the app's place. */
export const findShortcut = ({ app, behaviour }: Turn): Shortcut | undefined => {
  if (app.profile.mode === "workflow") return undefined;
  if (behaviour.kind === "annotation") {
    const annotation: JsonObject = {
      id: "6f9bb3f6-1a0e-4a7b-9d76-6ed5f7a3b1c2",
      account: { id: "0f3a9f7e-5d0a-4a2e-8a55-0a8d7cf0d1b3", name: "admin" },
    };
    return { text: behaviour.text, annotation, moderated: false };
  }
  return behaviour.kind === "moderated" && behaviour.stage === "input"
    ? { text: behaviour.text, annotation: null, moderated: true }
    : undefined;
};

const spuriousFailure = {
  code: "internal_server_error",
  status: 500,
  message: "Workflow stream ended without a terminal event",
};

export function* shortcutSteps(turn: Turn, { text, annotation, moderated }: Shortcut): Steps {
  const { profile, traits } = turn.app;
  const chatflow = profile.mode === "advanced-chat";
  // A chat app sends it character by character, a chatflow in one piece.
  for (const piece of chatflow ? [text] : text) {
    yield eventStep(messageEvent(turn, piece, null));
  }
  if (moderated && !chatflow && traits.shape === "0.15") {
    yield eventStep(messageReplaceEvent(turn, text, ""));
  }
  const told = metadata(turn, text, annotation);
  yield { kind: "settle", outcome: { kind: "answered", answer: text, metadata: told, run: undefined } };
  yield eventStep(messageEndEvent(turn, told, chatflow ? [] : null));
  if (chatflow && traits.shortcutEnding === "spurious_error") {
    yield eventStep(errorEvent(turn, spuriousFailure));
  }
  if (chatflow && traits.shortcutEnding === "idles") {
    yield { kind: "hold" };
  }
}
