import * as v from "valibot";
import type { AnswerOutcome, AskDify } from "../../core/answer.ts";
import type { Clock } from "../../core/clock.ts";
import { HttpFailure, type HttpResponse, type SendHttp } from "../http/http-client.ts";
import { readText } from "../http/read-text.ts";
import type { DifyLimits } from "./dify-limits.ts";
import { difyRequest } from "./dify-request.ts";
import { failed, httpFailure } from "./failures.ts";
import { readAnswer } from "./read-answer.ts";

export interface AskDifyPorts {
  readonly sendHttp: SendHttp;
  readonly clock: Clock;
  readonly waits: DifyLimits;
}

const envelope = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ code: v.optional(v.string(), "unknown"), message: v.optional(v.string(), "") }),
);
const longestEnvelope = 64 * 1024;

/** The status says whether another try is worth it, even where the body that should say why never ends. */
const refusalOf = async ({ status, body }: HttpResponse): Promise<AnswerOutcome> => {
  const parsed = v.safeParse(envelope, await readText(body, longestEnvelope).catch(() => ""));
  return parsed.success
    ? httpFailure(status, parsed.output.code, parsed.output.message)
    : httpFailure(status, "unknown", "");
};

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

/** Asks a Dify app over its service API, and reads its answer as it is generated. */
export const makeAskDify =
  ({ sendHttp, clock, waits }: AskDifyPorts): AskDify =>
  async (question, listener, { deadline, signal }) => {
    const { url, body } = difyRequest(question);
    const ended = new AbortController();
    const end = (): void => ended.abort();

    const send = (): Promise<HttpResponse> =>
      sendHttp({
        method: "POST",
        url,
        headers: {
          authorization: `Bearer ${question.integration.apiKey}`,
          "content-type": "application/json",
          accept: "text/event-stream",
        },
        body,
        connectMs: waits.connectMs,
        headMs: Math.max(0, Math.min(waits.headMs, deadline - clock.now())),
        signal: ended.signal,
      });

    const read = async (response: HttpResponse): Promise<AnswerOutcome> => {
      if (response.status !== 200) {
        clock.sleep(waits.refusalMs, ended.signal).then(end);
        return refusalOf(response);
      }
      if (!response.headers["content-type"]?.startsWith("text/event-stream")) {
        return failed("unavailable", false, "the answer is no event stream");
      }
      return readAnswer(response.body, { clock, waits, deadline, listener, ended });
    };

    if (signal.aborted) return { status: "abandoned" };
    signal.addEventListener("abort", end, { once: true });
    try {
      const response = await send().catch(failureOf);
      const outcome = "body" in response ? await read(response) : response;
      return signal.aborted ? { status: "abandoned" } : outcome;
    } finally {
      signal.removeEventListener("abort", end);
      end();
    }
  };
