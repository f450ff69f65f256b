import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { chatErrorCodes } from "#core/chat/chat-event.ts";
import { answerErrorCodes } from "../../../client/src/error-codes.ts";
import { type BotErrorCode, botErrorCodes } from "../../../client/src/index.ts";
import { projectRoot } from "../../support/local-run.ts";
import { useChats } from "./chats.ts";

const chats = useChats();

describe("an error's code", () => {
  test("is one of the bridge's for an answer, or of the library's own", () => {
    expect(answerErrorCodes.toSorted()).toEqual(chatErrorCodes.toSorted());
    expect(new Set(botErrorCodes).size).toBe(botErrorCodes.length);
  });

  test("has an entry in the README", () => {
    const readme = readFileSync(join(projectRoot, "client/README.md"), "utf8");
    const documented = [...readme.matchAll(/^\| `(\w+)` \|/gm)].map(([, code]) => code);
    expect(botErrorCodes.filter((code) => !documented.includes(code))).toEqual([]);
  });

  test("is `internal` if a later bridge sends one that this library does not know", async () => {
    const { fake, bot } = chats();
    const data = { code: "overheated", message: "too hot", retryable: true };
    fake.script(() => [{ event: "error", data }]);
    const code: BotErrorCode = "internal";
    await expect(bot().chat("Hi").text()).rejects.toMatchObject({
      code,
      message: "too hot",
      retryable: true,
    });
  });
});
