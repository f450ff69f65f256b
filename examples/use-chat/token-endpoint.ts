import { createHash, randomBytes } from "node:crypto";
import type { Plugin, PreviewServer, ViteDevServer } from "vite";

export interface TokenEndpointOptions {
  readonly bridgeUrl: string;
  readonly appKey: string;
  readonly appSecret: string;
}

/**
 * `POST /bot-token`: the endpoint that an app's own server has, as a part of Vite's. The App Secret stays here. A real one
 * knows from its session who is signed in; this one takes everybody for one user.
 */
export const botToken = ({ bridgeUrl, appKey, appSecret }: TokenEndpointOptions): Plugin => {
  const fetchToken = async (userId: string): Promise<string> => {
    const nonce = randomBytes(9).toString("hex");
    const timestamp = String(Date.now());
    const signature = createHash("sha1").update(`${appSecret}${nonce}${timestamp}`).digest("hex");
    const response = await fetch(`${bridgeUrl}/user/getToken.json`, {
      method: "POST",
      headers: { "App-Key": appKey, Nonce: nonce, Timestamp: timestamp, Signature: signature },
      body: new URLSearchParams({ userId }),
    });
    if (!response.ok) throw new Error(`${bridgeUrl} gave no token: ${await response.text()}`);
    const { token, botToken = token } = await response.json();
    return botToken;
  };

  const serve = ({ middlewares, config }: ViteDevServer | PreviewServer): void => {
    middlewares.use("/bot-token", async ({ method }, response) => {
      try {
        if (method === "POST") response.end(await fetchToken("user-use-chat"));
        else response.writeHead(405).end();
      } catch (error) {
        config.logger.error(String(error));
        response.writeHead(502).end();
      }
    });
  };

  return { name: "bot-token", configureServer: serve, configurePreviewServer: serve };
};
