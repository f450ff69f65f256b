import type { JsonValue } from "../json.ts";
import type { Turn } from "./turn.ts";

const said = (value: JsonValue | undefined): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

/** A pleasant answer that shows what arrived, and that a conversation was continued. */
export const echoText = ({ inputs, query, user, conversation }: Turn): string => {
  const introduction = said(inputs.bot_name);
  const greeting = `Hello ${user}${introduction === undefined ? "" : `, this is ${introduction}`}!`;
  const memory =
    conversation?.previousQuery === undefined
      ? ""
      : ` (turn ${conversation.turnNumber} of this conversation; before that you said: ${conversation.previousQuery})`;
  return `${greeting} You said: ${query}${memory}`;
};
