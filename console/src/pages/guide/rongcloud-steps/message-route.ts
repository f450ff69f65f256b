import { defineTexts } from "../../../text/language.ts";
import { addressOf } from "../bridge-address.ts";
import { messageRoutePath } from "../calls/callback-calls.ts";
import type { Step } from "../step.ts";
import { addressWarning } from "./address-warning.ts";

const texts = defineTexts(
  {
    title: "Set the full message route",
    intro:
      "In RongCloud's console, open your app and find the settings for the full message route. Enter the callback URL, choose what it brings, and save.",
    points: [
      "Check that it is the app with this App Key: the bridge refuses the callbacks of others.",
      "Choose private and group messages. The bridge answers all other kinds with 200 and ignores them.",
      "Choose the message types that your bots should receive: at least text. Pictures, files, voice and video messages reach models as files.",
      "RongCloud expects a 200 within five seconds and repeats a callback up to three times. Repeated callbacks change nothing.",
    ],
    url: "Callback URL",
    appKey: "App Key",
    types: "Message types",
  },
  {
    title: "设置全量消息路由",
    intro: "在融云控制台中打开您的应用，找到全量消息路由的设置。填写回调地址，选择要推送的内容，然后保存。",
    points: [
      "请确认是此 App Key 对应的应用：网桥会拒绝其他应用的回调。",
      "选择单聊和群聊消息。其他类型网桥会返回 200 并忽略。",
      "选择机器人需要接收的消息类型：至少选择文本。图片、文件、语音和小视频消息会以文件形式交给模型。",
      "融云要求在五秒内收到 200，否则最多重试三次。重复的回调不会产生影响。",
    ],
    url: "回调地址",
    appKey: "App Key",
    types: "消息类型",
  },
);

const messageTypes =
  "RC:TxtMsg, RC:ImgMsg, RC:GIFMsg, RC:HQVCMsg, RC:FileMsg, RC:SightMsg, RC:ReferenceMsg, RC:RcCmd";

export const messageRoute: Step = {
  id: "message-route",
  texts,
  fields: [],
  copyables: ({ values, appKey }) => [
    { label: texts.value.url, text: `${addressOf(values.publicUrl)}${messageRoutePath}` },
    { label: texts.value.appKey, text: appKey },
    { label: texts.value.types, text: messageTypes },
  ],
  warning: addressWarning,
};
