import type { HttpResponse, SendHttp } from "#adapters/http/http-client.ts";
import { retryAfterMs } from "#adapters/http/retry-after.ts";
import { answerFormat } from "#adapters/model-api/answer-format.ts";
import { historyOf, makeSpokenText, memoryOf, textWithMarkers } from "#adapters/model-api/chat-memory.ts";
import { callFailure, failed } from "#adapters/model-api/failures.ts";
import { readRefusal } from "#adapters/model-api/read-body.ts";
import { readWhole } from "#adapters/model-api/read-whole.ts";
import { runQuestion } from "#adapters/model-api/run-question.ts";
import { type AnswerOutcome, isAnswer } from "#core/answer/answer.ts";
import type { AnswerListener, Model } from "#core/answer/model.ts";
import { defaultHistoryMessages } from "#core/bot/options.ts";
import type { Clock } from "#core/shared/clock.ts";
import { chatRequest, type RequestForm, relaxed } from "./chat-request.ts";
import { makeCompletion } from "./completion.ts";
import { httpFailure } from "./failures.ts";
import type { OpenAiTimeouts } from "./openai-timeouts.ts";
import { readStream } from "./read-stream.ts";

export interface OpenAiPorts {
  readonly sendHttp: SendHttp;
  readonly clock: Clock;
  readonly timeouts: OpenAiTimeouts;
}

/**
 * Asks an OpenAI-compatible API. The API keeps no conversations, so the memory holds the last messages. It has no call that
 * stops an answer either, so a stop closes the connection.
 */
export const makeAskOpenAi =
  ({ sendHttp, clock, timeouts }: OpenAiPorts): Model<"openai">["ask"] =>
  (question, listener, limits) => {
    const { deadline } = limits;
    const { historyMessages = defaultHistoryMessages, thinkingTags } = question.integration.options;
    const completion = makeCompletion();
    const spoken = makeSpokenText(thinkingTags);
    let form: RequestForm = {
      streams: true,
      asksUsage: true,
      history: historyOf(question.memory, historyMessages),
    };
    const leftMs = (): number => Math.max(0, deadline - clock.now());

    const record: AnswerListener = (event) => {
      if (event.type === "delta") spoken.push(event.text);
      return listener(event);
    };

    const memory = (): string | undefined => {
      const keepsNone = historyMessages < 2;
      if (keepsNone && question.memory === undefined) return undefined;
      const questionText = textWithMarkers(question.text, question.files);
      return memoryOf(form.history, questionText, spoken.end(), historyMessages);
    };

    const readAnswer = async (
      response: HttpResponse,
      firstTextBy: number,
      ports: { readonly listener: AnswerListener; readonly ended: AbortController },
    ): Promise<AnswerOutcome> => {
      const format = answerFormat(response);
      if (format === "events") {
        return readStream(response.body, { completion, clock, timeouts, firstTextBy, deadline, ...ports });
      }
      if (format === undefined) {
        return failed("unavailable", false, "the response is neither an event stream nor JSON");
      }
      const failure = await readWhole(response, { take: completion.take, clock, deadline, ...ports });
      if (failure) return failure;
      if (completion.outcome) return completion.outcome;
      return completion.hasSpoken
        ? { status: "answered" }
        : failed("unavailable", false, "the response body is not a completion");
    };

    /** Retries immediately without the parts of the request that the server rejects. */
    const converse = async (onEvent: AnswerListener, ended: AbortController): Promise<AnswerOutcome> => {
      for (;;) {
        const headMs = form.streams ? Math.min(timeouts.firstTextMs, leftMs()) : leftMs();
        const firstTextBy = clock.now() + timeouts.firstTextMs;
        const request = chatRequest(question, form);
        const call = { method: "POST", connectMs: timeouts.connectMs, headMs, signal: ended.signal } as const;
        const response = await sendHttp({ ...request, ...call }).catch(callFailure);
        if (!("body" in response)) return response;
        const { status, headers } = response;
        if (status >= 200 && status < 300) {
          return readAnswer(response, firstTextBy, { listener: onEvent, ended });
        }
        const text = await readRefusal(response, timeouts.refusalMs, { clock, ended });
        const next = relaxed(form, status, text);
        if (!next || ended.signal.aborted) {
          return httpFailure(status, text, retryAfterMs(headers["retry-after"], clock.now()));
        }
        form = next;
      }
    };

    const answer = async (onEvent: AnswerListener, ended: AbortController): Promise<AnswerOutcome> => {
      const outcome = await converse(onEvent, ended);
      const { usage } = completion;
      if (isAnswer(outcome) && usage) await onEvent({ type: "facts", facts: { usage, sources: [] } });
      return outcome;
    };

    return runQuestion({ answer, memory }, record, limits);
  };
