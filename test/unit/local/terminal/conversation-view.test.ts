import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { makeConversationView } from "../../../../local/terminal/conversation-view.ts";
import { readSentMessage } from "../../../../local/terminal/sent-message.ts";
import { anyText } from "../../adapters/node/any-text.ts";

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
    view.showSent("u7", "bot", "hello");
    view.showStreamed("m1", "bot", "u7", "Hi ", false);
    expect(shown()).toBe("u7 → bot  hello\nbot → u7  Hi ");
    view.showStreamed("m1", "bot", "u7", "there", true);
    expect(shown()).toBe("u7 → bot  hello\nbot → u7  Hi there\n");
  });

  test("keeps two concurrent answers apart", () => {
    const { view, shown } = setUp();
    view.showStreamed("m1", "bot", "u7", "one", false);
    view.showStreamed("m2", "bot", "u8", "other", true);
    view.showStreamed("m1", "bot", "u7", " more", true);
    expect(shown()).toBe("bot → u7  one\nbot → u8  other\nbot → u7   more\n");
  });

  test("starts no line for an end without text", () => {
    const { view, shown } = setUp();
    view.showStreamed("m1", "bot", "u7", "one", false);
    view.showStreamed("m2", "bot", "u8", "other", true);
    view.showStreamed("m1", "bot", "u7", "", true);
    expect(shown()).toBe("bot → u7  one\nbot → u8  other\n");
  });

  test("makes room for a log line", () => {
    const { view, shown } = setUp();
    view.showStreamed("m1", "bot", "u7", "one", false);
    view.endLine();
    expect(shown()).toBe("bot → u7  one\n");
  });

  test("shows a webhook on a line of its own, between the pieces of an answer", () => {
    const { view, shown } = setUp();
    view.showStreamed("m1", "bot", "u7", "one", false);
    view.showWebhook("yourserver.com/callback", "message:private from u7");
    view.showStreamed("m1", "bot", "u7", " more", true);
    expect(shown()).toBe(
      "bot → u7  one\nwebhook → yourserver.com/callback  message:private from u7\nbot → u7   more\n",
    );
  });

  test("keeps a webhook to one line, whatever it contains", () => {
    const { view, shown } = setUp();
    view.showWebhook("yourserver.com/callback", "a\nbot → u7  forged\u001b[2J");
    expect(shown()).toBe("webhook → yourserver.com/callback  a\\nbot → u7  forged\\u001b[2J\n");
  });

  test("is not moved or coloured by the content of a message", () => {
    const { view, shown } = setUp();
    view.showSent("u7", "bot", "\u001b[2J\u0007re\u202ed\r");
    expect(shown()).toBe("u7 → bot  \\u001b[2J\\u0007re\\u202ed\\r\n");
  });
});

test("the terminal shows one line for each message, whatever its ids and its text contain", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(anyText, anyText, anyText), { maxLength: 5 }), (messages) => {
      const { view, shown } = setUp();
      for (const [index, [from, to, text]] of messages.entries()) {
        view.showSent(from, to, text);
        view.showStreamed(String(index), from, to, `a${text}`, false);
        view.showStreamed(String(index), from, to, text, true);
        view.showWebhook(to, text);
      }
      expect(shown().split("\n")).toHaveLength(3 * messages.length + 1);
      expect(shown().replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u2028\u2029\p{Bidi_Control}]/u);
    }),
  );
});

describe("a publish request", () => {
  const path = "/message/private/publish.json";
  const content = '{"content":"hello"}';

  test.each([
    [path, { toUserId: "bot" }, "bot"],
    ["/message/group/publish.json", { toGroupId: "g1", toUserId: "bot" }, "g1"],
    ["/callbacks/rongcloud/messages", { toUserId: "bot" }, "bot"],
  ])("to %s is shown with its text and its target", (path, target, to) => {
    const form = new URLSearchParams({ fromUserId: "u7", content, ...target });
    expect(readSentMessage(path, form.toString())).toEqual({ from: "u7", to, text: "hello" });
  });

  test.each(["", "content=hello", "fromUserId=a&toUserId=b&content=%7B%7D"])("%j is not shown", (form) => {
    expect(readSentMessage(path, form)).toBeUndefined();
  });
});
