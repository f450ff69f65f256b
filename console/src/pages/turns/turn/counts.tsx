import type { TurnReply } from "#adapters/api-gateway/turn-reply.ts";
import { number } from "../../../text/language.ts";
import { priceText } from "../price-text.ts";
import { type Fact, Facts } from "./facts.tsx";
import { turnTexts } from "./turn-texts.ts";

const countText = (count: number | undefined): string | undefined =>
  count === undefined ? undefined : number.value(count);

const Delivery = ({ turn }: { readonly turn: TurnReply }) => {
  const texts = turnTexts.value;
  const facts: readonly Fact[] = [
    { name: texts.tries, value: countText(turn.tries), hint: texts.triesHint },
    {
      name: texts.tookOver,
      value: turn.tookOver ? texts.yes : undefined,
      hint: texts.tookOverHint,
    },
    { name: texts.modelCalls, value: countText(turn.modelCalls) },
    { name: texts.chunks, value: countText(turn.chunks), hint: texts.chunksHint },
    { name: texts.refusals, value: countText(turn.refusals), hint: texts.refusalsHint },
    { name: texts.rateLimited, value: countText(turn.rateLimited), hint: texts.rateLimitedHint },
  ];
  if (facts.every(({ value }) => value === undefined)) return null;
  return (
    <section class="card" aria-labelledby="turns-delivery">
      <h3 id="turns-delivery">{texts.delivery}</h3>
      <Facts facts={facts} />
    </section>
  );
};

const Usage = ({ usage }: { readonly usage: NonNullable<TurnReply["usage"]> }) => {
  const texts = turnTexts.value;
  const { promptTokens, completionTokens, totalTokens, totalPrice, currency } = usage;
  return (
    <section class="card" aria-labelledby="turns-usage">
      <h3 id="turns-usage">{texts.usage}</h3>
      <Facts
        facts={[
          { name: texts.promptTokens, value: countText(promptTokens) },
          { name: texts.completionTokens, value: countText(completionTokens) },
          { name: texts.totalTokens, value: countText(totalTokens) },
          { name: texts.price, value: totalPrice && priceText(totalPrice, currency) },
        ]}
      />
    </section>
  );
};

/** What a turn took: tries, calls, tokens and price, as far as it had any. */
export const Counts = ({ turn }: { readonly turn: TurnReply }) => (
  <>
    <Delivery turn={turn} />
    {turn.usage && <Usage usage={turn.usage} />}
  </>
);
