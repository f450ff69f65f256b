import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Bot } from "#core/bot/bot.ts";
import type { MessageEvent } from "#core/message/message-event.ts";
import { mergeMessages, questionOf } from "#core/turn/question.ts";
import { bot, difyIntegration, messageEvent } from "../../../support/turns.ts";

const named = { objectNames: [] };
const textOf = (asked: Pick<Bot, "name">, event: MessageEvent): string | undefined =>
  questionOf(asked, named, event)?.text;

describe("the text", () => {
  test("of a text message is its content", () => {
    expect(textOf(bot(), messageEvent({ content: '{"content":"hi there","extra":"x"}' }))).toBe("hi there");
  });

  test("of a message in a group is the text for the bot, without the bot's name in front", () => {
    const content = JSON.stringify({ content: "@Helpdesk hello" });
    const event = messageEvent({ channelType: "GROUP", content }, { type: "message:group_mentioned" });
    expect(textOf(bot({ name: "Helpdesk" }), event)).toBe("hello");
  });

  test("of a mention and nothing else is the mention: the bot was called", () => {
    const content = JSON.stringify({ content: "@Helpdesk " });
    const event = messageEvent({ channelType: "GROUP", content }, { type: "message:group_mentioned" });
    expect(textOf(bot({ name: "Helpdesk" }), event)).toBe("@Helpdesk");
  });

  test("of an event other than a message is its name", () => {
    expect(textOf(bot(), messageEvent({ objectName: "" }, { type: "group:user_join" }))).toBe(
      "group:user_join",
    );
  });

  test.each([
    ["another message type", { objectName: "RC:ImgMsg" }],
    ["nothing but spaces", { content: '{"content":"  "}' }],
    ["content that is not JSON", { content: "hello" }],
    ["content that is not an object", { content: "null" }],
  ])("of %s is undefined", (_, data) => {
    expect(textOf(bot(), messageEvent(data))).toBeUndefined();
  });

  test("of any JSON is a string or undefined, and never throws", () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (content) => {
        expect(["string", "undefined"]).toContain(typeof textOf(bot(), messageEvent({ content })));
      }),
    );
  });
});

describe("text that is not well-formed", () => {
  const half = "\ud83d";
  const url = "https://files.example/a.png";
  const asked = (objectName: string, content: object) =>
    questionOf(bot(), named, messageEvent({ objectName, content: JSON.stringify(content) }));

  test.each<[string, string, object]>([
    ["a text", "RC:TxtMsg", { content: `cut ${half}` }],
    ["a text with NUL", "RC:TxtMsg", { content: "a\0b" }],
    [
      "a quoted text",
      "RC:ReferenceMsg",
      { content: "this?", referMsg: { content: half }, objName: "RC:TxtMsg" },
    ],
    ["a caption", "RC:ImgMsg", { imageUri: url, caption: half }],
    ["a file name", "RC:FileMsg", { fileUrl: url, name: `${half}.pdf` }],
    ["a title", "RC:ImgTextMsg", { imageUri: url, title: half }],
    ["a URL", "RC:ImgMsg", { imageUri: `https://files.example/${half}.png` }],
  ])("is made well-formed, since models and Dify reject it: %s", (_, objectName, content) => {
    const question = asked(objectName, content);
    const texts = [
      question?.text ?? half,
      ...(question?.files ?? []).map((file) => ("url" in file ? file.url : "")),
    ];
    for (const text of texts) expect(text).toBe(text.toWellFormed().replaceAll("\0", ""));
  });

  test("is well-formed whatever a client sends", () => {
    const units = fc.array(fc.integer({ min: 0, max: 0xffff })).map((each) => String.fromCharCode(...each));
    fc.assert(
      fc.property(units, (content) => {
        const { text } = asked("RC:TxtMsg", { content }) ?? { text: "nothing to ask" };
        expect(text.isWellFormed() && !text.includes("\0") && text.trim() !== "").toBe(true);
      }),
    );
  });
});

