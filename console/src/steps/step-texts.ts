import { defineTexts } from "../text/language.ts";
import type { StepName } from "./steps.ts";

interface Texts {
  readonly steps: Readonly<Record<StepName, string>>;
  /** Where a webhook's differ. */
  readonly webhookSteps: Partial<Readonly<Record<StepName, string>>>;
}

const texts = defineTexts<Texts>(
  {
    steps: {
      acceptedAt: "Accepted",
      askedAt: "Model asked",
      firstTextAt: "First text from the model",
      firstSentAt: "First text sent",
      lastTextAt: "Last text from the model",
      deliveredAt: "Delivered",
      endedAt: "Ended",
    },
    webhookSteps: { askedAt: "Webhook called" },
  },
  {
    steps: {
      acceptedAt: "已接收",
      askedAt: "向模型提问",
      firstTextAt: "模型的首段文本",
      firstSentAt: "首段文本已发送",
      lastTextAt: "模型的末段文本",
      deliveredAt: "已送达",
      endedAt: "结束",
    },
    webhookSteps: { askedAt: "调用 Webhook" },
  },
);

/** The names of the steps of a turn in the chosen language. */
export const stepTextsOf = (integration: string | undefined): Readonly<Record<StepName, string>> => {
  const { steps, webhookSteps } = texts.value;
  return integration === "webhook" ? { ...steps, ...webhookSteps } : steps;
};
