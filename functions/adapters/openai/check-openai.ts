import * as v from "valibot";
import type { HttpResponse } from "#adapters/http/http-client.ts";
import { describeCallFailure, describeServerStatus } from "#adapters/model-api/describe-failure.ts";
import { readBody } from "#adapters/model-api/read-body.ts";
import { checkByAsking } from "#core/answer/check-by-asking.ts";
import type { Model } from "#core/answer/model.ts";
import { failed, passed } from "#core/bot/integration-report.ts";
import type { OpenAiPorts } from "./ask-openai.ts";
import { apiHeaders, apiUrl } from "./chat-request.ts";

const modelList = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ data: v.array(v.object({ id: v.string() })) }),
);

/** OpenRouter's list has half a megabyte. */
const maxListBytes = 4 * 1024 * 1024;

/**
 * Tests whether a model would answer. If the API lists the model, it is not asked. Not all servers list their models, or list
 * them under the names that they accept: otherwise the model is asked a word.
 */
export const makeCheckOpenAi =
  (
    ask: Model<"openai">["ask"],
    { sendHttp, clock, timeouts }: OpenAiPorts,
  ): NonNullable<Model<"openai">["check"]> =>
  async (test) => {
    const { integration, deadline, signal } = test;
    const { options, callbackUrl } = integration;
    const ended = new AbortController();
    const leftMs = (): number => Math.max(0, deadline - clock.now());

    const list = (): Promise<HttpResponse | string> =>
      sendHttp({
        method: "GET",
        url: apiUrl(callbackUrl, "models"),
        headers: { ...apiHeaders(integration), accept: "application/json" },
        body: "",
        connectMs: timeouts.connectMs,
        headMs: timeouts.refusalMs,
        signal: AbortSignal.any([signal, ended.signal]),
      }).catch(describeCallFailure);

    const isListed = async (response: HttpResponse): Promise<boolean> => {
      const limits = { maxBytes: maxListBytes, timeoutMs: Math.min(timeouts.refusalMs, leftMs()) };
      const parsed = v.safeParse(modelList, await readBody(response, limits, { clock, ended }));
      return parsed.success && parsed.output.data.some(({ id }) => id === options.model);
    };

    try {
      const response = await list();
      if (typeof response === "string") return { checks: [failed("reachable", response)] };
      const { status } = response;
      const ofServer = describeServerStatus(status);
      if (ofServer !== undefined) return { checks: [failed("reachable", ofServer)] };
      const reachable = passed("reachable", "The server answers.");
      if (status === 401)
        return { checks: [reachable, failed("key", "401: the API key was rejected. Send a valid key.")] };
      if (status === 200 && (await isListed(response))) {
        const key = passed("key", "The server accepts the API key.");
        return { checks: [reachable, key, passed("model", "The API lists the model.")] };
      }
      return { checks: [reachable, await checkByAsking(ask, test, clock.now())] };
    } finally {
      ended.abort();
    }
  };
