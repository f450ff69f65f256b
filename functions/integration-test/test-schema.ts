import * as v from "valibot";
import { botId, metadata } from "#adapters/bot-requests/bot-fields.ts";
import {
  type BotRules,
  integrationType,
  newIntegration,
  sentIntegration,
} from "#adapters/bot-requests/integration-schema.ts";
import { withoutUnknownFields } from "#adapters/bot-requests/unknown-fields.ts";
import type { IntegrationInput } from "#core/bot/integration.ts";
import type { IntegrationType } from "#core/bot/integration-types.ts";
import { exactObject, issueAt } from "#core/shared/rules.ts";

type Metadata = v.InferOutput<typeof metadata>;

/** A stored integration, or a draft, whose masked key is that of the bot. */
type Asked =
  | { readonly userId: string; readonly type: IntegrationType }
  | {
      readonly userId: string | undefined;
      readonly integration: IntegrationInput;
      readonly metadata: Metadata | undefined;
    };

const oneOfBoth = "must have exactly one of type, for a stored integration, and integration, for a draft";

/** A request to test an integration. A draft without a bot must also be one that could be added: see `draftSchema`. */
export const testSchema = (rules: BotRules) =>
  v.pipe(
    exactObject(
      {
        userId: v.optional(botId),
        type: v.optional(integrationType),
        integration: v.optional(withoutUnknownFields(sentIntegration(rules))),
        metadata: v.optional(metadata),
      },
      "this test",
    ),
    v.rawTransform(({ dataset: { value }, addIssue, NEVER }): Asked => {
      const { userId, type, integration, metadata: pairs } = value;
      if (integration !== undefined && type === undefined) return { userId, integration, metadata: pairs };
      if (integration !== undefined || type === undefined) addIssue({ message: oneOfBoth });
      else if (pairs !== undefined)
        addIssue(issueAt(value, ["metadata"], "only a draft is tested with other metadata than its bot's"));
      else if (userId === undefined) addIssue(issueAt(value, ["userId"], "required with type"));
      else return { userId, type };
      return NEVER;
    }),
  );

/** A draft that belongs to no bot: nothing is stored that could complete it. */
export const draftSchema = (rules: BotRules) =>
  v.object({ integration: withoutUnknownFields(newIntegration(rules)) }, "must be an object");
