import { defineTexts } from "../../../text/language.ts";
import { setFilter } from "../calls/bot-calls.ts";
import { sendSigned } from "../run/send-call.ts";
import type { Step } from "../step.ts";

const texts = defineTexts(
  {
    title: "Filter messages",
    intro:
      "Changes the Dify integration: from now on it answers only messages that contain a word. The webhook still gets all of them.",
    points: [
      "An update changes the fields that it names; the others keep their values.",
      "Letter case is ignored. Other filters are startsWith, endsWith, equals, and matches for regular expressions (RE2).",
    ],
    action: "Set the filter",
    set: (keyword: string) => `The app answers only messages that contain “${keyword}” now.`,
    noApp: "Add the Dify app first, with the same type, or choose the type that the bot has.",
  },
  {
    title: "筛选消息",
    intro: "修改 Dify 集成：从现在起，它只回答包含某个词的消息。Webhook 仍然会收到所有消息。",
    points: [
      "更新只改变所列的字段，其他字段保持不变。",
      "不区分大小写。其他筛选方式有 startsWith、endsWith、equals，以及使用正则表达式（RE2）的 matches。",
    ],
    action: "设置筛选",
    set: (keyword) => `现在应用只回答包含“${keyword}”的消息。`,
    noApp: "请先添加同一类型的 Dify 应用，或选择机器人已有的类型。",
  },
);

export const setFilterStep: Step = {
  id: "set-filter",
  texts,
  fields: ["botId", "difyType", "keyword"],
  call: setFilter,
  run: async ({ values, signal }) => {
    const reply = await sendSigned(setFilter(values), signal);
    return { meaning: () => texts.value.set(values.keyword), reply };
  },
  advice: ({ message }) => (message.startsWith("type:") ? texts.value.noApp : undefined),
};
