export { describeError } from "./describe-error.ts";
export { fillIn } from "./filled-form.ts";
export type { TurnStorage } from "./kept-turns.ts";
export { type BotTransportOptions, createBotTransport } from "./transport.ts";
export type { BotDataParts, BotForm, BotMessageMetadata, BotUIMessage, Retrying } from "./ui-message.ts";
