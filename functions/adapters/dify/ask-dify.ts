import * as v from "valibot";
import { HttpFailure, type HttpResponse, type SendHttp } from "#adapters/http/http-client.ts";
import { readText } from "#adapters/http/read-text.ts";
import type { AnswerOutcome, AskDify, Question } from "#core/answer/answer.ts";
import type { Clock } from "#core/shared/clock.ts";
import { makeAnswerMachine } from "./answer-machine.ts";
import { eventsOfBlockingBody } from "./blocking-body.ts";
import type { DifyLimits } from "./dify-limits.ts";
import { difyHeaders, difyRequest, type ResponseMode } from "./dify-request.ts";
import { failed, httpFailure } from "./failures.ts";
import { readAnswer } from "./read-answer.ts";
import { makeRecoverAnswer } from "./recover-answer.ts";

export interface AskDifyPorts {
  readonly sendHttp: SendHttp;
  readonly clock: Clock;
  readonly waits: DifyLimits;
}

const envelope = v.object({ code: v.optional(v.string(), "unknown"), message: v.optional(v.string(), "") });
const envelopeText = v.pipe(v.string(), v.parseJson(), envelope);
const longestEnvelope = 64 * 1024;
/** A whole answer in one body. */
const longestAnswer = 16 * 1024 * 1024;

type Envelope = v.InferOutput<typeof envelope>;
const noEnvelope: Envelope = { code: "unknown", message: "" };

/** What a server says that has no streams, as an agent of Dify's says that it has nothing else. */
const cannotStream = /(not|n't) support(ed)?\b.*\bstream|\bstream\w*\b.*\bnot\b.*\bsupported/i;

const failureOf = (error: unknown): AnswerOutcome => {
  if (!(error instanceof HttpFailure)) return failed("unavailable", false, "could not be asked");
  switch (error.kind) {
    case "forbidden_address":
      return failed("refused", false, "the address is not public");
    case "timeout":
      // Once connected, Dify may be at work on it: asking again would have it answer twice.
      return failed("timeout", !error.connected, "no answer in time");
    case "unreachable":
      return failed("unavailable", true, "not reached");
  }
};

/**
 * Asks a Dify app over its service API, and reads its answer as it is generated: a blocking call is cut at 60–100 s and an
 * agent refuses it. Only what cannot stream is asked for the whole, or answers with it unasked.
 */
export const makeAskDify = ({ sendHttp, clock, waits }: AskDifyPorts): AskDify => {
  const recoverAnswer = makeRecoverAnswer({ sendHttp, clock, waits });

  const ask = (
    question: Question,
    mode: ResponseMode,
    headMs: number,
    signal: AbortSignal,
  ): Promise<HttpResponse> => {
    const { url, body } = difyRequest(question, mode);
    const headers = {
      ...difyHeaders(question.integration),
      accept: mode === "streaming" ? "text/event-stream" : "application/json",
    };
    return sendHttp({ method: "POST", url, headers, body, connectMs: waits.connectMs, headMs, signal });
  };

  return async (question, listener, limits) => {
    const { deadline, signal } = limits;
    const machine = makeAnswerMachine();
    const ended = new AbortController();
    const end = (): void => ended.abort();
    const leftMs = (): number => Math.max(0, deadline - clock.now());

    /** The status says whether another try is worth it, even where the body that should say why never ends. */
    const readEnvelope = async ({ body }: HttpResponse): Promise<Envelope> => {
      clock.sleep(waits.refusalMs, ended.signal).then(end);
      const parsed = v.safeParse(envelopeText, await readText(body, longestEnvelope).catch(() => ""));
      return parsed.success ? parsed.output : noEnvelope;
    };

    const readWhole = async ({ body }: HttpResponse): Promise<AnswerOutcome> => {
      clock.sleep(leftMs(), ended.signal).then(end);
      const text = await readText(body, longestAnswer).catch(() => undefined);
      if (text === undefined) {
        return ended.signal.aborted
          ? failed("timeout", false, "no answer in time")
          : { status: "incomplete" };
      }
      const events = eventsOfBlockingBody(text);
      if (!events) return failed("unavailable", false, "the answer is none of Dify's");
      for (const event of events) for (const meaning of machine.take(event)) await listener(meaning);
      return machine.state.status === "reading" ? { status: "incomplete" } : machine.state.outcome;
    };

    const readStream = async ({ body }: HttpResponse): Promise<AnswerOutcome> => {
      const continues = question.conversationId !== undefined;
      const ports = { machine, continues, clock, waits, deadline, listener, ended };
      const outcome = await readAnswer(body, ports);
      const { detachedRun } = machine;
      return outcome.status === "incomplete" && detachedRun && !signal.aborted
        ? recoverAnswer(question, machine, detachedRun, listener, limits)
        : outcome;
    };

    const read = async (response: HttpResponse, mode: ResponseMode): Promise<AnswerOutcome> => {
      if (response.status !== 200) {
        const { code, message } = await readEnvelope(response);
        return mode === "streaming" && response.status === 400 && cannotStream.test(message)
          ? askAndRead("blocking")
          : httpFailure(response.status, code, message);
      }
      const type = response.headers["content-type"] ?? "";
      if (type.startsWith("text/event-stream")) return readStream(response);
      if (type.startsWith("application/json")) return readWhole(response);
      return failed("unavailable", false, "the answer is no event stream");
    };

    const askAndRead = async (mode: ResponseMode): Promise<AnswerOutcome> => {
      const headMs = mode === "streaming" ? Math.min(waits.headMs, leftMs()) : leftMs();
      const response = await ask(question, mode, headMs, ended.signal).catch(failureOf);
      return "body" in response ? read(response, mode) : response;
    };

    if (signal.aborted) return { status: "abandoned" };
    signal.addEventListener("abort", end, { once: true });
    try {
      const outcome = await askAndRead("streaming");
      return signal.aborted ? { status: "abandoned" } : outcome;
    } finally {
      signal.removeEventListener("abort", end);
      end();
    }
  };
};
