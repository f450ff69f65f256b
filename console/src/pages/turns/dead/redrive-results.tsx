import type {
  DeadLetterReply,
  RedrivenReply,
} from "../../../../../functions/dead-letters/dead-letters-reply.ts";
import { hrefOf } from "../../../address.ts";
import { deadTexts } from "./dead-texts.ts";

type RedriveResult = RedrivenReply["results"][number];

export interface Redriven {
  readonly letter: DeadLetterReply;
  /** Undefined if the reply did not say what became of it. */
  readonly result: RedriveResult | undefined;
}

const sentenceOf = (result: RedriveResult | undefined): string => {
  const sentence = deadTexts.value.statuses[result?.status ?? "missing"];
  return result?.outcome === undefined ? sentence : `${sentence} (${result.outcome})`;
};

export const RedriveResults = ({ redriven }: { readonly redriven: readonly Redriven[] }) => {
  const texts = deadTexts.value;
  return (
    <div role="status" class="turns-results">
      {redriven.length > 0 && (
        <section class="card" aria-labelledby="turns-redriven">
          <h2 id="turns-redriven">{texts.results}</h2>
          <dl class="turns-list">
            {redriven.map(({ letter: { id, turn, msgUID }, result }) => (
              <div key={id}>
                <dt>
                  <a href={hrefOf("turns", turn)}>{msgUID}</a>
                </dt>
                <dd>{sentenceOf(result)}</dd>
              </div>
            ))}
          </dl>
        </section>
      )}
    </div>
  );
};
