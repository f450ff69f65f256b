import { defineTexts } from "../../../text/language.ts";
import { tryFilter } from "../calls/message-calls.ts";
import { sendMessage } from "../run/send-message.ts";
import type { Step } from "../step.ts";
import { messageTexts } from "./message-texts.ts";

const texts = defineTexts(
  {
    title: "Try the filter",
    intro:
      "Sends a message without the word: only the webhook gets it. Then write the word into the message and send it again: both get it.",
    action: "Send it",
  },
  {
    title: "试试筛选",
    intro: "发送一条不含该词的消息：只有 Webhook 收到。然后在消息中加上该词再发一次：两个集成都会收到。",
    action: "发送",
  },
);

export const tryFilterStep: Step = {
  id: "try-filter",
  texts,
  fields: ["userId", "botId", "filteredText"],
  call: tryFilter,
  run: (context) => sendMessage(tryFilter(context.values), context, messageTexts),
};
