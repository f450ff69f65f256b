import { isNativeError } from "node:util/types";
import * as v from "valibot";
import { signCall } from "#adapters/rongcloud/sign-call.ts";
import type { SigningApp } from "./signatures.ts";

export type EchoOutcome =
  | { readonly status: "sending" }
  | { readonly status: "sent" }
  | { readonly status: "failed"; readonly reason: string };

export interface EchoOptions extends SigningApp {
  readonly bridgeUrl: string | PromiseLike<string> | undefined;
  readonly now: () => number;
  readonly closing: AbortSignal;
}

/** The events that carry a message of a user. Recalls and read receipts get no echo. */
const message = v.object({
  type: v.picklist(["message:private", "message:group_mentioned"]),
  bot: v.object({ userId: v.string() }),
  data: v.object({
    fromUserId: v.string(),
    toUserId: v.string(),
    objectName: v.string(),
    content: v.string(),
    channelType: v.picklist(["PERSON", "GROUP"]),
  }),
});

export type EchoedMessage = v.InferOutput<typeof message>;

/** The message in an envelope; undefined if it carries none. */
export const readMessage = (envelope: unknown): EchoedMessage | undefined => {
  const parsed = v.safeParse(message, envelope);
  return parsed.success ? parsed.output : undefined;
};

const text = v.pipe(v.string(), v.parseJson(), v.object({ content: v.string() }));

const answerTo = ({ objectName, content }: EchoedMessage["data"]): string => {
  const parsed = v.safeParse(text, content);
  if (objectName !== "RC:TxtMsg" || !parsed.success) return `You sent: ${objectName}`;
  return `You said: ${parsed.output.content}`;
};

const paths = { PERSON: "/message/private/publish.json", GROUP: "/message/group/publish.json" };

const answerForm = ({ bot, data }: EchoedMessage): URLSearchParams =>
  new URLSearchParams({
    fromUserId: bot.userId,
    ...(data.channelType === "GROUP" ? { toGroupId: data.toUserId } : { toUserId: data.fromUserId }),
    objectName: "RC:TxtMsg",
    content: JSON.stringify({ content: answerTo(data) }),
  });

const accepted = v.pipe(v.string(), v.parseJson(), v.object({ code: v.literal(200) }));

const timeoutMs = 10_000;

/** Answers a message in the bot's name through the send API, as an app server does. Never rejects. */
export const makeEcho =
  ({ appKey, appSecret, bridgeUrl, now, closing }: EchoOptions) =>
  async (received: EchoedMessage): Promise<EchoOutcome> => {
    try {
      const url = await bridgeUrl;
      if (url === undefined) return { status: "failed", reason: "the bridge's URL is not set" };
      const response = await fetch(`${url}${paths[received.data.channelType]}`, {
        method: "POST",
        headers: { ...signCall({ appKey, secret: appSecret }, now()) },
        body: answerForm(received),
        signal: AbortSignal.any([closing, AbortSignal.timeout(timeoutMs)]),
      });
      const reply = await response.text();
      if (response.ok && v.is(accepted, reply)) return { status: "sent" };
      return { status: "failed", reason: `HTTP ${response.status}: ${reply}` };
    } catch (error) {
      // The details are in the cause of fetch's error.
      return { status: "failed", reason: String(isNativeError(error) ? (error.cause ?? error) : error) };
    }
  };
