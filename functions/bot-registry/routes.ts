import { parseJsonBody } from "#adapters/api-gateway/parse-body.ts";
import type { SignedRoute } from "#adapters/api-gateway/signed-api.ts";
import type { BotStore } from "#core/bot/bot.ts";
import { makeManageBots } from "#core/bot/manage-bots.ts";
import type { ForwardCall } from "#core/intake/forward-call.ts";
import type { Clock } from "#core/shared/clock.ts";
import { type BotsReply, toBotReply } from "./bot-reply.ts";
import { botIdSchema, botIdsSchema, botSchema, botUpdateSchema } from "./bot-schema.ts";
import { integrationIdSchema, integrationSchema, integrationUpdateSchema } from "./integration-requests.ts";
import { pageSchema } from "./page-schema.ts";
import { findAtRongcloud, withRongcloudBots } from "./rongcloud-bots.ts";

export interface BotRoutesPorts {
  readonly bots: BotStore;
  readonly clock: Clock;
  /** How many bots an app may have. */
  readonly maxBots: number;
  /** Whether callback URLs may have private addresses: see `callbackUrlFault`. */
  readonly allowPrivate: boolean;
  /** Undefined if there is no real IM (`PASS_THROUGH`). */
  readonly forwardCall: ForwardCall | undefined;
}

/** RongCloud's bot API (docs/spec/rongcloud.md, section 4). */
export const makeBotRoutes = ({
  bots,
  clock,
  maxBots,
  allowPrivate,
  forwardCall,
}: BotRoutesPorts): Record<string, SignedRoute> => {
  const manage = makeManageBots({ bots, clock, maxBots });

  const newBot = botSchema({ allowPrivate });
  const botUpdate = botUpdateSchema({ allowPrivate });
  const newIntegration = integrationSchema({ allowPrivate });
  const integrationUpdate = integrationUpdateSchema({ allowPrivate });

  return withRongcloudBots(
    { bots, forwardCall },
    {
      "/v3/bot/create.json": async ({ appKey }, { body }) => {
        await manage.create(appKey, parseJsonBody(newBot, body));
        return {};
      },
      "/v3/bot/update.json": async ({ appKey }, { body }) => {
        const { userId, changes } = parseJsonBody(botUpdate, body);
        await manage.update(appKey, userId, changes);
        return {};
      },
      "/v3/bot/delete.json": async ({ appKey }, { body }) => {
        const { userId } = parseJsonBody(botIdSchema, body);
        await manage.delete(appKey, userId);
        return {};
      },
      "/v3/bot/get.json": async ({ appKey }, request) => {
        const { userIds } = parseJsonBody(botIdsSchema, request.body);
        const own = await manage.get(appKey, userIds);
        const others = userIds.filter((id) => own.every(({ userId }) => userId !== id));
        const theirs =
          forwardCall && others.length > 0 ? await findAtRongcloud(forwardCall, appKey, request, others) : [];
        const found = [...own.map((bot) => toBotReply(bot, true)), ...theirs];
        return { bots: found, total: found.length, hasNext: false };
      },
      "/v3/bot/query.json": async ({ appKey }, { body }): Promise<BotsReply> => {
        const { page, pageSize, includeIntegration } = parseJsonBody(pageSchema, body);
        const { bots: found, total } = await bots.page(appKey, page, pageSize);
        return {
          bots: found.map((bot) => toBotReply(bot, includeIntegration)),
          total,
          hasNext: page * pageSize < total,
        };
      },
      "/v3/bot/integration/create.json": async ({ appKey }, { body }) => {
        const { userId, integration } = parseJsonBody(newIntegration, body);
        await manage.addIntegration(appKey, userId, integration);
        return {};
      },
      "/v3/bot/integration/update.json": async ({ appKey }, { body }) => {
        const { userId, type, changes } = parseJsonBody(integrationUpdate, body);
        await manage.updateIntegration(appKey, userId, type, changes);
        return {};
      },
      "/v3/bot/integration/delete.json": async ({ appKey }, { body }) => {
        const { userId, type } = parseJsonBody(integrationIdSchema, body);
        await manage.removeIntegration(appKey, userId, type);
        return {};
      },
    },
  );
};
