import { makeHttpClient, type SendHttp } from "#adapters/http/http-client.ts";
import { systemClock } from "#adapters/node/system-clock.ts";
import { makeOpenAiModel } from "#adapters/openai/openai-model.ts";
import { type OpenAiTimeouts, openAiTimeouts } from "#adapters/openai/openai-timeouts.ts";
import type { AnswerEvent } from "#core/answer/answer.ts";
import type { AnswerListener, AskLimits } from "#core/answer/model.ts";
import type { OptionsOf } from "#core/bot/options.ts";
import type { QuestionFile } from "#core/message/question-file.ts";
import type { Clock } from "#core/shared/clock.ts";
import { bot, messageEvent } from "../../../support/turns.ts";

export interface Asked {
  readonly url: string;
  readonly apiKey?: string;
  readonly text?: string;
  readonly files?: readonly QuestionFile[];
  readonly memory?: string | undefined;
  readonly options?: Partial<OptionsOf<"openai">>;
  readonly limits?: Partial<AskLimits>;
  readonly clock?: Clock;
  readonly timeouts?: Partial<OpenAiTimeouts>;
  readonly publicOnly?: boolean;
  /** Omitted: a client of its own. */
  readonly sendHttp?: SendHttp;
  /** Called after the event was recorded. */
  readonly listener?: AnswerListener;
}

/** Asks over real HTTP and returns everything that was emitted. */
export const ask = async ({
  url,
  apiKey = "sk-test",
  text = "hello",
  clock = systemClock,
  ...given
}: Asked) => {
  const events: AnswerEvent[] = [];
  const { ask } = makeOpenAiModel({
    sendHttp: given.sendHttp ?? makeHttpClient({ publicOnly: given.publicOnly ?? false, clock }),
    clock,
    timeouts: { ...openAiTimeouts, ...given.timeouts },
  });
  const outcome = await ask(
    {
      integration: {
        type: "openai",
        enabled: true,
        callbackUrl: url,
        objectNames: [],
        events: [],
        stream: true,
        handleResponse: true,
        options: { model: "simulated-model", ...given.options },
        apiKey,
        maskedApiKey: "sk-***",
      },
      text,
      files: given.files ?? [],
      event: messageEvent(),
      bot: bot(),
      memory: given.memory,
    },
    (event) => {
      events.push(event);
      return given.listener?.(event);
    },
    { deadline: clock.now() + 600_000, signal: new AbortController().signal, ...given.limits },
  );
  return {
    outcome,
    events,
    types: events.map(({ type }) => type).filter((type, at, all) => type !== all[at - 1]),
    text: events.map((event) => (event.type === "delta" ? event.text : "")).join(""),
    thought: events.map((event) => (event.type === "thought" ? event.text : "")).join(""),
    facts: events.find((event) => event.type === "facts")?.facts,
    memory: events.findLast((event) => event.type === "memory")?.memory,
  };
};

/** The messages of a memory, each as `role: content`. */
export const remembered = (memory: string | undefined): readonly string[] =>
  JSON.parse(memory ?? '{"messages":[]}').messages.map(
    ({ role, content }: { role: string; content: string }) => `${role}: ${content}`,
  );