describe("a message that is not a text", () => {
  const asked = (objectName: string, content: object, objectNames: readonly string[] = []) =>
    questionOf(bot(), { objectNames }, messageEvent({ objectName, content: JSON.stringify(content) }));
  const url = "https://files.example/a";

  test.each<[string, object, object]>([
    ["RC:ImgMsg", { content: "iVBORw0KGgo=", imageUri: url }, { kind: "image", url }],
    ["RC:GIFMsg", { remoteUrl: url }, { kind: "image", url }],
    ["RC:HQVCMsg", { remoteUrl: url, duration: 3 }, { kind: "audio", url }],
    ["RC:SightMsg", { sightUrl: url, content: "iVBORw0KGgo=" }, { kind: "video", url }],
    ["RC:FileMsg", { fileUrl: url, name: "a.PDF", size: 7 }, { kind: "document", url }],
    ["RC:FileMsg", { fileUrl: `${url}.mp3?sign=x` }, { kind: "audio", url: `${url}.mp3?sign=x` }],
    ["RC:FileMsg", { fileUrl: url, name: "a.xyz" }, { kind: "custom", url }],
    ["RC:FileMsg", { fileUrl: url, name: "report", type: "pdf" }, { kind: "document", url }],
    ["RC:FileMsg", { fileUrl: url, type: ".DOCX" }, { kind: "document", url }],
    ["RC:FileMsg", { fileUrl: url, name: "a", type: "audio/mpeg" }, { kind: "audio", url }],
    ["RC:FileMsg", { fileUrl: url, name: "a.txt", type: "png" }, { kind: "image", url }],
    ["RC:FileMsg", { fileUrl: url, name: "a.png?x=1", type: "unknown" }, { kind: "image", url }],
    [
      "RC:FileMsg",
      { fileUrl: `${url}/b.pdf?sig=1`, name: "b" },
      { kind: "document", url: `${url}/b.pdf?sig=1` },
    ],
    ["RC:FileMsg", { fileUrl: `${url}/报 1.pdf` }, { kind: "document", url: `${url}/%E6%8A%A5%201.pdf` }],
  ])("%s goes to Dify as a file: %j", (objectName, content, file) => {
    expect(asked(objectName, content)?.files).toEqual([file]);
  });

  test("has its caption as the text, or says what it is, since Dify accepts no question without a text", () => {
    expect(asked("RC:ImgMsg", { imageUri: url, caption: " What is this? " })?.text).toBe("What is this?");
    expect(asked("RC:ImgMsg", { imageUri: url, content: "iVBORw0KGgo=" })?.text).toBe("[image]");
    expect(asked("RC:FileMsg", { fileUrl: url, name: "report.pdf" })?.text).toBe("[document: report.pdf]");
    expect(
      asked("RC:ImgTextMsg", { title: "News", content: "Read it", imageUri: url, url: "https://x.example" }),
    ).toEqual({
      text: "News\nRead it\nhttps://x.example",
      files: [{ kind: "image", url }],
    });
    expect(asked("RC:ImgTextMsg", { title: "News" })).toEqual({ text: "News", files: [] });
  });

  test.each<[string, string, object]>([
    ["a location", "RC:LBSMsg", { latitude: 1, longitude: 2, poi: "Here" }],
    ["a picture without an address", "RC:ImgMsg", { content: "iVBORw0KGgo=" }],
    ["a file on the sender's own machine", "RC:FileMsg", { fileUrl: "file:///etc/passwd" }],
    ["an invalid address", "RC:ImgMsg", { imageUri: "not a url" }],
    ["an app's own kind that no integration names", "app:card", { title: "x" }],
  ])("and cannot be sent is not a question: %s", (_, objectName, content) => {
    expect(asked(objectName, content)).toBeUndefined();
  });

  test("but of an app's own kind is sent unchanged to an integration that names it", () => {
    expect(asked("app:card", { title: "x" }, ["app:card"])).toEqual({ text: '{"title":"x"}', files: [] });
  });

  test("is a question or not, and never throws, whatever it contains", () => {
    const kinds = fc.constantFrom(
      "RC:ImgMsg",
      "RC:FileMsg",
      "RC:ImgTextMsg",
      "RC:ReferenceMsg",
      "RC:SightMsg",
      "app:x",
    );
    const value = fc.oneof(
      fc.domain().map((host) => `https://${host}/a?b=c`),
      fc.string(),
      fc.jsonValue(),
    );
    const fields = fc.dictionary(
      fc.constantFrom(
        "imageUri",
        "fileUrl",
        "sightUrl",
        "content",
        "name",
        "caption",
        "referMsg",
        "objName",
        "title",
      ),
      value,
    );
    fc.assert(
      fc.property(kinds, fields, (objectName, content) => {
        const question = asked(objectName, content, ["app:x"]);
        if (question) expect(question.text.trim()).not.toBe("");
      }),
    );
  });
});

