import type { TurnReply } from "#adapters/api-gateway/turn-reply.ts";
import { turnTexts } from "./turn-texts.ts";

/** Plain text: what users and models say is never markup here. */
const PlainText = ({ heading, text }: { readonly heading: string; readonly text: string | undefined }) => (
  <div>
    <h4>{heading}</h4>
    <p class="turns-text" dir="auto">
      {text || turnTexts.value.noText}
    </p>
  </div>
);

export const QuestionAndAnswer = ({ turn: { question, answer } }: { readonly turn: TurnReply }) => {
  const texts = turnTexts.value;
  return (
    <section class="card" aria-labelledby="turns-texts">
      <h3 id="turns-texts">{texts.texts}</h3>
      {question === undefined && answer === undefined ? (
        <p class="hint">{texts.noTexts}</p>
      ) : (
        <>
          <PlainText heading={texts.question} text={question} />
          <PlainText heading={texts.answer} text={answer} />
        </>
      )}
    </section>
  );
};
