import * as v from "valibot";
import type { DifyMessages } from "#core/chat/dify-messages.ts";
import { BridgeError, callerError } from "#core/shared/errors.ts";
import type { CallDify } from "./call-dify.ts";
import { difyUser } from "./dify-request.ts";
import { lenientList } from "./lenient.ts";

const suggested = v.object({ data: lenientList(v.string()) });

const refusal = (status: number): BridgeError =>
  status === 404
    ? callerError("not_found", "Dify does not know this turn any more")
    : new BridgeError("upstream_refused", `Dify answered HTTP ${status}`);

/** What can be asked and said of an answer that Dify has given (docs/spec/dify.md, A1). */
export const makeDifyMessages = (callDify: CallDify): DifyMessages => ({
  suggest: async ({ integration, messageId, user }) => {
    const path = `messages/${encodeURIComponent(messageId)}/suggested`;
    const query = { user: difyUser(user) };
    const { status, json } = await callDify({ integration, method: "GET", path, query });
    // An app that suggests nothing says so with 400.
    if (status === 400) return [];
    const parsed = v.safeParse(suggested, json);
    if (status !== 200 || !parsed.success) throw refusal(status);
    return parsed.output.data;
  },
  rate: async ({ integration, messageId, user }, { rating, note }) => {
    const path = `messages/${encodeURIComponent(messageId)}/feedbacks`;
    const body = { rating, user: difyUser(user), ...(note !== undefined && { content: note }) };
    const { status } = await callDify({ integration, method: "POST", path, body });
    // Taking back a rating that was never given changes nothing.
    if (status === 400 && rating === null) return;
    if (status !== 200) throw refusal(status);
  },
});
