import * as v from "valibot";
import type { HttpResponse } from "#adapters/http/http-client.ts";
import { retryAfterMs } from "#adapters/http/retry-after.ts";
import { callFailure, failed } from "#adapters/model-api/failures.ts";
import { readRefusal } from "#adapters/model-api/read-body.ts";
import { readWhole } from "#adapters/model-api/read-whole.ts";
import type { AnswerOutcome } from "#core/answer/answer.ts";
import type { Model } from "#core/answer/model.ts";
import type { DifyType } from "#core/bot/integration-types.ts";
import { makeAnswerMachine } from "./answer-machine.ts";
import { eventsOfBlockingBody } from "./blocking-body.ts";
import type { CallDifyPorts } from "./call-dify.ts";
import {
  type DifyQuestion,
  difyHeaders,
  difyRequest,
  type ResponseMode,
  toDifyQuestion,
} from "./dify-request.ts";
import { httpFailure } from "./failures.ts";
import { makeLookUpAnswer } from "./look-up-answer.ts";
import { readAnswer } from "./read-answer.ts";
import { makeRecoverAnswer, takeFound } from "./recover-answer.ts";

const envelope = v.object({ code: v.optional(v.string(), "unknown"), message: v.optional(v.string(), "") });
const envelopeText = v.pipe(v.string(), v.parseJson(), envelope);

type Envelope = v.InferOutput<typeof envelope>;
const noEnvelope: Envelope = { code: "unknown", message: "" };

/** What a server says that has no streams, as an agent of Dify's says that it has nothing else. */
const cannotStream = /(not|n't) support(ed)?\b.*\bstream|\bstream\w*\b.*\bnot\b.*\bsupported/i;

/**
 * Asks a Dify app over its service API, and reads its answer as it is generated: a blocking call is cut at 60–100 s and an
 * agent refuses it. Only what cannot stream is asked for the whole, or answers with it unasked.
 */
export const makeAskDify = ({ sendHttp, clock, waits }: CallDifyPorts): Model<DifyType>["ask"] => {
  const lookUpAnswer = makeLookUpAnswer({ sendHttp, clock, waits });
  const recoverAnswer = makeRecoverAnswer({ lookUpAnswer, clock, waits });

  const ask = (
    question: DifyQuestion,
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

  return async (asked, listener, limits) => {
    const { deadline, signal } = limits;
    const question = toDifyQuestion(asked);
    const machine = makeAnswerMachine(question);
    const ended = new AbortController();
    const end = (): void => ended.abort();
    const leftMs = (): number => Math.max(0, deadline - clock.now());

    /** The status says whether another try is worth it, even where the body that should say why never ends. */
    const readEnvelope = async (response: HttpResponse): Promise<Envelope> => {
      const text = await readRefusal(response, waits.refusalMs, { clock, ended });
      const parsed = v.safeParse(envelopeText, text);
      return parsed.success ? parsed.output : noEnvelope;
    };

    const readBlocking = async (response: HttpResponse): Promise<AnswerOutcome> => {
      const take = (body: string) => eventsOfBlockingBody(body)?.flatMap((event) => machine.take(event));
      const failure = await readWhole(response, { take, clock, deadline, listener, ended });
      if (failure) return failure;
      return machine.state.status === "reading" ? { status: "incomplete" } : machine.state.outcome;
    };

    const readStream = async ({ body }: HttpResponse): Promise<AnswerOutcome> => {
      const outcome = await readAnswer(body, {
        machine,
        clock,
        waits,
        deadline,
        listener,
        ended,
        findConversation: (until) => lookUpAnswer.findConversation(question, until),
        findInputProblem: (until) => lookUpAnswer.findInputProblem(question, until),
        findAnswer: (run, until) =>
          lookUpAnswer.findAnswer(question, run, machine, { isQuiet: true, signal: until }),
        takeFound: (found) => takeFound(found, machine, listener, { ...limits, clock }),
      });
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
          : {
              ...httpFailure(response.status, code, message),
              retryAfterMs: retryAfterMs(response.headers["retry-after"], clock.now()),
            };
      }
      const type = (response.headers["content-type"] ?? "").trim().toLowerCase();
      if (type.startsWith("text/event-stream")) return readStream(response);
      if (type.startsWith("application/json")) return readBlocking(response);
      return failed("unavailable", false, "the answer is no event stream");
    };

    const askAndRead = async (mode: ResponseMode): Promise<AnswerOutcome> => {
      const headMs = mode === "streaming" ? Math.min(waits.headMs, leftMs()) : leftMs();
      const response = await ask(question, mode, headMs, ended.signal).catch(callFailure);
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
