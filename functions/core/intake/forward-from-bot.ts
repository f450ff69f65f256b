import type { BotDirectory } from "./bot-directory.ts";
import type { ForwardCall, ForwardedCall, ImReply } from "./forward-call.ts";

/** The IM's reply to a call in the name of a bot. Undefined if the sender is not a bot: the IM is not called then. */
export type ForwardFromBot = (fromUserId: string, call: ForwardedCall) => Promise<ImReply | undefined>;

export interface ForwardFromBotPorts {
  readonly bots: Pick<BotDirectory, "find">;
  readonly forwardCall: ForwardCall;
}

/** Without a real IM, what bots send reaches their users through the IM, and what users send reaches bots only. */
export const makeForwardFromBot =
  ({ bots, forwardCall }: ForwardFromBotPorts): ForwardFromBot =>
  async (fromUserId, call) => {
    const [sender] = await bots.find(call.appKey, [fromUserId]);
    return sender && forwardCall(call);
  };
