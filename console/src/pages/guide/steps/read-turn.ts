import * as v from "valibot";
import { foundTurnsReply } from "#adapters/api-gateway/turn-reply.ts";
import { defineTexts } from "../../../text/language.ts";
import { readTurn } from "../calls/chat-calls.ts";
import { sendSigned } from "../run/send-call.ts";
import type { Step } from "../step.ts";

const texts = defineTexts(
  {
    title: "See the turn's story",
    intro:
      "Every message that triggers an integration is a turn. The bridge keeps who asked whom, when each part happened, how it ended and why, for seven days.",
    points: [
      "The steps before fill in the ID of their latest turn.",
      "A story has no text, unless the app's secret sets storyText.",
    ],
    action: "Read the story",
    found: "Times are counted from the arrival of the question.",
  },
  {
    title: "查看一轮的经过",
    intro: "每条触发集成的消息就是一轮对话。网桥会保留七天的记录：谁问了谁、各环节的时间、结果及原因。",
    points: ["前面的步骤会自动填入最近一轮的 ID。", "记录不含文本，除非应用的密钥配置中设置了 storyText。"],
    action: "读取",
    found: "时间从问题到达时算起。",
  },
);

export const readTurnStep: Step = {
  id: "read-turn",
  texts,
  fields: ["turn"],
  call: readTurn,
  run: async ({ values, signal }) => {
    const reply = await sendSigned(readTurn(values), signal);
    const [story] = v.parse(foundTurnsReply, reply).turns;
    return { meaning: () => texts.value.found, reply, ...(story && { story }) };
  },
};
