import { expect, test } from "@jest/globals";
import type { DifyType } from "#core/bot/integration-types.ts";
import { askModel } from "../../../../scripts/doctor/ask-model.ts";
import { difyIntegration, openAiIntegration } from "../../../support/turns.ts";

const modes: readonly (readonly [mode: string, type: DifyType, needed: string | undefined])[] = [
  ["advanced-chat", "dify_chatflow", undefined],
  ["chat", "dify_chatflow", undefined],
  ["agent-chat", "dify_agent", undefined],
  ["completion", "dify_completion", undefined],
  ["workflow", "dify_workflow", undefined],
  ["a later one", "dify_chat", undefined],
  ["workflow", "dify_chat", "dify_workflow"],
  ["completion", "dify_workflow", "dify_completion"],
  ["chat", "dify_completion", "dify_chat or dify_chatflow or dify_agent"],
];

test.each(modes)("a Dify app of mode %s with the type %s needs the type %s", async (mode, type, needed) => {
  const send = async () => ({ status: 200, text: JSON.stringify({ mode }) });
  const found = await askModel(difyIntegration({ type }), "bot-001", send);
  expect(found?.text).toEqual(
    needed && `bot-001, ${type}, GET https://api.dify.ai/v1/info from here: the app needs the type ${needed}`,
  );
});

test("a server that does not list its models is not a problem", async () => {
  const send = async () => ({ status: 404, text: "" });
  expect(await askModel(openAiIntegration(), "bot-001", send)).toEqual({
    level: "note",
    text: "bot-001, openai, GET https://api.openai.com/v1/models from here: 404, so only its address was checked",
  });
});
