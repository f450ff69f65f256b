import * as v from "valibot";
import { typesOfMode } from "#adapters/dify/app-modes.ts";
import { withoutTrailingSlashes } from "#adapters/http/base-url.ts";
import type { ModelIntegrationWithKey } from "#core/bot/integration.ts";
import { type Finding, note, problem } from "./check.ts";
import { describeAnswer, type Send } from "./send.ts";

const difyInfo = v.pipe(v.string(), v.parseJson(), v.object({ mode: v.string() }));
const modelList = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ data: v.array(v.object({ id: v.string() })) }),
);

const update = "POST /v3/bot/integration/update.json";

/** What is wrong although the API accepts the key. */
const faultOf = (integration: ModelIntegrationWithKey, what: string, text: string): Finding | undefined => {
  const { options } = integration;
  if ("model" in options) {
    const { model } = options;
    const listed = v.safeParse(modelList, text);
    return !listed.success || listed.output.data.some(({ id }) => id === model)
      ? undefined
      : note(`${what}: the API does not list the model ${model}`);
  }
  const info = v.safeParse(difyInfo, text);
  // Dify 0.15 does not report its mode.
  const types = info.success ? typesOfMode(info.output.mode) : undefined;
  if (types === undefined || types.some((type) => type === integration.type)) return undefined;
  return problem(
    `${what}: the app needs the type ${types.join(" or ")}`,
    `remove the integration and add one of that type (docs/runbook.md#model-fails)`,
  );
};

/** Asks the API of a model whether it accepts the integration's key. Undefined: nothing is wrong. */
export const askModel = async (
  integration: ModelIntegrationWithKey,
  name: string,
  send: Send,
): Promise<Finding | undefined> => {
  const { type, callbackUrl, apiKey } = integration;
  const url = `${withoutTrailingSlashes(callbackUrl)}/${type === "openai" ? "models" : "info"}`;
  const answer = await send({ url, headers: { authorization: `Bearer ${apiKey}` } });
  const what = `${name}, ${type}, GET ${url} from here`;
  if (answer.status === undefined || answer.status >= 500)
    return problem(
      `${what}: ${describeAnswer(answer)}`,
      "check the server, and whether AWS can reach it (docs/runbook.md#model-fails)",
    );
  if (answer.status === 401 || answer.status === 403)
    return problem(
      `${what}: the key is refused (${answer.status})`,
      `send a valid key with ${update} (docs/runbook.md#model-fails)`,
    );
  // Some servers that are compatible with OpenAI do not list their models.
  if (answer.status !== 200) return note(`${what}: ${answer.status}, so only its address was checked`);
  return faultOf(integration, what, answer.text);
};
