import type { IgnoreReason } from "#core/intake/ignored-message.ts";

/** What is known about a message that triggers nothing. */
export interface Ignored {
  readonly bot?: string | undefined;
  /** Its recipient, if that is known. The log has no ids of users. */
  readonly to?: string | undefined;
  readonly eventType?: string | undefined;
  readonly objectName?: string | undefined;
  /** What the integration takes instead. */
  readonly detail?: string | undefined;
}

const explanations: Readonly<Partial<Record<IgnoreReason, (message: Ignored) => string>>> = {
  no_bot: ({ to }) => (to === undefined ? "the recipient is not a bot of the app" : `there is no bot ${to}`),
  not_mentioned: ({ to }) =>
    `the message mentions no bot of ${to === undefined ? "its group" : `group ${to}`}`,
  no_integration: ({ bot }) => `${bot} has no integration`,
  disabled: ({ bot }) => `the integrations of ${bot} are disabled`,
  event: ({ bot, eventType }) => `no integration of ${bot} takes events of type ${eventType}`,
  object_name: ({ bot, objectName }) => `no integration of ${bot} takes messages of type ${objectName}`,
  filter: ({ bot }) => `the text passes no filter of ${bot}`,
  only_everyone: ({ bot }) => `${bot} does not answer messages that mention everyone`,
};

/** Undefined if nobody waits for an answer: to a bot's message, or to a recall. */
export const explainIgnored = (reason: IgnoreReason, message: Ignored): string | undefined => {
  const explanation = explanations[reason]?.(message);
  return explanation === undefined || message.detail === undefined
    ? explanation
    : `${explanation}: ${message.detail}`;
};
