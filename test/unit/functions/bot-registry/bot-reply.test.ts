import { expect, test } from "@jest/globals";
import { toBotReply } from "../../../../functions/bot-registry/bot-reply.ts";
import { bot, difyIntegration, webhookIntegration } from "../../../support/turns.ts";

const internalFields = { sealedApiKey: "d1.c2VhbGVk", version: 1, writtenBy: "w" };
const webhook = webhookIntegration({ options: { everyone: true } });
const dify = difyIntegration({ apiKey: "app-1234567890abcdef" });
const kept = {
  ...bot(),
  ...internalFields,
  integrations: [webhook, dify].map((each) => ({ ...each, ...internalFields })),
};

const { integrations: _integrations, ...shown } = bot();

test("a bot is shown with each key masked, and without internal fields", () => {
  const { apiKey: _apiKey, maskedApiKey: _maskedApiKey, ...difyShown } = dify;
  expect(toBotReply(kept, true)).toEqual({
    ...shown,
    integrations: [webhook, { ...difyShown, auth: { apiKey: "app-****cdef" } }],
  });
});

test("a bot is shown without its integrations if they are not requested", () => {
  expect(toBotReply(kept, false)).toStrictEqual(shown);
});
