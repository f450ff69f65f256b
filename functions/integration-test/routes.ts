import { parseJsonBody } from "#adapters/api-gateway/parse-body.ts";
import type { SignedRoute } from "#adapters/api-gateway/signed-api.ts";
import type { BotRules } from "#adapters/bot-requests/integration-schema.ts";
import type { TestedIntegration, TestIntegration } from "#core/jobs/test-integration.ts";
import { toTestReply } from "./test-reply.ts";
import { draftSchema, testSchema } from "./test-schema.ts";

export interface IntegrationTestPorts extends BotRules {
  readonly testIntegration: TestIntegration;
}

/** Tests integrations (docs/api.md). */
export const makeIntegrationTestRoutes = ({
  testIntegration,
  ...rules
}: IntegrationTestPorts): Record<string, SignedRoute> => {
  const test = testSchema(rules);
  const draft = draftSchema(rules);

  const readTested = (body: Buffer): TestedIntegration => {
    const asked = parseJsonBody(test, body);
    if ("type" in asked) return asked;
    const { userId, metadata, integration } = asked;
    if (userId !== undefined) return { userId, draft: integration, metadata };
    return { draft: parseJsonBody(draft, body).integration, metadata };
  };

  return {
    "/v3/bot/integration/test.json": async ({ appKey }, { body }) =>
      toTestReply(await testIntegration(appKey, readTested(body))),
  };
};
