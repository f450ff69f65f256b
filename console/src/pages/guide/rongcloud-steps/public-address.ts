import { defineTexts } from "../../../text/language.ts";
import type { Step } from "../step.ts";
import { addressWarning } from "./address-warning.ts";

const texts = defineTexts(
  {
    title: "Have a public address",
    intro:
      "RongCloud sends the bridge a copy of each message, so it needs an https address of the bridge on the public internet. The addresses in the next steps are made from this one.",
    points: [
      "Deployed: the output Url of the api stack, including its stage path, or your own domain.",
      "On your machine: any tunnel to the bridge. Use an app of your own with it, not local-app-key: the tunnel makes the whole API reachable, and everybody knows that app's secret.",
    ],
    tunnel: "Tunnel, for example with cloudflared",
  },
  {
    title: "准备公网地址",
    intro: "融云会把每条消息抄送给网桥，因此需要网桥在公网上的 https 地址。后续步骤中的地址都由它生成。",
    points: [
      "已部署：使用 api 堆栈的输出 Url（包含阶段路径），或您自己的域名。",
      "在本机：使用任意隧道工具。此时请使用您自己的应用，而不是 local-app-key：隧道会公开整个 API，而该应用的密钥人人皆知。",
    ],
    tunnel: "隧道，例如使用 cloudflared",
  },
);

export const publicAddress: Step = {
  id: "public-address",
  texts,
  fields: ["publicUrl"],
  copyables: ({ session: { local, bridgeUrl } }) =>
    local ? [{ label: texts.value.tunnel, text: `cloudflared tunnel --url ${bridgeUrl}` }] : [],
  warning: addressWarning,
};
