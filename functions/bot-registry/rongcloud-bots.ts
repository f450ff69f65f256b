import * as v from "valibot";
import type { ApiRequest } from "#adapters/api-gateway/api-request.ts";
import { ForwardedReply } from "#adapters/api-gateway/forwarded-reply.ts";
import { toRouteCall } from "#adapters/api-gateway/forwarded-request.ts";
import { parseJsonBody } from "#adapters/api-gateway/parse-body.ts";
import type { SignedRoute } from "#adapters/api-gateway/signed-api.ts";
import { botId } from "#adapters/bot-requests/bot-fields.ts";
import type { BotStore } from "#core/bot/bot.ts";
import type { ForwardCall } from "#core/intake/forward-call.ts";
import { type BridgeError, callerError } from "#core/shared/errors.ts";

/** The integration with an agent of RongCloud's, which only RongCloud can ask. */
const agentType = "rc_agentchat";

/** What says whose bot a request is about. The rest of it is checked by the bridge's route or by RongCloud. */
const addressed = v.object(
  {
    userId: v.fallback(v.optional(botId), undefined),
    type: v.optional(v.unknown()),
    integrations: v.fallback(v.array(v.unknown()), []),
  },
  "must be an object",
);

type Addressed = v.InferOutput<typeof addressed>;

const isAgent = (integration: unknown): boolean =>
  v.is(v.object({ type: v.literal(agentType) }), integration);

/** The path of the field that names an agent in a bot, whose own `type` is a label. */
const agentAmong = ({ integrations }: Addressed): string | undefined => {
  const index = integrations.findIndex(isAgent);
  return index < 0 ? undefined : `integrations[${index}].type`;
};
const agentIn = (sent: Addressed): string | undefined => (isAgent(sent) ? "type" : undefined);

/** For each path about one bot, the field that names an agent. */
const agentFields: Readonly<Record<string, (sent: Addressed) => string | undefined>> = {
  "/v3/bot/create.json": agentAmong,
  "/v3/bot/update.json": agentAmong,
  "/v3/bot/delete.json": () => undefined,
  "/v3/bot/integration/create.json": agentIn,
  "/v3/bot/integration/update.json": agentIn,
  "/v3/bot/integration/delete.json": agentIn,
};

const json = "application/json";

const agentRefused = (field: string, rule: string): BridgeError =>
  callerError("bad_parameter", `${field}: ${rule}, got ${JSON.stringify(agentType)}`);

export interface RongcloudBotsPorts {
  readonly bots: Pick<BotStore, "find">;
  /** Undefined if there is no real IM (`PASS_THROUGH`). */
  readonly forwardCall: ForwardCall | undefined;
}

/**
 * The registry's routes about one bot, next to bots that RongCloud hosts (docs/adr/0037). Calls about a bot that the bridge does
 * not have are forwarded, and so is the creation of one with an agent. Without RongCloud an agent is refused.
 */
export const withRongcloudBots = (
  { bots, forwardCall }: RongcloudBotsPorts,
  routes: Readonly<Record<string, SignedRoute>>,
): Record<string, SignedRoute> => {
  const nextTo = (path: string, route: SignedRoute): SignedRoute => {
    const agentField = agentFields[path];
    if (!agentField) return route;
    return async (app, request) => {
      const sent = parseJsonBody(addressed, request.body);
      const field = agentField(sent);
      if (!forwardCall) {
        if (field === undefined) return route(app, request);
        throw agentRefused(field, "RongCloud's agents need RongCloud, and passThrough is off");
      }
      const mayBeTheirs = field !== undefined || path !== "/v3/bot/create.json";
      if (!mayBeTheirs || sent.userId === undefined) return route(app, request);
      const [own] = await bots.find(app.appKey, [sent.userId]);
      if (!own) return new ForwardedReply(await forwardCall(toRouteCall(app.appKey, request, json)));
      if (field === undefined) return route(app, request);
      throw agentRefused(field, "a bot of the bridge cannot have an agent of RongCloud");
    };
  };
  return Object.fromEntries(Object.entries(routes).map(([path, route]) => [path, nextTo(path, route)]));
};

const foundBots = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ code: v.literal(200), bots: v.array(v.record(v.string(), v.unknown())) }),
);

/** The bots with these ids that RongCloud hosts, as it returns them. */
export const findAtRongcloud = async (
  forwardCall: ForwardCall,
  appKey: string,
  request: ApiRequest,
  userIds: readonly string[],
): Promise<Record<string, unknown>[]> => {
  const { body } = await forwardCall(toRouteCall(appKey, request, json, JSON.stringify({ userIds })));
  const found = v.safeParse(foundBots, body);
  return found.success ? found.output.bots : [];
};
