import { type ReadonlySignal, signal } from "@preact/signals";
import * as v from "valibot";

const chunk = v.object({ seq: v.number(), content: v.string(), complete: v.boolean(), at: v.number() });

const imMessage = v.object({
  messageUID: v.string(),
  fromUserId: v.string(),
  channelType: v.picklist(["PERSON", "GROUP"]),
  targetId: v.string(),
  text: v.string(),
  /** Empty for a message that was not streamed. */
  chunks: v.array(chunk),
  complete: v.boolean(),
});
export type ImMessage = v.InferOutput<typeof imMessage>;

const imEvent = v.pipe(v.string(), v.parseJson(), v.object({ message: imMessage }));

export interface ImFeed {
  /** In order of their creation. */
  readonly messages: ReadonlySignal<readonly ImMessage[]>;
  readonly isConnected: ReadonlySignal<boolean>;
  readonly close: () => void;
}

/** The messages at the IM simulator, as they come. The browser reconnects by itself, and the feed then begins with the latest. */
export const openImFeed = (): ImFeed => {
  const messages = signal<readonly ImMessage[]>([]);
  const isConnected = signal(true);
  const source = new EventSource("im/events");
  source.addEventListener("open", () => {
    isConnected.value = true;
  });
  source.addEventListener("error", () => {
    isConnected.value = false;
  });
  source.addEventListener("message", ({ data }) => {
    const parsed = v.safeParse(imEvent, data);
    if (!parsed.success) return;
    const { message } = parsed.output;
    const index = messages.value.findIndex(({ messageUID }) => messageUID === message.messageUID);
    messages.value = index === -1 ? [...messages.value, message] : messages.value.with(index, message);
  });
  return { messages, isConnected, close: () => source.close() };
};
