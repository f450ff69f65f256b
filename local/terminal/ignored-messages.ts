import * as v from "valibot";
import { ignoreReasons } from "#core/intake/ignored-message.ts";
import { explainIgnored } from "./explain-ignored.ts";
import { targetOf } from "./sent-message.ts";

const ignoredLine = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    event: v.literal("message_ignored"),
    msgUID: v.string(),
    bot: v.optional(v.string()),
    eventType: v.string(),
    objectName: v.string(),
    reason: v.picklist(ignoreReasons),
    detail: v.optional(v.string()),
  }),
);
type IgnoredLine = v.InferOutput<typeof ignoredLine>;

const published = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ messageUIDs: v.array(v.object({ messageUID: v.string() })) }),
);

/** The ids of the messages of a call: of a callback in the request, of a published message in the reply. */
const messageUIDsOf = (requestBody: string, replyBody: string): string[] => {
  const routed = new URLSearchParams(requestBody).get("msgUID");
  if (routed !== null) return [routed];
  const reply = v.safeParse(published, replyBody);
  return reply.success ? reply.output.messageUIDs.map(({ messageUID }) => messageUID) : [];
};

const maxRemembered = 1_000;

export interface SentCall {
  readonly path: string;
  readonly requestBody: string;
  readonly replyBody: string;
}

export interface IgnoredMessages {
  onLogLine(line: string): void;
  onSent(call: SentCall): void;
}

/**
 * Says in the terminal why nobody answers a message. The function's log has the reason, and the call has the recipient's id,
 * which is not logged: it may be a person's. Either may come first.
 */
export const makeIgnoredMessages = (show: (text: string) => void): IgnoredMessages => {
  const lines = new Map<string, IgnoredLine>();
  const recipients = new Map<string, string>();

  const remember = <T>(known: Map<string, T>, msgUID: string, value: T): void => {
    known.set(msgUID, value);
    const [oldest] = known.keys();
    if (known.size > maxRemembered && oldest !== undefined) known.delete(oldest);
  };
  const showIfKnown = (msgUID: string): void => {
    const [line, to] = [lines.get(msgUID), recipients.get(msgUID)];
    if (!line || to === undefined) return;
    lines.delete(msgUID);
    const explanation = explainIgnored(line.reason, { ...line, to });
    if (explanation !== undefined) show(`nobody answers: ${explanation}`);
  };

  return {
    onLogLine: (text) => {
      // Most lines are others.
      if (!text.includes("message_ignored")) return;
      const line = v.safeParse(ignoredLine, text);
      if (!line.success) return;
      remember(lines, line.output.msgUID, line.output);
      showIfKnown(line.output.msgUID);
    },
    onSent: ({ path, requestBody, replyBody }) => {
      const to = targetOf(path, requestBody);
      if (to === undefined) return;
      for (const msgUID of messageUIDsOf(requestBody, replyBody)) {
        remember(recipients, msgUID, to);
        showIfKnown(msgUID);
      }
    },
  };
};
