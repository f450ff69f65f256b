import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import * as v from "valibot";
import { declaredInputs } from "#adapters/dify/declared-inputs.ts";
import { difyInputs } from "#adapters/dify/dify-inputs.ts";
import { appParameters, inputFault } from "#adapters/dify/input-form.ts";
import type { BotProfile } from "#core/answer/model.ts";
import type { DifyType } from "#core/bot/integration-types.ts";
import { bot, difyIntegration, messageEvent } from "../../../support/turns.ts";

const formOf = (...fields: readonly object[]) =>
  v.parse(appParameters, { user_input_form: fields }).user_input_form;

const declared = (
  field: object,
  { profile = bot(), type = "dify_chatflow" }: { profile?: BotProfile; type?: DifyType } = {},
) => declaredInputs(formOf(field), difyIntegration({ type }), profile)[0];

const text = (variable: string, given: object = {}) => ({ "text-input": { variable, ...given } });

describe("an input is filled by", () => {
  test.each([
    ["tone", "metadata.tone"],
    ["bot_metadata_tone", "metadata.tone"],
    ["bot_name", "bot.name"],
    ["data_fromUserId", "data.fromUserId"],
    ["type", "type"],
    ["timestamp", "timestamp"],
    ["data_source", "data.source"],
    ["query", null],
    ["nick", null],
  ])("%s: %s", (variable, filledBy) => {
    expect(declared(text(variable))).toMatchObject({ name: variable, filledBy });
  });

  test("the text in apps without a chat", () => {
    for (const type of ["dify_completion", "dify_workflow"] as const)
      expect(declared({ paragraph: { variable: "query" } }, { type })).toMatchObject({
        filledBy: "text",
        fault: null,
      });
  });

  test("the message, where metadata has the same name", () => {
    const profile = bot({ metadata: { type: "faq" } });
    expect(declared(text("type"), { profile })).toMatchObject({ filledBy: "type" });
  });
});

describe("an input is at fault", () => {
  test.each<[string, object, string | null]>([
    ["required, and filled", text("tone", { required: true }), null],
    ["required, and nothing fills it", text("nick", { required: true }), "missing"],
    ["optional, and nothing fills it", text("nick"), null],
    ["as long as its metadata", text("tone", { max_length: 6 }), null],
    ["shorter than its metadata", text("tone", { max_length: 5 }), "too_short"],
    ["shorter than a message's content can be", text("data_content", { max_length: 4_000 }), "too_short"],
    ["as long as the longest user id", text("data_fromUserId", { max_length: 64 }), null],
    ["shorter than the longest user id", text("data_fromUserId", { max_length: 48 }), "too_short"],
    ["a paragraph without a limit", { paragraph: { variable: "data_content" } }, null],
    ["options with the value", { select: { variable: "tone", options: ["formal"] } }, null],
    ["options without the value", { select: { variable: "tone", options: ["casual"] } }, "wrong_option"],
    [
      "options with all channels",
      { select: { variable: "data_channelType", options: ["GROUP", "PERSON"] } },
      null,
    ],
    [
      "options with one channel",
      { select: { variable: "data_channelType", options: ["PERSON"] } },
      "wrong_option",
    ],
    ["a number with a time", { number: { variable: "timestamp" } }, null],
    ["a number with a text", { number: { variable: "tone" } }, "wrong_type"],
    ["a checkbox with a text", { checkbox: { variable: "tone" } }, "wrong_type"],
    ["a file, which the bridge sends otherwise", { file: { variable: "doc", required: true } }, "missing"],
    ["a file with the name of a text", { file: { variable: "tone" } }, "wrong_type"],
  ])("%s", (_name, field, fault) => {
    expect(declared(field)?.fault).toBe(fault);
  });
});

test("an input that is filled here is one that a question sends, whatever its name", () => {
  const name = fc.oneof(
    fc.constantFrom("tone", "type", "data_content", "bot_name", "__proto__", "query"),
    fc.stringMatching(/^[\w-]{1,64}$/),
  );
  fc.assert(
    fc.property(
      name,
      fc.dictionary(name, fc.string({ maxLength: 20 })),
      fc.nat(30),
      (variable, metadata, max) => {
        const profile = bot({ metadata });
        const field = text(variable, { required: true, max_length: max });
        const shown = declared(field, { profile });
        const sent = difyInputs(profile, messageEvent({ source: "iOS" }));
        expect(shown?.filledBy !== null).toBe(Object.hasOwn(sent, variable));
        // Every message may be longer than this one: what Dify would refuse here is a fault.
        const [input] = formOf(field);
        const value = Object.hasOwn(sent, variable) ? sent[variable] : undefined;
        if (input && inputFault(input, value) !== undefined) expect(shown?.fault).not.toBeNull();
      },
    ),
  );
});
