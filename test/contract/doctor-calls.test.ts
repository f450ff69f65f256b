import { describe } from "@jest/globals";
import { testFaults } from "./stage-faults.ts";
import { type StageToCheck, secretWith } from "./stage-to-check.ts";

const changeKey = (given: StageToCheck, type: "dify_chatflow" | "openai", apiKey: string) =>
  given.bots.updateIntegration("app-one", "bot-001", type, { apiKey, maskedApiKey: "r***d" }, Date.now());

describe("npm run doctor -- --stage dev, for the bridge, models and the IM", () => {
  testFaults([
    [
      "nothing answers at the address",
      ({ bridge }) => bridge.close(),
      [
        "problem  address       GET http://127.0.0.1",
        "problem  keys          POST /v3/bot/query.json of app-one: no response (connect ECONNREFUSED 127.0.0.1",
      ],
    ],
    [
      "the API does not answer as it should",
      ({ bridge }) => {
        bridge.answers.health = 403;
      },
      ["problem  address       GET http://127.0.0.1"],
    ],
    [
      "the bridge refuses the signature",
      ({ bridge }) => {
        bridge.answers.right = 401;
      },
      [
        'problem  keys          POST /v3/bot/query.json of app-one: 401 {"code":0}. To do: see docs/troubleshooting.md#401-a-call-is-refused',
      ],
    ],
    [
      "functions do not start",
      ({ bridge }) => {
        bridge.answers.right = 502;
        bridge.answers.wrong = 502;
      },
      [
        'problem  keys          POST /v3/bot/query.json of app-one: 502 {"code":0}. To do: see docs/troubleshooting.md#a-deployed-function-does-not-start',
      ],
    ],
    [
      "the bridge accepts a wrong signature",
      ({ bridge }) => {
        bridge.answers.wrong = 200;
      },
      [
        "problem  keys          POST /v3/bot/query.json of app-one with a wrong signature: 200 instead of 401. To do: ",
      ],
    ],
    [
      "a data key is missing",
      ({ aws, app }) => {
        const dataKeys = [{ id: "d2", key: Buffer.from("another key, also with 32 bytes.") }] as const;
        aws.account.secrets["bot-bridge-dev-apps"] = secretWith({ ...app, dataKeys });
      },
      [
        "problem  models        bot-001 of app-one cannot be read: no data key with the id d1. To do: put its",
      ],
    ],
    [
      "a bot's key is refused by Dify",
      (given) => changeKey(given, "dify_chatflow", "revoked-key"),
      ["problem  models        bot-001 of app-one, dify_chatflow, GET http://127.0.0.1"],
    ],
    [
      "a bot's key is refused by an OpenAI-compatible API",
      (given) => changeKey(given, "openai", "revoked-key"),
      ["problem  models        bot-001 of app-one, openai, GET http://127.0.0.1"],
    ],
    [
      "a bot has the type of another Dify app",
      ({ dify }) => dify.configure("app-of-the-bot", { mode: "workflow" }),
      ["problem  models        bot-001 of app-one, dify_chatflow, GET http://127.0.0.1"],
    ],
    [
      "an API does not list the bot's model",
      ({ openai }) => openai.configure("sk-of-the-bot", { models: ["another"] }),
      ["note     models        bot-001 of app-one, openai, GET http://127.0.0.1"],
    ],
    [
      "a model cannot be reached",
      ({ dify }) => dify.close(),
      ["problem  models        bot-001 of app-one, dify_chatflow, GET http://127.0.0.1"],
    ],
    [
      "the IM refuses the signature",
      ({ im }) => im.answerNext({ status: 401, code: 1004 }),
      ["problem  im            app-one at http://127.0.0.1"],
    ],
    [
      "the IM refuses the call, but not the signature",
      ({ im }) => im.answerNext({ status: 400, code: 1002 }),
      ["note     im            app-one at http://127.0.0.1"],
    ],
    [
      "the IM cannot be reached",
      ({ im }) => im.close(),
      ["problem  im            app-one at http://127.0.0.1"],
    ],
  ]);
});
