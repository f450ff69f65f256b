import type { AnswerEnding, AnswerSink } from "#core/answer/answer-sink.ts";

export type SinkCall =
  | { readonly delta: string }
  | { readonly replace: string }
  | { readonly end: AnswerEnding };

export interface RecordingSink extends AnswerSink {
  readonly calls: SinkCall[];
  /** What the user sees. */
  text(): string;
  /** The other side accepts no more. */
  giveUp(): void;
}

export const makeRecordingSink = (): RecordingSink => {
  const calls: SinkCall[] = [];
  const gaveUp = new AbortController();
  let shown = "";
  return {
    giveUp: () => gaveUp.abort(),
    calls,
    text: () => shown,
    gaveUp: gaveUp.signal,
    delta: (delta) => {
      shown += delta;
      calls.push({ delta });
    },
    replace: (replace) => {
      shown = replace;
      calls.push({ replace });
    },
    end: async (end) => {
      if ("sentence" in end) shown += end.sentence;
      calls.push({ end });
      return { status: "delivered" };
    },
  };
};
