import { shellQuote } from "../../../command/shell-quote.ts";
import { defineTexts } from "../../../text/language.ts";
import type { Step } from "../step.ts";

const texts = defineTexts(
  {
    title: "Connect the bridge",
    intro:
      "The bridge sends the bots' answers with RongCloud's server API. It needs your app's App Key and App Secret, and the API host of the app's data centre; RongCloud's console shows all three.",
    points: [
      "The App Secret signs both directions. Keep it in the bridge: neither this page nor a client ever needs it.",
      "With RongCloud's own host the bridge runs in pass-through: calls that it does not serve itself, such as groups and history, are forwarded to RongCloud, and published messages go to RongCloud first. To move an app server, change only the API host in its SDK.",
      "Stand-alone (passThrough off, as in a local run) it answers such calls with 404, and its messages go to bots only.",
    ],
    local: "Local run",
    setting: "Deployment: in cdk.json, in the settings of the stage",
    deploy: "Then, with the app's key and secret in the environment (here the stage dev)",
    localApp:
      "This console uses local-app-key, which RongCloud does not know. Start the local run with the App Key and App Secret of your own app.",
  },
  {
    title: "连接网桥",
    intro:
      "网桥通过融云的服务端 API 发送机器人的回答。它需要您应用的 App Key、App Secret，以及应用所在数据中心的 API 域名；三者均可在融云控制台中查到。",
    points: [
      "App Secret 用于双向签名。请只保存在网桥中：此页面和客户端都不需要它。",
      "使用融云自己的域名时，网桥以透传方式运行：它自身不提供的调用（如群组、历史消息）会转发给融云，发布的消息也先发往融云。迁移应用服务器时，只需更改其 SDK 中的 API 域名。",
      "独立运行时（关闭 passThrough，本地运行即如此），此类调用返回 404，消息只会发给机器人。",
    ],
    local: "本地运行",
    setting: "部署：在 cdk.json 中该阶段的设置里",
    deploy: "然后在环境变量中提供应用的密钥并部署（此处以 dev 阶段为例）",
    localApp:
      "此控制台使用的是 local-app-key，融云并不认识它。请用您自己应用的 App Key 和 App Secret 启动本地运行。",
  },
);

const localAppKey = "local-app-key";

const credentials = (appKey: string): string =>
  `APP_KEY=${appKey === localAppKey ? "…" : shellQuote(appKey)} APP_SECRET=…`;

export const imHost: Step = {
  id: "im-host",
  texts,
  fields: ["imHost"],
  copyables: ({ values, session, appKey }) => {
    const { local, setting, deploy } = texts.value;
    const app = credentials(appKey);
    if (session.local)
      return [{ label: local, text: `${app} RONGCLOUD_API_URL=${shellQuote(values.imHost)} npm start` }];
    return [
      { label: setting, text: `"rongcloudApiUrl": ${JSON.stringify(values.imHost)}` },
      { label: deploy, text: `${app} npm run deploy -- --stage dev` },
    ];
  },
  warning: ({ appKey }) => (appKey === localAppKey ? texts.value.localApp : undefined),
};
