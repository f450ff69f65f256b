import * as v from "valibot";
import { plainName } from "#core/shared/normalize.ts";
import { anyObject, arrayOf, issueAt, stringOf } from "#core/shared/rules.ts";

/** What a user can tell a bot in the IM with a word of the team's choice, instead of asking a question. */
export const commandNames = ["stop", "reset", "help"] as const;
export type CommandName = (typeof commandNames)[number];

const maxWords = 10;
/** A longer text is none of the words, also if characters of it are composed. */
const maxTextLength = 256;
const words = arrayOf(stringOf(1, 64), maxWords);
const reply = (maxLength: number, description: string) =>
  v.exactOptional(v.pipe(stringOf(1, maxLength), v.description(description)));

export const commandEntries = {
  stop: v.exactOptional(
    v.pipe(
      words,
      v.description("Words that stop the bot's answers to what the user has asked before, in this chat."),
    ),
  ),
  stopText: reply(1024, "Reply to a stop word. If omitted, a message in English and Chinese."),
  reset: v.exactOptional(
    v.pipe(words, v.description("Words that do the same, and then begin a new conversation.")),
  ),
  resetText: reply(1024, "Reply to a reset word. If omitted, a message in English and Chinese."),
  help: v.exactOptional(v.pipe(words, v.description("Words that are answered with `helpText`."))),
  helpText: reply(4096, "Reply to a help word. Required if there is one."),
} satisfies Record<CommandName | `${CommandName}Text`, v.GenericSchema>;

/** The words of an integration, and the replies to them. */
export type Commands = { readonly [name in CommandName]?: readonly string[] } & {
  readonly [text in `${CommandName}Text`]?: string;
};

/** A word, and where it is in the option. */
interface PlacedWord {
  readonly name: CommandName;
  readonly index: number;
  readonly plain: string;
}

const placedWords = (commands: Commands): readonly PlacedWord[] =>
  commandNames.flatMap((name) =>
    (commands[name] ?? []).map((word, index) => ({ name, index, plain: plainName(word) })),
  );

/** The command that a text is, read like a reply to a form (`plainName`); undefined if it is a question. */
export const findCommand = (commands: Commands | undefined, text: string): CommandName | undefined => {
  if (!commands || text.length > maxTextLength) return undefined;
  const plain = plainName(text);
  return placedWords(commands).find((word) => word.plain === plain)?.name;
};

const checkWords = v.rawCheck<Commands>(({ dataset, addIssue }) => {
  if (!dataset.typed) return;
  const commands = dataset.value;
  const placed = placedWords(commands);
  const [blank] = placed.filter(({ plain }) => plain === "");
  if (blank)
    addIssue(issueAt(commands, [blank.name, blank.index], "must have more than white space and a full stop"));
  const repeated = placed.find(({ plain }, at) => placed.findIndex((each) => each.plain === plain) < at);
  if (repeated) addIssue(issueAt(commands, [repeated.name, repeated.index], "is a command already"));
});

export const commandsSchema = v.pipe(
  anyObject(),
  v.description(
    "Words with which a user in the IM stops the bot, begins a new conversation or gets a help text. A message that is one of them is not asked. If omitted, every message is.",
  ),
  v.strictObject(
    commandEntries,
    `is not a field of commands; known fields: ${Object.keys(commandEntries).join(", ")}`,
  ),
  v.check(
    (commands) => commandNames.some((name) => (commands[name] ?? []).length > 0),
    "must have at least one word",
  ),
  v.check(
    ({ help = [], helpText }) => help.length === 0 || helpText !== undefined,
    "must have a helpText for its help words",
  ),
  checkWords,
);
