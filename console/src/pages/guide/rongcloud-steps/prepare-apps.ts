import { defineTexts } from "../../../text/language.ts";
import { addressOf } from "../bridge-address.ts";
import type { Step } from "../step.ts";

const texts = defineTexts(
  {
    title: "Prepare your app",
    intro:
      "The last step is in your own code: the server's SDK calls the bridge, and the client shows what bots send.",
    points: [
      'Answers arrive as stream messages (RC:StreamMsg). For a client SDK that cannot show them, set "stream": false in the integration; the answer then comes as one text message.',
      "A bot that exists only in the bridge is missing from the client SDK's list of bots: add it to your app's own contacts, with its name and picture.",
      'Some server SDKs make a signature once and reuse it, such as RongCloud\'s for Node. The bridge refuses that as a replay, with 401 and code 1004, unless the app has "signatures": "reusable".',
    ],
    host: "API host in your server's SDK",
    reusable: "In the app's secret, if its SDK needs it",
  },
  {
    title: "准备您的应用",
    intro: "最后一步在您自己的代码中：服务器 SDK 调用网桥，客户端显示机器人发送的内容。",
    points: [
      '回答以流式消息（RC:StreamMsg）到达。如果客户端 SDK 无法显示，请在集成中设置 "stream": false，回答将作为一条文本消息发送。',
      "只存在于网桥中的机器人不会出现在客户端 SDK 的机器人列表中：请把它加入您应用自己的通讯录，并提供名称和头像。",
      '有些服务端 SDK 只签名一次并重复使用，例如融云的 Node SDK。网桥会将其视为重放而拒绝（401，代码 1004），除非为应用设置 "signatures": "reusable"。',
    ],
    host: "服务端 SDK 中的 API 域名",
    reusable: "SDK 需要时，写入应用的密钥配置",
  },
);

export const prepareApps: Step = {
  id: "prepare-apps",
  texts,
  fields: [],
  copyables: ({ values }) => [
    { label: texts.value.host, text: addressOf(values.publicUrl) },
    { label: texts.value.reusable, text: `"signatures": "reusable"` },
  ],
};
