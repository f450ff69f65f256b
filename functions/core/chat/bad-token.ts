import { type BridgeError, callerError } from "#core/shared/errors.ts";

/** What is wrong with a token, by the rule that it breaks, and never by its text. */
export const badToken = (rule: string): BridgeError => callerError("bad_token", `token: ${rule}`);
