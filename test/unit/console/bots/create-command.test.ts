import { execFileSync } from "node:child_process";
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import * as v from "valibot";
import type { Bot } from "../../../../console/src/pages/bots/form/bot-draft.ts";
import { botRequest } from "../../../../console/src/pages/bots/form/bot-draft.ts";
import { createCommand, createRequest } from "../../../../console/src/pages/bots/json/create-command.ts";
import { toBotReply } from "../../../../functions/bot-registry/bot-reply.ts";
import { botSchema } from "../../../../functions/bot-registry/bot-schema.ts";
import { validBot } from "./drafts.ts";

const schema = botSchema({ allowPrivate: false });

const bot: Bot = {
  userId: "bot-1",
  name: `It's $HOME \`id\` "quoted" \\ and\nmore`,
  type: "faq",
  profileUrl: "https://example.com/bot.png",
  metadata: {},
  integrations: [],
  createdAt: 1,
  updatedAt: 2,
};

/** The arguments that a shell calls curl with. */
const argumentsOf = (command: string): string[] =>
  execFileSync("sh", ["-c", `curl() { for each; do printf '%s\\0' "$each"; done; }; ${command}`])
    .toString()
    .split("\0")
    .slice(0, -1);

test("the curl command creates the bot, whatever its texts have for a shell", () => {
  const command = createCommand(bot, "https://bridge.example.com", { "App-Key": "it's" });
  const { createdAt, updatedAt, ...sent } = bot;
  expect(argumentsOf(command)).toEqual([
    "https://bridge.example.com/v3/bot/create.json",
    "-H",
    "App-Key: it's",
    "-H",
    "Content-Type: application/json",
    "-d",
    JSON.stringify(sent, null, 2),
  ]);
});

test("the request is accepted for any bot, with placeholders for its keys", () => {
  fc.assert(
    fc.property(validBot, (draft) => {
      const created = v.parse(schema, botRequest(draft));
      const stored = toBotReply({ ...created, createdAt: 1, updatedAt: 2 }, true);
      const again = v.parse(schema, createRequest(stored));
      const keys = again.integrations.flatMap((each) => ("apiKey" in each ? [each.apiKey] : []));
      expect(keys.every((key) => key.startsWith("YOUR-KEY-FOR-"))).toBe(true);
      expect({ ...again, integrations: again.integrations.length }).toEqual({
        ...created,
        integrations: created.integrations.length,
      });
    }),
  );
});
