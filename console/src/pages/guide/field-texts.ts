import { defineTexts } from "../../text/language.ts";
import type { ImPlace } from "./im-hosts.ts";
import type { FieldName } from "./values.ts";

interface FieldText {
  readonly label: string;
  readonly hint?: string;
}

interface FieldTexts {
  readonly fields: Readonly<Record<FieldName, FieldText>>;
  readonly places: Readonly<Record<ImPlace, string>>;
}

export const fieldTexts = defineTexts<FieldTexts>(
  {
    fields: {
      botId: { label: "Bot ID", hint: "The bot's user ID in the IM" },
      botName: { label: "Name" },
      profileUrl: { label: "Picture", hint: "An http or https address" },
      webhookUrl: { label: "Webhook", hint: "Where your server takes messages" },
      difyType: { label: "Type of the app" },
      difyUrl: { label: "Base URL of Dify's API" },
      difyKey: { label: "API key", hint: "Forgotten when this page closes" },
      userId: { label: "User ID", hint: "Who sends the message" },
      question: { label: "Message" },
      reply: { label: "Answer" },
      groupId: { label: "Group ID" },
      mention: { label: "Message", hint: "The bot's name is put before it" },
      keyword: { label: "Word", hint: "What a message must contain" },
      filteredText: { label: "Message" },
      chatQuestion: { label: "Question" },
      turn: { label: "Turn ID" },
      publicUrl: { label: "Public address of the bridge" },
      imHost: { label: "Data centre of your app" },
      realBotId: { label: "Bot ID", hint: "A bot that exists in the bridge" },
      testUserId: { label: "Test user ID", hint: "Any ID that no real user has" },
    },
    places: {
      beijing: "Beijing",
      singapore: "Singapore",
      singaporeB: "Singapore B",
      northAmerica: "North America",
      saudiArabia: "Saudi Arabia",
    },
  },
  {
    fields: {
      botId: { label: "机器人 ID", hint: "机器人在 IM 中的用户 ID" },
      botName: { label: "名称" },
      profileUrl: { label: "头像", hint: "http 或 https 地址" },
      webhookUrl: { label: "Webhook", hint: "您的服务器接收消息的地址" },
      difyType: { label: "应用类型" },
      difyUrl: { label: "Dify API 的基础 URL" },
      difyKey: { label: "API 密钥", hint: "关闭此页面后不再保留" },
      userId: { label: "用户 ID", hint: "消息的发送者" },
      question: { label: "消息" },
      reply: { label: "回复" },
      groupId: { label: "群组 ID" },
      mention: { label: "消息", hint: "前面会自动加上机器人的名称" },
      keyword: { label: "词", hint: "消息必须包含的内容" },
      filteredText: { label: "消息" },
      chatQuestion: { label: "问题" },
      turn: { label: "轮次 ID" },
      publicUrl: { label: "网桥的公网地址" },
      imHost: { label: "应用所在的数据中心" },
      realBotId: { label: "机器人 ID", hint: "网桥中已有的机器人" },
      testUserId: { label: "测试用户 ID", hint: "任意未被真实用户使用的 ID" },
    },
    places: {
      beijing: "北京",
      singapore: "新加坡",
      singaporeB: "新加坡 B",
      northAmerica: "北美",
      saudiArabia: "沙特阿拉伯",
    },
  },
);
