import type { BotProfile } from "#core/answer/model.ts";
import { eventTypes, isMessageType } from "#core/bot/event-type.ts";
import type { DeclaredInput, InputFault } from "#core/bot/integration-report.ts";
import { maxContentBytes } from "#core/message/message-content.ts";
import { channelTypes, type MessageEvent } from "#core/message/message-event.ts";
import { type FilledInput, filledInputs } from "./dify-inputs.ts";
import { type DifyIntegration, isChat, textInput } from "./dify-request.ts";
import { type InputField, inputFault, maxLengthOf } from "./input-form.ts";

/** A text that is longer than any other, and like no option or number. */
const longest = (characters: number): string => "x".repeat(characters);

/** Milliseconds since the epoch, with as many digits as until the year 2286. */
const anyTime = 1_767_225_600_123;

/** Messages whose every field is as long as messages' can be. */
const widestMessages = (botUserId: string): MessageEvent[] =>
  eventTypes.filter(isMessageType).flatMap((type) =>
    channelTypes.map((channelType) => ({
      type,
      timestamp: anyTime,
      data: {
        fromUserId: longest(64),
        toUserId: channelType === "PERSON" ? botUserId : longest(64),
        objectName: longest(32),
        content: longest(maxContentBytes),
        channelType,
        msgTimestamp: anyTime,
        msgUID: longest(64),
        source: longest(64),
      },
    })),
  );

/** Whether Dify reads a string as a value of the type (docs/spec/dify.md, A6). Files and objects are never strings. */
const isOfType = (type: string, value: string): boolean => {
  switch (type) {
    case "number":
      return value === "" || Number.isFinite(Number(value));
    case "checkbox":
      return /^(true|false|1|0|yes|no|on|off)$/i.test(value);
    case "file":
    case "file-list":
    case "json_object":
      return false;
    default:
      return true;
  }
};

const faultOf = (input: InputField, value: string | undefined): InputFault | undefined =>
  inputFault(input, value) ?? (value === undefined || isOfType(input.type, value) ? undefined : "wrong_type");

/** What fills the inputs of questions to an app, for each of several messages. */
const fillings = (
  integration: DifyIntegration,
  bot: BotProfile,
): readonly ReadonlyMap<string, FilledInput>[] => {
  const text = { value: longest(maxContentBytes), from: "text" };
  return widestMessages(bot.userId).map((event) => {
    const filled = filledInputs(bot, event);
    return isChat(integration) ? filled : new Map([...filled, [textInput, text]]);
  });
};

/** The variables of an app, what the bridge fills them with, and why a question might be refused. */
export const declaredInputs = (
  form: readonly InputField[],
  integration: DifyIntegration,
  bot: BotProfile,
): DeclaredInput[] => {
  const all = fillings(integration, bot);
  return form.map((input) => {
    const { variable: name, label = name, required = false, options } = input.field;
    const faults = all.flatMap((filled) => faultOf(input, filled.get(name)?.value) ?? []);
    return {
      name,
      label,
      type: input.type,
      required,
      maxLength: maxLengthOf(input) ?? null,
      options,
      filledBy: all[0]?.get(name)?.from ?? null,
      fault: faults[0] ?? null,
    };
  });
};
