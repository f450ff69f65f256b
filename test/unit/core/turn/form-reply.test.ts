import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { formText } from "#core/answer/form-text.ts";
import type { FieldValues, InputForm } from "#core/answer/pause.ts";
import { sentences } from "#core/answer/sentences.ts";
import { readFormReply } from "#core/turn/form-reply.ts";

const approval: InputForm = {
  id: "f1",
  text: "Refund 20 EUR?",
  fields: [],
  actions: [
    { id: "ok", title: "Approve" },
    { id: "no", title: "Reject" },
  ],
};

const leave: InputForm = {
  id: "f2",
  text: "# Leave request\n\n[why]\n\n[kind]",
  fields: [
    { type: "text", name: "why", default: "because" },
    { type: "choice", name: "kind", choices: ["sick", "holiday"] },
    { type: "file", name: "note" },
    { type: "files", name: "more", maxFiles: 2 },
  ],
  actions: [{ id: "send", title: "Send" }],
};

const picture = { kind: "image", url: "https://files.example.com/note.png" } as const;
const filled: FieldValues = { why: "ill", kind: "sick", note: picture, more: [] };

const reply = (form: InputForm, text: string, values: FieldValues = {}, files = [] as (typeof picture)[]) =>
  readFormReply(form, values, { text, files });

describe("a choice", () => {
  test.each([
    ["1", "ok"],
    [" 2. ", "no"],
    ["２）", "no"],
    ["approve", "ok"],
    ["REJECT", "no"],
    ["no", "no"],
  ])("%j is understood", (text, action) => {
    expect(reply(approval, text)).toEqual({
      status: "complete",
      input: { formId: "f1", action, values: {} },
    });
  });

  test.each(["3", "0", "maybe", "", "1 2", "-1"])(
    "%j is none, and the choices are asked for again",
    (text) => {
      const read = reply(approval, text);
      expect(read).toMatchObject({ status: "incomplete", values: {} });
      const { prompt } = read as Extract<typeof read, { status: "incomplete" }>;
      for (const part of [sentences.notAChoice, "1. Approve\n2. Reject", sentences.otherQuestion]) {
        expect(prompt).toContain(part);
      }
    },
  );

  test("is its name rather than its number", () => {
    const numbers: InputForm = {
      ...approval,
      actions: [
        { id: "a", title: "2" },
        { id: "b", title: "1" },
      ],
    };
    expect(reply(numbers, "1")).toMatchObject({ input: { action: "b" } });
  });
});

describe("fields", () => {
  test("are asked for one by one, then the action", () => {
    const first = reply(leave, "ill since Monday");
    expect(first).toMatchObject({ status: "incomplete", values: { why: "ill since Monday" } });
    expect(first).toMatchObject({ prompt: expect.stringContaining("1. sick\n2. holiday") });
    expect(reply(leave, "2", { why: "ill" })).toMatchObject({ values: { kind: "holiday" } });
    expect(reply(leave, "", { why: "ill", kind: "sick" }, [picture])).toMatchObject({
      values: { note: picture },
    });
    expect(reply(leave, "-", { why: "ill", kind: "sick", note: picture })).toMatchObject({
      values: { more: [] },
      prompt: expect.stringContaining("1. Send"),
    });
    expect(reply(leave, "send", filled)).toEqual({
      status: "complete",
      input: { formId: "f2", action: "send", values: filled },
    });
  });

  test("may be sent together by name, with the action on the last line", () => {
    const form: InputForm = { ...leave, fields: leave.fields.slice(0, 2) };
    expect(reply(form, "WHY: line one\nline two\nkind： holiday\nsend")).toEqual({
      status: "complete",
      input: { formId: "f2", action: "send", values: { why: "line one\nline two", kind: "holiday" } },
    });
  });

  test("keep the values that are right if another is wrong", () => {
    const form: InputForm = { ...leave, fields: leave.fields.slice(0, 2) };
    const read = reply(form, "why: ill\nkind: other");
    expect(read).toMatchObject({ status: "incomplete", values: { why: "ill" } });
    expect(read).toMatchObject({ prompt: expect.stringContaining(`kind: ${sentences.notAChoice}`) });
  });

  test("take the default for a hyphen", () => {
    expect(reply(leave, "-")).toMatchObject({ values: { why: "because" } });
  });

  test.each<[string, FieldValues, string, (typeof picture)[], string]>([
    ["a text where a file is asked for", { why: "ill", kind: "sick" }, "here", [], sentences.fileExpected],
    ["a file where a text is asked for", {}, "", [picture], sentences.textExpected],
    ["a file where the action is asked for", filled, "", [picture], sentences.textExpected],
  ])("%s is named, and nothing is taken", (_, values, text, files, sentence) => {
    expect(reply(leave, text, values, files)).toMatchObject({
      status: "incomplete",
      values,
      prompt: expect.stringContaining(sentence),
    });
  });
});

test.each([
  ["?what is the refund for", "what is the refund for"],
  ["？ 这是什么", "这是什么"],
])("%j is a question beside the form", (text, question) => {
  expect(reply(approval, text)).toEqual({ status: "question", text: question });
});

test("a form says what it asks, its first field and how to ask something else", () => {
  expect(formText(approval)).toBe(
    `Refund 20 EUR?\n\n${sentences.chooseAction}\n\n1. Approve\n2. Reject\n\n${sentences.otherQuestion}`,
  );
  expect(formText(leave)).toContain(
    `[kind]\n\n[Send]\n\n${sentences.severalFields}\n\n${sentences.textField("why")}`,
  );
  expect(formText(leave)).toContain("“because”");
});

test("no message throws, and only a complete reply has every field", () => {
  /** All fields are filled in as often as some or none. */
  const anyValues = fc
    .oneof(fc.constant(Object.entries(filled)), fc.subarray(Object.entries(filled)))
    .map((entries): FieldValues => Object.fromEntries(entries));
  let complete = 0;
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: "grapheme" }), fc.constantFrom("send", "1", "why: x\nsend", "?", "-")),
      anyValues,
      fc.array(fc.constant(picture), { maxLength: 3 }),
      (text, values, files) => {
        const read = reply(leave, text, values, files);
        if (read.status !== "complete") return;
        complete += 1;
        for (const { name } of leave.fields) expect(read.input.values[name]).toBeDefined();
      },
    ),
    { examples: [["send", filled, []]] },
  );
  expect(complete).toBeGreaterThan(0);
});
