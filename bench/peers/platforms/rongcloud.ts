import { callBack } from "../../bridge.ts";
import { startIm } from "../../servers/im.ts";
import type { StartPlatform } from "./platform.ts";

/** RongCloud's callbacks and stream messages. */
export const startRongCloud: StartPlatform = async (onText) => {
  const texts = new Map<string, string>();
  const url = await startIm(({ toUserId, content: { content } }, messageUID) => {
    const text = (texts.get(messageUID) ?? "") + content;
    texts.set(messageUID, text);
    onText(toUserId, messageUID, text);
  });
  return {
    url,
    redelivers: true,
    // It ends with the process.
    close: async () => {},
    deliver: async (botUrl, { user, id, text }) => {
      const reply = await callBack(botUrl, { from: user, to: "bot-demo", msgUID: id, text }).catch(
        () => undefined,
      );
      await reply?.text();
      return reply?.ok ?? false;
    },
  };
};
