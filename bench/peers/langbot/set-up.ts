import * as v from "valibot";

const apiKey = "bench-key";

/** LangBot's settings for a run without plugins, sandbox and telemetry. */
export const langBotSettings = (port: number): Readonly<Record<string, string>> => ({
  API__PORT: String(port),
  API__GLOBAL_API_KEY: apiKey,
  PLUGIN__ENABLE: "false",
  BOX__ENABLED: "false",
  SPACE__DISABLE_TELEMETRY: "true",
});

const created = v.object({ data: v.object({ uuid: v.string() }) });
const bots = v.object({ data: v.object({ bots: v.array(v.object({ uuid: v.string() })) }) });
const pipeline = v.object({
  data: v.object({
    pipeline: v.object({ config: v.looseObject({ ai: v.looseObject({ runner: v.looseObject({}) }) }) }),
  }),
});

/** What is set on its web page: a pipeline that asks Dify, and an HTTP bot. Returns the bot's URL, also if it is there. */
export const setUpLangBot = async (
  url: string,
  { platformUrl, difyUrl }: { readonly platformUrl: string; readonly difyUrl: string },
): Promise<string> => {
  const call = async (method: string, path: string, body?: object): Promise<unknown> => {
    const response = await fetch(`${url}/api/v1/${path}`, {
      method,
      headers: { "content-type": "application/json", "x-api-key": apiKey },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`LangBot: ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  };

  await call("POST", "user/init", { user: "bench@example.com", password: "password-of-bench" }).catch(
    () => {},
  );
  const [existing] = v.parse(bots, await call("GET", "platform/bots")).data.bots;
  if (existing) return `${url}/bots/${existing.uuid}`;

  const { uuid } = v.parse(
    created,
    await call("POST", "pipelines", { name: "Dify", description: "Dify" }),
  ).data;
  const { config } = v.parse(pipeline, await call("GET", `pipelines/${uuid}`)).data.pipeline;
  const ai = {
    ...config.ai,
    runner: { ...config.ai.runner, runner: "dify-service-api" },
    "dify-service-api": {
      "base-url": difyUrl,
      "app-type": "chat",
      "api-key": "app-bench",
      "base-prompt": "",
    },
  };
  await call("PUT", `pipelines/${uuid}`, { config: { ...config, ai } });
  const adapter = {
    adapter: "http_bot",
    adapter_config: {
      inbound_secret: "secret-of-bench",
      outbound_secret: "secret-of-bench",
      callback_url: platformUrl,
      signature_required: true,
      default_session_type: "person",
    },
  };
  const bot = await call("POST", "platform/bots", {
    name: "Bench",
    description: "Bench",
    enable: true,
    ...adapter,
  });
  return `${url}/bots/${v.parse(created, bot).data.uuid}`;
};
