import { signedUrl } from "#adapters/webhook/signed-url.ts";
import { standardHeaders } from "#adapters/webhook/standard-headers.ts";

export const app = { appKey: "app-one", secret: "s1" };

/** The parts of a webhook, for a test to change. */
export interface Parts {
  readonly url: URL;
  readonly headers: Record<string, string>;
  readonly body: string;
}

interface Data {
  readonly [field: string]: unknown;
}

export const envelopeWith = (data: Data = {}, type = "message:private"): object => ({
  type,
  timestamp: 1767225600123,
  bot: {
    userId: "bot-echo",
    name: "Echo",
    profileUrl: "https://example.com/e.png",
    type: "echo",
    metadata: {},
  },
  data: {
    fromUserId: "u7",
    toUserId: "bot-echo",
    objectName: "RC:TxtMsg",
    content: '{"content":"hello"}',
    channelType: "PERSON",
    msgTimestamp: 1767225600101,
    msgUID: "C3JH-8VQ4-0000-0001",
    ...data,
  },
});

let sent = 0;
const newId = (): string => {
  sent += 1;
  return `msg_${sent}`;
};

/** A webhook as the bridge signs it, at `now`. */
export const signed = (
  callbackUrl: string,
  now: number,
  envelope: object = envelopeWith(),
  id = newId(),
): Parts => {
  const body = JSON.stringify(envelope);
  return {
    url: signedUrl(callbackUrl, app, now),
    headers: { ...standardHeaders([app.secret], { id, sentAt: now, body }) },
    body,
  };
};

export const post = ({ url, headers, body }: Parts): Promise<Response> =>
  fetch(url, { method: "POST", headers, body, redirect: "manual" });
