import { currentSession } from "../../../session.ts";
import { defineTexts } from "../../../text/language.ts";
import { checkHealth } from "../calls/bot-calls.ts";
import { fetchBridge } from "../run/send-call.ts";
import type { Step } from "../step.ts";

const texts = defineTexts(
  {
    title: "Check the bridge",
    intro:
      "Asks the bridge whether it is up. This is the only call of the guide that needs no signature and no token.",
    action: "Check",
    isUp: "The bridge is up, and this browser reaches it.",
  },
  {
    title: "检查网桥",
    intro: "询问网桥是否正常运行。本指南中只有这一个调用既不需要签名，也不需要令牌。",
    action: "检查",
    isUp: "网桥运行正常，并且此浏览器可以访问它。",
  },
);

export const checkBridge: Step = {
  id: "check-bridge",
  texts,
  fields: [],
  call: () => checkHealth,
  run: async ({ signal }) => {
    const reply = await fetchBridge(`${currentSession().bridgeUrl}${checkHealth.path}`, signal);
    return { meaning: () => texts.value.isUp, reply };
  },
};
