import * as v from "valibot";
import type { ImUsers } from "#core/chat/user-tokens.ts";
import type { ForwardCall } from "#core/intake/forward-call.ts";

const okResponse = v.looseObject({ code: v.literal(200) });
const tokenResponse = v.looseObject({ ...okResponse.entries, token: v.string() });

const jsonOf = <T extends v.GenericSchema>(response: T) => v.pipe(v.string(), v.parseJson(), response);

/** The original form without `bots`, which RongCloud does not have. */
const withoutOwnFields = (form: string): string => {
  const fields = new URLSearchParams(form);
  if (!fields.has("bots")) return form;
  fields.delete("bots");
  return fields.toString();
};

/** RongCloud requires a time. */
const withTime = (form: string, time: number): string =>
  new URLSearchParams(form).has("time") ? form : `${form}&time=${time}`;

/** Forwards calls about users' tokens to RongCloud, with the original form as far as it accepts that. */
export const makeImUsers = (forwardCall: ForwardCall): ImUsers => ({
  register: async (call) => {
    const reply = await forwardCall({ ...call, body: withoutOwnFields(call.body) });
    const parsed = v.safeParse(jsonOf(tokenResponse), reply.body);
    if (reply.status !== 200 || !parsed.success) return { status: "refused", reply };
    return { status: "registered", token: parsed.output.token, fields: parsed.output };
  },
  revokeTokens: async (call, before) => {
    const reply = await forwardCall({ ...call, body: withTime(call.body, before) });
    return reply.status === 200 && v.is(jsonOf(okResponse), reply.body) ? undefined : reply;
  },
});