describe("a message that refers to another", () => {
  const asked = (content: object) =>
    questionOf(
      bot(),
      named,
      messageEvent({ objectName: "RC:ReferenceMsg", content: JSON.stringify(content) }),
    );

  test("quotes that message", () => {
    const referMsg = { content: "We open at 9.\nClosed on Sunday." };
    expect(asked({ content: "And on Monday?", referMsg, objName: "RC:TxtMsg" })).toEqual({
      text: "> We open at 9.\n> Closed on Sunday.\n\nAnd on Monday?",
      files: [],
    });
    expect(asked({ content: "Why?", referMsg: "as a text" })?.text).toBe("> as a text\n\nWhy?");
  });

  test("includes the picture of that message", () => {
    const referMsg = { imageUri: "https://files.example/a.png", content: "iVBORw0KGgo=" };
    expect(asked({ content: "What is this?", referMsg, objName: "RC:ImgMsg" })).toEqual({
      text: "> [image]\n\nWhat is this?",
      files: [{ kind: "image", url: "https://files.example/a.png" }],
    });
  });

  test("is only its own text if that message is unknown", () => {
    for (const referMsg of [undefined, null, 7, [], {}, { content: 7 }]) {
      expect(asked({ content: "Why?", referMsg })).toEqual({ text: "Why?", files: [] });
    }
    expect(asked({ content: "Why?", referMsg: { content: "x" }, objName: "RC:LBSMsg" })?.text).toBe("Why?");
  });
});

describe("messages of a sender, merged,", () => {
  const picture = (msgUID: string, sentAt: number) =>
    messageEvent({
      msgUID,
      msgTimestamp: sentAt,
      objectName: "RC:ImgMsg",
      content: JSON.stringify({ imageUri: `https://example.com/${msgUID}.png` }),
    });
  const text = (msgUID: string, sentAt: number, content: string) =>
    messageEvent({ msgUID, msgTimestamp: sentAt, content: JSON.stringify({ content }) });
  const merged = (first: MessageEvent, ...more: readonly MessageEvent[]) => {
    const { event, files } = mergeMessages(bot(), difyIntegration(), first, more);
    return { id: event.data.msgUID, text: questionOf(bot(), difyIntegration(), event)?.text, files };
  };

  test("are one text in the order of sending, with the ids of the first", () => {
    expect(merged(text("b", 2, "and what then?"), text("c", 3, "Hello?"), text("a", 1, "Hi"))).toEqual({
      id: "b",
      text: "Hi\nand what then?\nHello?",
      files: [],
    });
  });

  test("are a picture and what is asked about it", () => {
    expect(merged(picture("p", 1), text("a", 2, "What is this?"))).toEqual({
      id: "p",
      text: "What is this?",
      files: [{ kind: "image", url: "https://example.com/p.png" }],
    });
  });

  test("are pictures alone, each with its placeholder", () => {
    const { text: shown, files } = merged(picture("p", 1), picture("q", 2));
    expect(shown).toBe("[image]\n[image]");
    expect(files).toHaveLength(2);
  });

  test("are without what no model can read", () => {
    const place = messageEvent({ objectName: "RC:LBSMsg", content: "{}" });
    expect(merged(place, text("a", 1, "Here")).text).toBe("Here");
    expect(mergeMessages(bot(), difyIntegration(), place, [place]).event).toBe(place);
  });
});
