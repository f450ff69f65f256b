import type { TurnReply } from "#adapters/api-gateway/turn-reply.ts";
import { conversationNameOf } from "#core/turn/find-stories.ts";
import { hrefOf } from "../../../address.ts";
import { OutcomeTag } from "../../../outcome/outcome-tag.tsx";
import { waitsOf } from "../../../steps/steps.ts";
import { formatDuration } from "../../../text/duration.ts";
import { dateTime } from "../../../text/language.ts";
import { explain } from "../explain-outcome.ts";
import { turnsTexts } from "../texts.ts";
import { type Fact, Facts } from "./facts.tsx";
import { turnTexts } from "./turn-texts.ts";

const hrefOfList = (filter: { bot?: string; user?: string; conversation?: string }): string =>
  hrefOf("turns", undefined, filter);

const durationText = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : formatDuration(ms);

/** Who asked whom, when and how it ended, with links to what belongs together. */
export const TurnHead = ({ turn }: { readonly turn: TurnReply }) => {
  const texts = turnTexts.value;
  const shared = turnsTexts.value;
  const conversation = conversationNameOf(turn);
  const { firstTextMs, totalMs } = waitsOf(turn);
  const facts: readonly Fact[] = [
    { name: texts.accepted, value: dateTime.value(turn.acceptedAt) },
    { name: texts.firstText, value: durationText(firstTextMs) },
    { name: texts.total, value: durationText(totalMs) },
    { name: shared.bot, value: turn.userId },
    { name: shared.integration, value: turn.integration },
    { name: shared.user, value: turn.fromUserId },
    { name: texts.channel, value: texts.channels[turn.channel] },
    {
      name: turn.channelType === "GROUP" ? texts.group : shared.conversation,
      value: conversation,
    },
  ];
  return (
    <header class="card turns-head">
      <div class="row">
        <h2>{texts.heading}</h2>
        <OutcomeTag outcome={turn.outcome} />
      </div>
      <p>{explain(turn).meaning}</p>
      <Facts facts={facts} />
      <nav class="row" aria-label={texts.links}>
        <a href={hrefOf("bots", turn.userId)}>{texts.openBot}</a>
        <a href={hrefOfList({ bot: turn.userId })}>{texts.ofBot}</a>
        <a href={hrefOfList({ user: turn.fromUserId })}>{texts.ofUser}</a>
        {conversation && <a href={hrefOfList({ bot: turn.userId, conversation })}>{texts.ofConversation}</a>}
      </nav>
    </header>
  );
};
