import { shellQuote } from "../../../command/shell-quote.ts";

/** The command that prints what the log has of a message (docs/troubleshooting.md). */
export const storyCommand = (msgUID: string): string => `npm run -s story -- --id ${shellQuote(msgUID)}`;
