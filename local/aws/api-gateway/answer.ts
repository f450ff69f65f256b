import type { Invoke, Outcome } from "../lambda/outcome.ts";
import type { Integration } from "../template/integrations.ts";
import type { RestApi } from "../template/rest-apis.ts";
import type { Exchange, Reply } from "./exchange.ts";
import type { Failure } from "./gateway-response.ts";
import { proxyEventOf } from "./proxy-event.ts";
import { replyOf } from "./proxy-response.ts";
import type { Match } from "./router.ts";
import { type StreamedResponse, streamedResponseOf } from "./streamed-response.ts";

/** The result of invoking the function. */
export type Answer =
  | { readonly kind: "reply"; readonly reply: Reply }
  | { readonly kind: "stream"; readonly response: StreamedResponse }
  | { readonly kind: "failure"; readonly failure: Failure };

/**
 * Resolves to the function's answer, or to a failure after the integration's timeout. The function keeps running after
 * a timeout.
 */
export const answerOf = async (
  api: RestApi,
  exchange: Exchange,
  match: Match,
  { transfer, timeoutMs }: Integration,
  invoke: Invoke,
): Promise<Answer> => {
  const timeout = Promise.withResolvers<Answer>();
  const timer = setTimeout(
    () => timeout.resolve({ kind: "failure", failure: "INTEGRATION_TIMEOUT" }),
    timeoutMs,
  );
  const late = invoke(proxyEventOf(api, exchange, match)).then((outcome) =>
    transfer === "STREAM" ? streamedAnswer(outcome) : bufferedAnswer(api, exchange, outcome),
  );
  try {
    const answer = await Promise.race([late, timeout.promise]);
    if (answer.kind === "failure") late.then(discard, () => {});
    return answer;
  } finally {
    clearTimeout(timer);
  }
};

const failed: Answer = { kind: "failure", failure: "INTEGRATION_FAILURE" };

const bufferedAnswer = (api: RestApi, exchange: Exchange, outcome: Outcome): Answer => {
  // Invoked without streaming, a streaming function returns metadata and body as one value, which is not a proxy
  // response.
  if (outcome.kind === "stream") outcome.bytes.resume();
  const reply = outcome.kind === "value" ? replyOf(api, exchange, outcome.payload) : undefined;
  return reply ? { kind: "reply", reply } : failed;
};

const streamedAnswer = async (outcome: Outcome): Promise<Answer> => {
  const response = outcome.kind === "stream" ? await streamedResponseOf(outcome.bytes) : undefined;
  return response ? { kind: "stream", response } : failed;
};

const discard = (answer: Answer): void => {
  if (answer.kind === "stream") answer.response.rest.resume();
};
