import type { JsonObject } from "./json.ts";
import type { Profile, Step } from "./profile.ts";
import type { StoredMessage } from "./store.ts";

/** An answer that shows the received values and whether a conversation was continued. */
export const echo = (
  user: string,
  query: string,
  inputs: JsonObject,
  earlier: readonly StoredMessage[],
): string => {
  const introduction = inputs.bot_name ? `, this is ${inputs.bot_name}` : "";
  const before = earlier.at(-1)?.query;
  const memory =
    before && ` (turn ${earlier.length + 1} of this conversation; before that you said: ${before})`;
  return `Hello ${user}${introduction}! You said: ${query}${memory ?? ""}`;
};

const plainAnswer: readonly Step[] = [{ do: "begin" }, { do: "say" }, { do: "finish", status: "succeeded" }];

const words = (sentence: string): string[] => sentence.match(/\s*\S+\s*/g) ?? [];

/** The steps of a run; `echoed` is the answer of an app without a reply of its own. */
export const writeScript = ({ reply, script }: Profile, echoed: string): readonly Step[] => {
  const pieces = reply?.kind === "deltas" ? reply.deltas : words(reply?.text ?? echoed);
  return (script ?? plainAnswer).map((step) => (step.do === "say" ? { pieces, ...step } : step));
};
