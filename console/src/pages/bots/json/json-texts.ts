import { defineTexts } from "../../../text/language.ts";

export const jsonTexts = defineTexts(
  {
    hosted: (id: string) =>
      `RongCloud hosts the bot “${id}”. It is shown as RongCloud returns it, and is changed in RongCloud's console.`,
    asJson: "JSON and curl",
    json: "The bot as the API returns it",
    copyJson: "Copy JSON",
    curl: "Create it with curl",
    curlHelp:
      "The signature is made when you copy. It is valid once, for a few minutes. Replace the keys, which the bridge does not show.",
    copyCurl: "Copy curl command",
  },
  {
    hosted: (id) => `机器人“${id}”由融云托管。这里按融云返回的内容显示，请在融云控制台中更改。`,
    asJson: "JSON 与 curl",
    json: "API 返回的机器人",
    copyJson: "复制 JSON",
    curl: "用 curl 创建",
    curlHelp: "签名在复制时生成，仅能使用一次，几分钟内有效。网桥不显示密钥，请自行替换。",
    copyCurl: "复制 curl 命令",
  },
);
