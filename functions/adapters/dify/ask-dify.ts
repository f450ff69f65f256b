import * as v from "valibot";
import type { HttpResponse } from "#adapters/http/http-client.ts";
import { retryAfterMs } from "#adapters/http/retry-after.ts";
import { answerFormat } from "#adapters/model-api/answer-format.ts";
import { callFailure, failed } from "#adapters/model-api/failures.ts";
import { readRefusal } from "#adapters/model-api/read-body.ts";
import { readWhole } from "#adapters/model-api/read-whole.ts";
import type { AnswerOutcome } from "#core/answer/answer.ts";
import type { Model } from "#core/answer/model.ts";
import type { DifyType } from "#core/bot/integration-types.ts";
import { makeAnswerMachine } from "./answer-machine.ts";
import { makeAppParameters } from "./app-parameters.ts";
import { eventsOfBlockingBody } from "./blocking-body.ts";
import { type CallDifyPorts, errorBody } from "./call-dify.ts";
import {
  type DifyQuestion,
  difyHeaders,
  difyRequest,
  type ResponseMode,
  sessionHeader,
  toDifyQuestion,
} from "./dify-request.ts";
import { cannotStream, httpFailure } from "./failures.ts";
import { askedAtOf, makeFindQuestion } from "./find-question.ts";
import { makeLookUpAnswer } from "./look-up-answer.ts";
import { readAnswer } from "./read-answer.ts";
import { emitFound, makeRecoverAnswer } from "./recover-answer.ts";
import { makeRecoverUnbegun } from "./recover-unbegun.ts";
import { makeWaitForRun } from "./run-events.ts";

const errorBodyText = v.pipe(v.string(), v.parseJson(), errorBody);

type ErrorBody = v.InferOutput<typeof errorBody>;
const unknownError: ErrorBody = { code: "unknown", message: "" };

/**
 * Asks a Dify app through its service API and reads the answer as a stream: a blocking call is cut off after 60–100 s, and
 * agents reject it. Blocking mode is used only if the app cannot stream. A blocking answer to a streaming call is accepted.
 */
export const makeAskDify = ({ sendHttp, clock, timeouts }: CallDifyPorts): Model<DifyType>["ask"] => {
  const lookUpAnswer = makeLookUpAnswer({ sendHttp, clock, timeouts });
  const appParameters = makeAppParameters({ sendHttp, clock, timeouts });
  const waitForRun = makeWaitForRun({ sendHttp, clock, timeouts });
  const recoverAnswer = makeRecoverAnswer({ findRun: lookUpAnswer.findRun, waitForRun, clock, timeouts });
  const findQuestion = makeFindQuestion({ sendHttp, clock, timeouts });
  const recoverUnbegun = makeRecoverUnbegun({ findQuestion, clock, timeouts });

  const ask = (
    question: DifyQuestion,
    mode: ResponseMode,
    headMs: number,
    signal: AbortSignal,
  ): Promise<HttpResponse> => {
    const { url, body } = difyRequest(question, mode);
    const headers = {
      ...difyHeaders(question.integration),
      ...sessionHeader(question),
      accept: mode === "streaming" ? "text/event-stream" : "application/json",
    };
    return sendHttp({ method: "POST", url, headers, body, connectMs: timeouts.connectMs, headMs, signal });
  };

  return async (input, listener, limits) => {
    const { deadline, signal } = limits;
    const question = toDifyQuestion(input);
    const machine = makeAnswerMachine(question);
    const ended = new AbortController();
    const end = (): void => ended.abort("ended");
    const leftMs = (): number => Math.max(0, deadline - clock.now());

    /** The error body. If it does not end in time, the status alone decides whether a retry is worthwhile. */
    const readErrorBody = async (response: HttpResponse): Promise<ErrorBody> => {
      const text = await readRefusal(response, timeouts.refusalMs, { clock, ended });
      const parsed = v.safeParse(errorBodyText, text);
      return parsed.success ? parsed.output : unknownError;
    };

    const readBlocking = async (response: HttpResponse): Promise<AnswerOutcome> => {
      const take = (body: string) => eventsOfBlockingBody(body)?.flatMap((event) => machine.take(event));
      const failure = await readWhole(response, { take, clock, deadline, listener, ended });
      if (failure) return failure;
      return machine.state.status === "reading" ? { status: "incomplete" } : machine.state.outcome;
    };

    const readStream = ({ body, headers }: HttpResponse, headAfterMs: number): Promise<AnswerOutcome> => {
      const since = askedAtOf(headers.date, headAfterMs, clock.now());
      const isDetached = headAfterMs < timeouts.quickHeadMs;
      return readAnswer(body, {
        machine,
        clock,
        timeouts,
        deadline,
        listener,
        ended,
        findConversation: (until) => lookUpAnswer.findConversation(question, until),
        checkInputs: (until) => appParameters.checkInputs(question, until),
        findRun: (run, until) =>
          lookUpAnswer.findRun(question, run, machine, { isQuiet: true, signal: until }),
        emitFound: (run) => emitFound(run, machine, listener, { ...limits, clock }),
        recover: (run) => recoverAnswer(question, machine, run, listener, limits),
        recoverUnbegun: (beginCheck) =>
          recoverUnbegun({ question, machine, since, isDetached, beginCheck }, listener, limits),
      });
    };

    const read = async (
      response: HttpResponse,
      mode: ResponseMode,
      headAfterMs: number,
    ): Promise<AnswerOutcome> => {
      if (response.status !== 200) {
        const { code, message } = await readErrorBody(response);
        return mode === "streaming" && response.status === 400 && cannotStream(message)
          ? askAndRead("blocking")
          : {
              ...httpFailure(response.status, code, message),
              retryAfterMs: retryAfterMs(response.headers["retry-after"], clock.now()),
            };
      }
      switch (answerFormat(response)) {
        case "events":
          return readStream(response, headAfterMs);
        case "json":
          return readBlocking(response);
        default:
          return failed("unavailable", false, "the response is not an event stream");
      }
    };

    const askAndRead = async (mode: ResponseMode): Promise<AnswerOutcome> => {
      const headMs = mode === "streaming" ? Math.min(timeouts.headMs, leftMs()) : leftMs();
      const askedAt = clock.now();
      const response = await ask(question, mode, headMs, ended.signal).catch(callFailure);
      return "body" in response ? read(response, mode, clock.now() - askedAt) : response;
    };

    if (signal.aborted) return { status: "abandoned" };
    signal.addEventListener("abort", end, { once: true });
    try {
      const isRefused =
        question.files.length > 0 && (await appParameters.refusesFiles(question, ended.signal));
      const outcome = isRefused
        ? failed("refused", false, "the app accepts no files")
        : await askAndRead("streaming");
      return signal.aborted ? { status: "abandoned" } : outcome;
    } finally {
      signal.removeEventListener("abort", end);
      end();
    }
  };
};
