import { setTimeout as delay } from "node:timers/promises";
import { signCall } from "#adapters/rongcloud/sign-call.ts";

export interface Bridge {
  readonly url: string;
  readonly appKey: string;
  readonly appSecret: string;
}

const signed = ({ appKey, appSecret }: Bridge): Record<string, string> =>
  signCall({ appKey, secret: appSecret }, Date.now());

const readOk = async (response: Response): Promise<string> => {
  const text = await response.text();
  if (response.status !== 200) throw new Error(`unexpected response ${response.status} ${text}`);
  return text;
};

export const callServer = async (
  bridge: Bridge,
  path: string,
  body: object | URLSearchParams,
): Promise<string> => {
  const isForm = body instanceof URLSearchParams;
  const type = isForm ? "application/x-www-form-urlencoded" : "application/json";
  return readOk(
    await fetch(`${bridge.url}${path}`, {
      method: "POST",
      headers: { "content-type": type, ...signed(bridge) },
      body: isForm ? body : JSON.stringify(body),
    }),
  );
};

const textOf = (content: string): string => JSON.stringify({ content });

/** Sends a message as RongCloud's full message route does. */
export const sendCallback = async (bridge: Bridge, to: string, content: string): Promise<void> => {
  const { "App-Key": appKey = "", Nonce = "", Timestamp = "", Signature = "" } = signed(bridge);
  const query = new URLSearchParams({ appKey, nonce: Nonce, signTimestamp: Timestamp, signature: Signature });
  const body = new URLSearchParams({
    fromUserId: "user-of-the-count",
    toUserId: to,
    objectName: "RC:TxtMsg",
    content: textOf(content),
    channelType: "PERSON",
    msgTimestamp: Timestamp,
    msgUID: `${Nonce}-${Timestamp}`.slice(0, 32),
  });
  await readOk(await fetch(`${bridge.url}/callbacks/rongcloud/messages?${query}`, { method: "POST", body }));
};

/** Sends a message as an app's server does. */
export const publish = async (bridge: Bridge, to: string, content: string): Promise<void> => {
  const message = {
    fromUserId: "user-of-the-count",
    toUserId: to,
    objectName: "RC:TxtMsg",
    content: textOf(content),
  };
  await callServer(bridge, "/message/private/publish.json", new URLSearchParams(message));
};

export const chat = async (
  bridge: Bridge,
  bot: string,
  content: string,
  { token, key }: { readonly token: string; readonly key?: string },
): Promise<void> => {
  const text = await readOk(
    await fetch(`${bridge.url}/v1/bots/${bot}/chat`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        ...(key !== undefined && { "idempotency-key": key }),
      },
      body: JSON.stringify({ content }),
    }),
  );
  if (!text.includes("event: end")) throw new Error(`the answer did not end: ${text.slice(-200)}`);
};

/** Waits until the count has not changed for 700 ms. */
export const waitUntilQuiet = async (count: () => number): Promise<void> => {
  const quietMs = 700;
  for (let last = -1; last !== count(); ) {
    last = count();
    await delay(quietMs);
  }
};
