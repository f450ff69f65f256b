import type { TurnReply } from "#adapters/api-gateway/turn-reply.ts";
import { CopyButton } from "../../../ui/copy-button.tsx";
import { storyCommand } from "./story-command.ts";
import { turnTexts } from "./turn-texts.ts";

const idNames = [
  "turn",
  "msgUID",
  "requestId",
  "traceId",
  "user",
  "taskId",
  "messageId",
  "conversationId",
] as const satisfies readonly (keyof TurnReply)[];

const Id = ({ name, value }: { readonly name: string; readonly value: string }) => (
  <div>
    <dt>{name}</dt>
    <dd class="turns-id">
      <code>{value}</code>
      <CopyButton text={value} subject={name} />
    </dd>
  </div>
);

/** What the turn is called in the bridge, its log, X-Ray and Dify. */
export const Ids = ({ turn }: { readonly turn: TurnReply }) => {
  const texts = turnTexts.value;
  // An HTTP turn is its own message.
  const shown = idNames.filter((name) => name !== "msgUID" || turn.msgUID !== turn.turn);
  const story = storyCommand(turn.msgUID);
  return (
    <section class="card" aria-labelledby="turns-ids">
      <h3 id="turns-ids">{texts.ids}</h3>
      <dl class="turns-ids">
        {shown.map((name) => {
          const value = turn[name];
          return value === undefined ? null : <Id key={name} name={texts.idNames[name]} value={value} />;
        })}
      </dl>
      <p class="hint">{texts.story}</p>
      <p class="turns-id">
        <code>{story}</code>
        <CopyButton text={story} subject={texts.storySubject} />
      </p>
    </section>
  );
};
