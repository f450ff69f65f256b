import * as v from "valibot";
import { defineTexts } from "../../../text/language.ts";
import { readBot } from "../calls/bot-calls.ts";
import { sendSigned } from "../run/send-call.ts";
import type { Step } from "../step.ts";

const texts = defineTexts(
  {
    title: "Read the bot",
    intro: "Returns the bot as the bridge has stored it, with the defaults of all fields that you left out.",
    action: "Read it",
    found: "This is the bot. API keys are masked; an update that sends the masked form keeps the stored key.",
    missing: (id: string) =>
      `There is no bot with the ID ${id}. Create it first, or enter the ID of an existing one.`,
  },
  {
    title: "读取机器人",
    intro: "返回网桥保存的机器人，省略的字段都已填入默认值。",
    action: "读取",
    found: "这就是该机器人。API 密钥已做掩码处理；更新时原样传回掩码后的密钥，即保留原密钥。",
    missing: (id) => `没有 ID 为 ${id} 的机器人。请先创建，或填写已有机器人的 ID。`,
  },
);

const found = v.object({ bots: v.pipe(v.array(v.unknown()), v.minLength(1)) });

export const readBotStep: Step = {
  id: "read-bot",
  texts,
  fields: ["botId"],
  call: readBot,
  run: async ({ values, signal }) => {
    const reply = await sendSigned(readBot(values), signal);
    if (v.is(found, reply)) return { meaning: () => texts.value.found, reply };
    return { meaning: () => texts.value.missing(values.botId), isFailed: true, reply };
  },
};
