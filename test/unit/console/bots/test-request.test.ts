import { expect, test } from "@jest/globals";
import { emptyBot, newIntegrationDraft } from "../../../../console/src/pages/bots/form/bot-draft.ts";
import { setIn } from "../../../../console/src/pages/bots/form/draft.ts";
import { testRequest } from "../../../../console/src/pages/bots/test/test-request.ts";

const webhook = newIntegrationDraft("webhook");
const integration = {
  ...webhook,
  fields: setIn(webhook.fields, ["callbackUrl"], "https://yourserver.com/callback"),
};
const bot = { fields: { ...emptyBot.fields, userId: "bot-1" }, integrations: [integration] };
const changed = { ...integration, fields: setIn(integration.fields, ["stream"], false) };
const draftOf = (given: object, metadata = {}) => ({
  userId: "bot-1",
  integration: { type: "webhook", callbackUrl: "https://yourserver.com/callback", options: {}, ...given },
  metadata,
});

test("a stored integration without changes is tested as it is stored", () => {
  expect(testRequest({ integration, draft: bot, initial: bot, isNew: false })).toEqual({
    userId: "bot-1",
    type: "webhook",
  });
});

test("a changed one is tested as it is in the form, for its bot, whose key it may keep", () => {
  const draft = { ...bot, integrations: [changed] };
  expect(testRequest({ integration: changed, draft, initial: bot, isNew: false })).toEqual(
    draftOf({ stream: false }),
  );
});

test("changed metadata are tested too, since they fill inputs", () => {
  const draft = { ...bot, fields: { ...bot.fields, metadata: [["tone", "formal"]] as const } };
  expect(testRequest({ integration, draft, initial: bot, isNew: false })).toEqual(
    draftOf({}, { tone: "formal" }),
  );
});

test("an integration of a new bot is tested without a bot", () => {
  const { userId, ...draft } = draftOf({});
  expect(testRequest({ integration, draft: bot, initial: emptyBot, isNew: true })).toEqual(draft);
});
