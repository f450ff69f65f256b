import * as v from "valibot";
import { signCall } from "#adapters/rongcloud/sign-call.ts";
import type { ModelType } from "#core/bot/integration-types.ts";
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

/** How the settings name an API. */
interface ApiSettingNames {
  readonly url: string;
  readonly key: string;
  readonly service: string;
}

/** How long a real API may take to say what it is, in milliseconds. */
const timeoutMs = 5_000;

/**
 * What a real API says of itself.
 * @throws SettingsError when it cannot be reached, refuses the key, or is something else.
 */
const queryApi = async <T extends v.GenericSchema>(
  { apiUrl, apiKey }: RealApi,
  path: string,
  schema: T,
  names: ApiSettingNames,
): Promise<v.InferOutput<T>> => {
  const url = `${apiUrl.replace(/\/+$/, "")}/${path}`;
  const headers = { authorization: `Bearer ${apiKey}` };
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(timeoutMs) }).catch(() => {
    throw new SettingsError(`${names.url}: nobody answers at ${url}`);
  });
  if (response.status === 401) throw new SettingsError(`${names.key}: this ${names.service} API refuses it`);
  const parsed = v.safeParse(schema, await response.json().catch(() => undefined));
  if (!response.ok || !parsed.success)
    throw new SettingsError(`${names.url}: no ${names.service} API at ${url}`);
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
 * The Dify app behind the demo bot: a real one where the settings name it, else the simulator.
 * @throws SettingsError when the real one cannot be used.
 */
export const findDemoDify = async ({ realDify }: Pick<Settings, "realDify">): Promise<DemoModel> => {
  if (!realDify) return { apiUrl: "https://api.dify.ai/v1", apiKey: "app-demo", type: "dify_chatflow" };
  const { mode = "" } = await queryApi(realDify, "info", difyInfo, difyNames);
  // Dify 0.15 does not tell its mode.
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
  if (listed === undefined) throw new SettingsError("OPENAI_MODEL: this API lists no model, so name one");
  return { ...api, type: "openai", options: { model: listed } };
};

/**
 * The bots that a local run begins with.
 * @throws SettingsError when a real model that the settings name cannot be used.
 */
export const findDemoBots = async (settings: Pick<Settings, "realDify" | "openai">): Promise<DemoBot[]> => {
  const { openai } = settings;
  const dify: DemoBot = { userId: demoBotId, name: "Demo", model: await findDemoDify(settings) };
  if (!openai) return [dify];
  return [dify, { userId: openAiDemoBotId, name: "OpenAI demo", model: await findOpenAi(openai) }];
};

/** Saves a demo bot as any app would: signed, over HTTP. One that a DATA_DIR has kept gets the model of this run. */
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
  const call = async (path: string): Promise<string | undefined> => {
    const response = await fetch(`${bridgeUrl}${path}`, {
      method: "POST",
      headers: {
        ...signCall({ appKey, secret: appSecret }, Date.now()),
        "content-type": "application/json",
      },
      body: JSON.stringify(bot),
    });
    return response.ok ? undefined : response.text();
  };

  const notUpdated = await call("/v3/bot/update.json");
  if (notUpdated === undefined) return;
  const refused = await call("/v3/bot/create.json");
  if (refused !== undefined) throw new SettingsError(`The demo bot ${demo.userId} was refused: ${refused}`);
};
