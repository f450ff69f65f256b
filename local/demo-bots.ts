import * as v from "valibot";
import { signCall } from "#adapters/rongcloud/sign-call.ts";
import type { ModelType } from "#core/bot/integration-types.ts";
import { fetchFrom } from "./fetch-from.ts";
import { type Settings, SettingsError } from "./settings.ts";

export const demoBotId = "bot-demo";
const openAiDemoBotId = "bot-openai";

/** The model behind a demo bot. */
export interface DemoModel {
  readonly apiUrl: string;
  readonly apiKey: string;
  readonly type: ModelType;
  readonly options?: Readonly<Record<string, unknown>>;
}

export interface DemoBot {
  readonly userId: string;
  readonly name: string;
  readonly model: DemoModel;
}

interface RealApi {
  readonly apiUrl: string;
  readonly apiKey: string;
}

/** The names of an API's settings, for errors. */
interface ApiSettingNames {
  readonly url: string;
  readonly key: string;
  readonly service: string;
}

/**
 * Queries a real API.
 * @throws SettingsError if it is unreachable, rejects the key, or is a different API.
 */
const queryApi = async <T extends v.GenericSchema>(
  { apiUrl, apiKey }: RealApi,
  path: string,
  schema: T,
  names: ApiSettingNames,
): Promise<v.InferOutput<T>> => {
  const url = `${apiUrl.replace(/\/+$/, "")}/${path}`;
  const response = await fetchFrom(names.url, url, { authorization: `Bearer ${apiKey}` });
  if (response.status === 401)
    throw new SettingsError(`${names.key}: the ${names.service} API rejects this key`);
  const parsed = v.safeParse(schema, await response.json().catch(() => undefined));
  if (!response.ok || !parsed.success)
    throw new SettingsError(`${names.url}: not a ${names.service} API at ${url}`);
  return parsed.output;
};

const difyInfo = v.object({ mode: v.optional(v.string()) });
const difyNames: ApiSettingNames = { url: "DIFY_API_URL", key: "DIFY_API_KEY", service: "Dify" };

const difyTypeByMode = new Map<string, ModelType>([
  ["chat", "dify_chat"],
  ["agent-chat", "dify_agent"],
  ["agent", "dify_agent"],
  ["completion", "dify_completion"],
  ["workflow", "dify_workflow"],
]);

/**
 * The Dify app of the demo bot: a real one if the settings name it, else the simulator.
 * @throws SettingsError if the real one cannot be used.
 */
export const findDemoDify = async ({ realDify }: Pick<Settings, "realDify">): Promise<DemoModel> => {
  if (!realDify) return { apiUrl: "https://api.dify.ai/v1", apiKey: "app-demo", type: "dify_chatflow" };
  const { mode = "" } = await queryApi(realDify, "info", difyInfo, difyNames);
  // Dify 0.15 does not report its mode.
  return { ...realDify, type: difyTypeByMode.get(mode) ?? "dify_chatflow" };
};

const openAiModels = v.object({ data: v.array(v.object({ id: v.string() })) });
const openAiNames: ApiSettingNames = {
  url: "OPENAI_API_URL",
  key: "OPENAI_API_KEY",
  service: "OpenAI-compatible",
};

const findOpenAi = async ({ model, ...api }: NonNullable<Settings["openai"]>): Promise<DemoModel> => {
  const listed = model ?? (await queryApi(api, "models", openAiModels, openAiNames)).data[0]?.id;
  if (listed === undefined)
    throw new SettingsError("OPENAI_MODEL: must be set, since the API lists no models");
  return { ...api, type: "openai", options: { model: listed } };
};

/**
 * The demo bots of a local run.
 * @throws SettingsError if a real model of the settings cannot be used.
 */
export const findDemoBots = async (settings: Pick<Settings, "realDify" | "openai">): Promise<DemoBot[]> => {
  const { openai } = settings;
  const dify: DemoBot = { userId: demoBotId, name: "Demo", model: await findDemoDify(settings) };
  if (!openai) return [dify];
  return [dify, { userId: openAiDemoBotId, name: "OpenAI demo", model: await findOpenAi(openai) }];
};

const foundBots = v.object({ bots: v.array(v.unknown()) });

/** Saves a demo bot as an app does, with signed HTTP calls. A bot kept in a DATA_DIR is updated to this run's model. */
export const putDemoBot = async (bridgeUrl: string, settings: Settings, demo: DemoBot): Promise<void> => {
  const { appKey, appSecret } = settings;
  const { apiUrl: callbackUrl, apiKey, type, options } = demo.model;
  const bot = {
    userId: demo.userId,
    name: demo.name,
    type: "demo",
    profileUrl: "https://example.com/demo.png",
    integrations: [{ type, callbackUrl, auth: { apiKey }, ...(options && { options }) }],
  };
  const call = (path: string, body: object): Promise<Response> =>
    fetch(`${bridgeUrl}${path}`, {
      method: "POST",
      headers: {
        ...signCall({ appKey, secret: appSecret }, Date.now()),
        "content-type": "application/json",
      },
      body: JSON.stringify(body),
    });

  const found = await call("/v3/bot/get.json", { userIds: [demo.userId] });
  const exists = found.ok && v.parse(foundBots, await found.json()).bots.length > 0;
  const saved = await call(exists ? "/v3/bot/update.json" : "/v3/bot/create.json", bot);
  if (!saved.ok)
    throw new SettingsError(`The bridge rejected the demo bot ${demo.userId}: ${await saved.text()}`);
};
