import * as v from "valibot";
import { signCall } from "#adapters/rongcloud/sign-call.ts";
import { type Settings, SettingsError } from "./settings.ts";

export const demoBotId = "bot-demo";

const info = v.object({ mode: v.optional(v.string()) });

const typeByMode = new Map([
  ["chat", "dify_chat"],
  ["agent-chat", "dify_agent"],
  ["agent", "dify_agent"],
  ["completion", "dify_completion"],
  ["workflow", "dify_workflow"],
]);

export interface DemoDify {
  readonly apiUrl: string;
  readonly apiKey: string;
  readonly type: string;
}

/** Until a real Dify has said what it is. */
const patienceMs = 5_000;

/**
 * The Dify app behind the demo bot: a real one where the settings name it, else the stand-in.
 * @throws SettingsError when the real one cannot be reached or refuses the key.
 */
export const findDemoDify = async ({ realDify }: Pick<Settings, "realDify">): Promise<DemoDify> => {
  if (!realDify) return { apiUrl: "https://api.dify.ai/v1", apiKey: "app-demo", type: "dify_chatflow" };
  const url = `${realDify.apiUrl.replace(/\/+$/, "")}/info`;
  const headers = { authorization: `Bearer ${realDify.apiKey}` };
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(patienceMs) }).catch(() => {
    throw new SettingsError(`DIFY_API_URL: nobody answers at ${url}`);
  });
  if (response.status === 401) throw new SettingsError("DIFY_API_KEY: this Dify refuses it");
  const parsed = v.safeParse(info, await response.json().catch(() => undefined));
  if (!response.ok || !parsed.success) throw new SettingsError(`DIFY_API_URL: no Dify service API at ${url}`);
  // Dify 0.15 does not tell its mode.
  return { ...realDify, type: typeByMode.get(parsed.output.mode ?? "") ?? "dify_chatflow" };
};

/** Makes the demo bot as any app would: signed, over HTTP. One that a DATA_DIR has kept gets the Dify of this run. */
export const putDemoBot = async (bridgeUrl: string, settings: Settings, dify: DemoDify): Promise<void> => {
  const { appKey, appSecret } = settings;
  const { apiUrl: callbackUrl, apiKey, type } = dify;
  const bot = {
    userId: demoBotId,
    name: "Demo",
    type: "demo",
    profileUrl: "https://example.com/demo.png",
    integrations: [{ type, callbackUrl, auth: { apiKey } }],
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
  if (refused !== undefined) throw new SettingsError(`The demo bot was refused: ${refused}`);
};
