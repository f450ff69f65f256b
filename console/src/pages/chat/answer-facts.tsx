import type { JsonObject } from "../../../../client/src/index.ts";
import { hrefOf } from "../../address.ts";
import { number } from "../../text/language.ts";
import { CopyButton } from "../../ui/copy-button.tsx";
import type { AnswerState } from "./answer-state.ts";
import { chatTexts } from "./texts.ts";

const tokensOf = (usage: JsonObject | null): number | undefined =>
  typeof usage?.totalTokens === "number" ? usage.totalTokens : undefined;

const Id = ({ name, id, href }: { name: string; id: string; href?: string }) => (
  <p>
    <span class="hint">{name}</span> {href === undefined ? <code>{id}</code> : <a href={href}>{id}</a>}{" "}
    <CopyButton text={id} />
  </p>
);

/** How the answer came about: its times, its tokens, and the ids to find it in the log by. */
export const AnswerFacts = ({ answer }: { answer: AnswerState }) => {
  const { facts, details } = chatTexts.value;
  const { firstTextMs, endMs, usage, storyId, requestId } = answer;
  const tokens = tokensOf(usage);
  const line = [
    firstTextMs !== undefined && facts.firstText(firstTextMs),
    endMs !== undefined && facts.end(endMs),
    tokens !== undefined && facts.tokens(number.value(tokens)),
  ].filter((each) => each !== false);
  if (line.length === 0 && storyId === undefined) return null;
  return (
    <details class="chat-facts">
      <summary>{line.length === 0 ? details : line.join(" · ")}</summary>
      {storyId !== undefined && <Id name={facts.turn} id={storyId} href={hrefOf("turns", storyId)} />}
      {requestId !== undefined && <Id name={facts.request} id={requestId} />}
      {usage && <pre>{JSON.stringify(usage, undefined, 2)}</pre>}
    </details>
  );
};
