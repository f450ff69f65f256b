import { describe, expect, test } from "@jest/globals";
import { parseFormBody } from "../../../../functions/adapters/api-gateway/parse-body.ts";
import { messageSchema, repeatable } from "../../../../functions/message-publish/message-schema.ts";
import { refusalOf } from "../../adapters/api-gateway/refusal.ts";

type Form = Readonly<Record<string, string | readonly string[] | undefined>>;

const formOf = (given: Form): Buffer => {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(given)) {
    for (const each of [value ?? []].flat()) form.append(name, each);
  }
  return Buffer.from(form.toString());
};

const message = (given: Form = {}): Form => ({
  fromUserId: "u7",
  toUserId: "bot-helpdesk",
  objectName: "RC:TxtMsg",
  content: '{"content":"hello"}',
  ...given,
});

const parse = (given: Form) => parseFormBody(messageSchema, formOf(given), repeatable);
const refusal = (given: Form) => refusalOf(() => parse(given));
const users = (count: number) => Array.from({ length: count }, (_, at) => `u${at}`);
/** JSON of this many bytes. */
const contentOf = (bytes: number, filling = "x"): string =>
  JSON.stringify({ content: filling.repeat((bytes - 14) / Buffer.byteLength(filling)) });

describe("a private message", () => {
  test("is read with whom it is from and to, its kind and its content", () => {
    expect(parse(message())).toEqual({
      fromUserId: "u7",
      toUserIds: ["bot-helpdesk"],
      objectName: "RC:TxtMsg",
      content: '{"content":"hello"}',
    });
  });

  test("may be sent to a thousand users", () => {
    expect(parse(message({ toUserId: users(1000) })).toUserIds).toEqual(users(1000));
  });

  test("may hold 128 KB of content", () => {
    const content = contentOf(128 * 1024);
    expect(Buffer.byteLength(content)).toBe(131_072);
    expect(parse(message({ content })).content).toBe(content);
  });

  test("may come with all that concerns its push, as the SDKs send it", () => {
    const push = { pushContent: "hello", pushData: "{}", isPersisted: "1", count: "1", pushExt: "{}" };
    expect(parse(message(push))).toEqual(parse(message()));
  });

  test.each<[string, Form, number, unknown]>([
    ["without fromUserId", { fromUserId: undefined }, 1002, "fromUserId: is required, got nothing"],
    ["without toUserId", { toUserId: undefined }, 1002, "toUserId: is required, got nothing"],
    ["without objectName", { objectName: undefined }, 1002, "objectName: is required, got nothing"],
    ["without content", { content: undefined }, 1002, "content: is required, got nothing"],
    ["from nobody", { fromUserId: "" }, 1002, 'fromUserId: must not be empty, got ""'],
    [
      "from an id of 65 characters",
      { fromUserId: "u".repeat(65) },
      1005,
      "fromUserId: at most 64 characters, got 65 characters",
    ],
    ["to nobody", { toUserId: ["u1", ""] }, 1002, 'toUserId[1]: must not be empty, got ""'],
    [
      "to an id of 65 characters",
      { toUserId: "u".repeat(65) },
      1005,
      "toUserId[0]: at most 64 characters, got 65 characters",
    ],
    [
      "to 1001 users",
      { toUserId: users(1001) },
      1002,
      expect.stringMatching(/^toUserId: at most 1000 entries, got /),
    ],
    [
      "of a kind of 33 characters",
      { objectName: "x".repeat(33) },
      1005,
      "objectName: at most 32 characters, got 33 characters",
    ],
    [
      "of two kinds",
      { objectName: ["RC:TxtMsg", "RC:ImgMsg"] },
      1002,
      "objectName: may be sent once, got 2 of it",
    ],
    ["with no content", { content: "" }, 1002, 'content: must hold JSON, got ""'],
    ["with content that is no JSON", { content: "hello" }, 1002, 'content: must hold JSON, got "hello"'],
    [
      "with content of more than 128 KB",
      { content: contentOf(131_073) },
      1005,
      "content: at most 131072 bytes, got 131073 bytes",
    ],
    [
      "with content of more than 128 KB in fewer characters",
      { content: contentOf(150_014, "你") },
      1005,
      "content: at most 131072 bytes, got 150014 bytes",
    ],
  ])("%s is refused", (_name, given, code, errorMessage) => {
    expect(refusal(message(given))).toEqual({ code, errorMessage });
  });
});
