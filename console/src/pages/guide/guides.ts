import { botEvents } from "./rongcloud-steps/bot-events.ts";
import { firstMessage } from "./rongcloud-steps/first-message.ts";
import { imHost } from "./rongcloud-steps/im-host.ts";
import { messageRoute } from "./rongcloud-steps/message-route.ts";
import { prepareApps } from "./rongcloud-steps/prepare-apps.ts";
import { publicAddress } from "./rongcloud-steps/public-address.ts";
import { testCallbackStep } from "./rongcloud-steps/test-callback.ts";
import type { Guide, Step } from "./step.ts";
import { askOverHttpStep } from "./steps/ask-over-http.ts";
import { checkBridge } from "./steps/check-bridge.ts";
import { connectDifyStep } from "./steps/connect-dify.ts";
import { createBotStep } from "./steps/create-bot.ts";
import { deleteBotStep } from "./steps/delete-bot.ts";
import { getTokenStep } from "./steps/get-token.ts";
import { mentionBotStep } from "./steps/mention-bot.ts";
import { readBotStep } from "./steps/read-bot.ts";
import { readTurnStep } from "./steps/read-turn.ts";
import { replyAsBotStep } from "./steps/reply-as-bot.ts";
import { sendMessageStep } from "./steps/send-message.ts";
import { setFilterStep } from "./steps/set-filter.ts";
import { tryFilterStep } from "./steps/try-filter.ts";

/** From a bot to its answers, over the IM and over HTTP. */
const integration: Guide = {
  name: "integration",
  steps: [
    checkBridge,
    createBotStep,
    connectDifyStep,
    readBotStep,
    sendMessageStep,
    replyAsBotStep,
    mentionBotStep,
    setFilterStep,
    tryFilterStep,
    getTokenStep,
    askOverHttpStep,
    readTurnStep,
    deleteBotStep,
  ],
};

/** What to set in RongCloud's console. */
const rongcloud: Guide = {
  name: "rongcloud",
  steps: [publicAddress, imHost, messageRoute, testCallbackStep, firstMessage, botEvents, prepareApps],
};

export const guides = [integration, rongcloud] as const;

export interface Place {
  readonly guide: Guide;
  readonly step: Step;
}

/** The guide and step with this id; undefined if there is none. */
export const findPlace = (id: string | undefined): Place | undefined => {
  for (const guide of guides) {
    const step = guide.steps.find((each) => each.id === id);
    if (step) return { guide, step };
  }
  return undefined;
};
