import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { parseInput } from "#adapters/api-gateway/parse-input.ts";
import { type Commands, commandNames, commandsSchema, findCommand } from "#core/bot/commands.ts";
import { refusalOf } from "../../adapters/api-gateway/refusal.ts";

const commands: Commands = {
  stop: ["/stop", "停"],
  reset: ["/reset", "neu starten"],
  help: ["/help"],
  helpText: "Ask me about refunds.",
};

describe("a text", () => {
  test.each([
    ["/stop", "stop"],
    ["停", "stop"],
    ["/RESET", "reset"],
    ["Neu Starten", "reset"],
    ["  /help\n", "help"],
    ["／ｓｔｏｐ", "stop"],
    ["停。", "stop"],
    ["/stop it", undefined],
    ["please /stop", undefined],
    ["", undefined],
  ])("%j is the command %s", (text, command) => {
    expect(findCommand(commands, text)).toBe(command);
  });

  test("is no command of an integration without commands", () => {
    expect(findCommand(undefined, "/stop")).toBeUndefined();
  });
});

describe("commands", () => {
  const refusal = (sent: unknown) => refusalOf(() => parseInput(commandsSchema, sent))?.errorMessage;

  test.each<[string, unknown, string]>([
    ["without a word", { stopText: "Bye" }, "body: must have at least one word"],
    ["with empty lists", { stop: [], reset: [] }, "body: must have at least one word"],
    ["with a help word and no text", { help: ["/help"] }, "body: must have a helpText for its help words"],
    [
      "with a blank word",
      { stop: ["/stop", " "] },
      'stop[1]: must have more than white space and a full stop, got " "',
    ],
    ["with a word twice", { stop: ["/x"], reset: ["/y", "/X"] }, 'reset[1]: is a command already, got "/X"'],
    [
      "with an unknown command",
      { pause: ["/pause"] },
      "pause: is not a field of commands; known fields: stop, ",
    ],
    ["with too long a word", { stop: ["x".repeat(65)] }, "stop[0]: at most 64 characters, got 65 characters"],
    ["of another type", "/stop", "body: must be an object, got a string of 5 characters"],
  ])("%s are refused", (_name, sent, message) => {
    expect(refusal(sent)).toContain(message);
  });

  test("that are accepted are found by each of their words", () => {
    const words = fc.array(fc.string({ unit: "grapheme", minLength: 1, maxLength: 10 }), { maxLength: 4 });
    const anyCommands = fc.record({ stop: words, reset: words, help: words, helpText: fc.constant("Help") });
    fc.assert(
      fc.property(anyCommands, (sent) => {
        if (refusal(sent) !== undefined) return;
        for (const name of commandNames)
          for (const word of sent[name]) {
            expect(findCommand(sent, word)).toBe(name);
            expect(findCommand(sent, ` ${word} `)).toBe(name);
          }
      }),
    );
  });
});
