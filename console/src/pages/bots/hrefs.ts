import { hrefOf } from "../../address.ts";

export const newBotHref = hrefOf("bots", undefined, { new: "1" });
export const copyHref = (userId: string): string => hrefOf("bots", undefined, { copy: userId });
export const chatHref = (userId: string): string => hrefOf("chat", undefined, { bot: userId });
export const turnsHref = (userId: string): string => hrefOf("turns", undefined, { bot: userId });
