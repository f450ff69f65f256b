import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import * as v from "valibot";
import {
  type Bot,
  botRequest,
  copyOfBot,
  draftOfBot,
  isChanged,
  lostOrigin,
  newIntegrationDraft,
  updateRequest,
} from "../../../../console/src/pages/bots/form/bot-draft.ts";
import { setIn } from "../../../../console/src/pages/bots/form/draft.ts";
import { toBotReply } from "../../../../functions/bot-registry/bot-reply.ts";
import { botSchema, botUpdateSchema } from "../../../../functions/bot-registry/bot-schema.ts";
import { validBot } from "./drafts.ts";

const rules = { allowPrivate: false };

const stored: Bot = {
  userId: "bot-helpdesk",
  name: "Helpdesk",
  type: "faq",
  profileUrl: "https://example.com/bot.png",
  metadata: { tone: "friendly" },
  createdAt: 1,
  updatedAt: 2,
  integrations: [
    {
      type: "dify_chat",
      enabled: true,
      callbackUrl: "https://api.dify.ai/v1",
      objectNames: [],
      events: [],
      stream: true,
      handleResponse: true,
      options: { everyone: true },
      auth: { apiKey: "app-****cdef" },
    },
  ],
};

/** The stored bot after a change of a field of its integration. */
const changed = (path: readonly string[], value: string) => {
  const draft = draftOfBot(stored);
  const integrations = draft.integrations.map((each) => ({
    ...each,
    fields: setIn(each.fields, path, value),
  }));
  return { ...draft, integrations };
};

describe("what a form makes", () => {
  test("is accepted by the server, whatever valid values are filled in", () => {
    fc.assert(
      fc.property(validBot, (draft) => {
        expect(v.safeParse(botSchema(rules), botRequest(draft)).issues).toBeUndefined();
      }),
    );
  });

  test("changes nothing of a stored bot that is saved as it is", () => {
    fc.assert(
      fc.property(validBot, (draft) => {
        const created = v.parse(botSchema(rules), botRequest(draft));
        const bot = toBotReply({ ...created, createdAt: 1, updatedAt: 2 }, true);
        const { changes } = v.parse(botUpdateSchema(rules), botRequest(draftOfBot(bot)));
        const { userId, ...fields } = created;
        const withoutKeys = fields.integrations.map((each) =>
          Object.fromEntries(Object.entries(each).filter(([name]) => name !== "apiKey")),
        );
        expect(changes).toEqual({ ...fields, integrations: withoutKeys });
      }),
    );
  });
});

describe("a change", () => {
  test("of one field is sent alone, so that others' changes of the other fields are kept", () => {
    const initial = draftOfBot(stored);
    const draft = { ...initial, fields: { ...initial.fields, name: "Help" } };
    expect(isChanged(draft, initial)).toBe(true);
    expect(updateRequest(draft, initial)).toEqual({ userId: "bot-helpdesk", name: "Help" });
  });

  test("of an option sends the options that are kept too, since they replace the stored ones", () => {
    const { integrations } = updateRequest(changed(["options", "errorText"], "Sorry."), draftOfBot(stored));
    expect(integrations).toMatchObject([{ options: { everyone: true, errorText: "Sorry." } }]);
  });

  test("that is taken back is none", () => {
    expect(isChanged(changed(["options", "errorText"], ""), draftOfBot(stored))).toBe(false);
  });

  test("that removes all options sends none, since omitted ones would be kept", () => {
    const draft = draftOfBot(stored);
    const integrations = draft.integrations.map((each) => ({
      ...each,
      fields: { ...each.fields, options: {} },
    }));
    expect(botRequest({ ...draft, integrations }).integrations).toMatchObject([{ options: {} }]);
  });
});

describe("a key", () => {
  const keyOf = (draft: Parameters<typeof botRequest>[0]) => botRequest(draft).integrations;

  test("is kept by its masked form until another is typed", () => {
    expect(keyOf(draftOfBot(stored))).toMatchObject([{ auth: { apiKey: "app-****cdef" } }]);
    expect(keyOf(changed(["auth", "apiKey"], "app-new"))).toMatchObject([{ auth: { apiKey: "app-new" } }]);
  });

  test("is not copied to another bot", () => {
    const copy = copyOfBot(stored);
    expect(copy.fields).toMatchObject({ userId: "", name: "Helpdesk" });
    expect(keyOf(copy)).toMatchObject([{ auth: { apiKey: "" } }]);
  });

  test.each<[string, string, readonly string[] | undefined]>([
    ["another path", "https://api.dify.ai/v2", undefined],
    ["another host", "https://dify.example.com/v1", ["https://api.dify.ai", "https://dify.example.com"]],
    ["another port", "https://api.dify.ai:8443/v1", ["https://api.dify.ai", "https://api.dify.ai:8443"]],
  ])("for %s is needed again only if the origin changes", (_, url, origins) => {
    expect(changed(["callbackUrl"], url).integrations.map(lostOrigin)).toEqual([origins]);
  });

  test("that is typed needs no stored one", () => {
    const [draft] = changed(["callbackUrl"], "https://dify.example.com/v1").integrations;
    if (!draft) throw new Error("no integration");
    expect(
      lostOrigin({ ...draft, fields: setIn(draft.fields, ["auth", "apiKey"], "app-new") }),
    ).toBeUndefined();
    expect(lostOrigin(newIntegrationDraft("dify_chat"))).toBeUndefined();
  });
});
