import { describe, expect, test } from "@jest/globals";
import { makeConversationView } from "../../../../local/terminal/conversation-view.ts";
import { readSentMessage } from "../../../../local/terminal/sent-message.ts";

const setUp = () => {
  let shown = "";
  const view = makeConversationView((text) => {
    shown += text;
  });
  return { view, shown: () => shown };
};

describe("the terminal", () => {
  test("shows each piece of an answer at once, on one line", () => {
    const { view, shown } = setUp();
    view.said("u7", "bot", "hello");
    view.streamed("m1", "bot", "u7", "Hi ", false);
    expect(shown()).toBe("u7 → bot  hello\nbot → u7  Hi ");
    view.streamed("m1", "bot", "u7", "there", true);
    expect(shown()).toBe("u7 → bot  hello\nbot → u7  Hi there\n");
  });

  test("keeps two answers apart that come at the same time", () => {
    const { view, shown } = setUp();
    view.streamed("m1", "bot", "u7", "one", false);
    view.streamed("m2", "bot", "u8", "other", true);
    view.streamed("m1", "bot", "u7", " more", true);
    expect(shown()).toBe("bot → u7  one\nbot → u8  other\nbot → u7   more\n");
  });

  test("opens no line for an end that brings nothing", () => {
    const { view, shown } = setUp();
    view.streamed("m1", "bot", "u7", "one", false);
    view.streamed("m2", "bot", "u8", "other", true);
    view.streamed("m1", "bot", "u7", "", true);
    expect(shown()).toBe("bot → u7  one\nbot → u8  other\n");
  });

  test("makes room for a line of the log", () => {
    const { view, shown } = setUp();
    view.streamed("m1", "bot", "u7", "one", false);
    view.makeRoom();
    expect(shown()).toBe("bot → u7  one\n");
  });

  test("is not moved or coloured by what a message holds", () => {
    const { view, shown } = setUp();
    view.said("u7", "bot", "\u001b[2J\u0007re\u202ed\r");
    expect(shown()).toBe("u7 → bot  [2Jred\n");
  });
});

describe("a publish request", () => {
  test("is shown by what it says", () => {
    const form = new URLSearchParams({ fromUserId: "u7", toUserId: "bot", content: '{"content":"hello"}' });
    expect(readSentMessage(form.toString())).toEqual({ from: "u7", to: "bot", text: "hello" });
  });

  test.each(["", "content=hello", "fromUserId=a&toUserId=b&content=%7B%7D"])("%j is not shown", (form) => {
    expect(readSentMessage(form)).toBeUndefined();
  });
});
