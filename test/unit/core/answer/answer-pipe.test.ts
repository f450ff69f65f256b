import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { AnswerEvent } from "#core/answer/answer.ts";
import type { AnswerFileKind } from "#core/answer/answer-facts.ts";
import { makeAnswerPipe, type TextSink } from "#core/answer/answer-pipe.ts";
import { makeRecordingSink } from "../../../support/recording-sink.ts";

const delta = (text: string): AnswerEvent => ({ type: "delta", text });
const file = (url: string, given: { name?: string; kind?: AnswerFileKind } = {}): AnswerEvent => ({
  type: "file",
  file: { url, name: given.name, kind: given.kind ?? "document" },
});

const resolveLink = (url: string): string =>
  url.startsWith("/files/") ? `https://dify.example${url.replaceAll(" ", "%20")}` : url;

const show = (events: readonly AnswerEvent[], showThinking = false) => {
  const sink = makeRecordingSink();
  const pipe = makeAnswerPipe(sink, { resolveLink, showThinking });
  for (const event of events) pipe.push(event);
  pipe.end();
  return sink;
};

describe("the text of an answer that a user reads", () => {
  test("arrives piece by piece, with only the possible start of a link held back", () => {
    expect(show([delta("Hel"), delta("lo [you]"), delta(".")]).calls).toEqual([
      { delta: "Hel" },
      { delta: "lo [you" },
      { delta: "]." },
    ]);
  });

  test("has working links even if the model's are relative, however they are split", () => {
    const answer =
      "See ![chart](/files/tools/a.png?sign=x) and [more](https://example.com/a) [x](/other) [y] (z).";
    const works =
      "See ![chart](https://dify.example/files/tools/a.png?sign=x) and [more](https://example.com/a) [x](/other) [y] (z).";
    fc.assert(
      fc.property(fc.array(fc.nat(answer.length), { maxLength: 10 }), (places) => {
        const sorted = [...new Set(places)].sort((a, b) => a - b);
        const pieces = [0, ...sorted].map((from, at) => answer.slice(from, sorted[at] ?? answer.length));
        expect(show(pieces.map(delta)).text()).toBe(works);
      }),
    );
  });

  test.each([
    ['<img src="/files/a.png">', '<img src="https://dify.example/files/a.png">'],
    ["[x](</files/b c.png>)", "[x](<https://dify.example/files/b%20c.png>)"],
    ["```js\na[0](/files/x)\n```", "```js\na[0](/files/x)\n```"],
    ['a = "b" [c]', 'a = "b" [c]'],
    ["<img src='/files/a.png'>", "<img src='https://dify.example/files/a.png'>"],
    ["<img src=/files/a.png>", "<img src=https://dify.example/files/a.png>"],
    ["![x][1]\n\n[1]: /files/a.png\nend", "![x][1]\n\n[1]: https://dify.example/files/a.png\nend"],
    ["[1]: </files/a.png>", "[1]: <https://dify.example/files/a.png>"],
    ["[1]: /files/a.png", "[1]: https://dify.example/files/a.png"],
    ['![x](/files/a.png "a title")', '![x](https://dify.example/files/a.png "a title")'],
    ["It is here: /files/a.png?sign=3%3D.", "It is here: https://dify.example/files/a.png?sign=3%3D."],
    ["在这里：/files/a.png。", "在这里：https://dify.example/files/a.png。"],
    ["either/or, a / b, other.com/files/a", "either/or, a / b, other.com/files/a"],
    ["https://other.com/files/a.png is not ours", "https://other.com/files/a.png is not ours"],
  ])("has links in other notations resolved, and code left alone: %s", (answer, works) => {
    for (let at = 0; at <= answer.length; at += 1) {
      expect(show([delta(answer.slice(0, at)), delta(answer.slice(at))]).text()).toBe(works);
    }
  });

  test("loses nothing of a link that never ends", () => {
    expect(show([delta("a [b](/files/"), delta("c")]).text()).toBe("a [b](/files/c");
    const long = `[b](${"x".repeat(10_000)}`;
    expect(show([delta(long)]).text()).toBe(long);
  });

  test.each(['"](a)"', "](", '="', "](a b="])(
    "arrives at once even if it is half a megabyte of link beginnings: %s",
    (unit) => {
      // Scanned again for each link it would take a minute.
      const long = unit.repeat(Math.floor((512 * 1024) / unit.length));
      expect(show([delta(long)]).text() === long).toBe(true);
    },
  );

  test("has a link to each file that its text does not link, once", () => {
    const events = [
      delta("Here."),
      file("/files/tools/a.png?sign=1", { name: "chart.png", kind: "image" }),
      file("/files/tools/a.png?sign=2", { name: "chart.png", kind: "image" }),
      file("https://cdn.example/b (1).pdf"),
    ];
    expect(show(events).text()).toBe(
      "Here.\n\n![chart.png](https://dify.example/files/tools/a.png?sign=2)\n\n[b (1).pdf](https://cdn.example/b%20%281%29.pdf)",
    );
  });

  test("has no second link to a file that is linked already, under any signature", () => {
    const events = [file("/files/tools/a.png?sign=1"), delta("![chart](/files/tools/a.png?sign=2)")];
    expect(show(events).text()).toBe("![chart](https://dify.example/files/tools/a.png?sign=2)");
  });

  test("may be only a file", () => {
    expect(show([file("/files/a.txt")]).text()).toBe("[a.txt](https://dify.example/files/a.txt)");
  });

  test("is only the replacement, without the files and thoughts of the replaced text", () => {
    const events: AnswerEvent[] = [
      delta("<think>bad"),
      file("/files/bad.png"),
      { type: "replace", text: "<think>x</think>good [a](/files/b.png)" },
    ];
    const { calls } = show(events);
    expect(calls).toEqual([{ replace: "good [a](https://dify.example/files/b.png)" }]);
  });

  test("is what follows the thought if its first tag is missing", () => {
    expect(show([delta("hm"), delta("</think>Hello.")]).calls).toEqual([
      { delta: "hm" },
      { replace: "Hello." },
    ]);
  });

  test("is apart from reasoning and files that the reader takes on their own", async () => {
    const calls: object[] = [];
    const sink: TextSink = {
      delta: (text) => void calls.push({ text }),
      replace: (replace) => void calls.push({ replace }),
      reasoning: (reasoning) => void calls.push({ reasoning }),
      file: (given) => void calls.push(given),
    };
    const events: AnswerEvent[] = [
      { type: "thought", text: "hm" },
      delta("See <think>well</think>[a](/files/a.png)"),
      file("/files/a.png?sign=1"),
      file("/files/b.png?sign=2", { name: "b", kind: "image" }),
      delta(" and"),
    ];
    const push = async (showThinking: boolean) => {
      calls.splice(0);
      const pipe = makeAnswerPipe(sink, { resolveLink, showThinking });
      for (const event of events) await pipe.push(event);
      await pipe.end();
      return [...calls];
    };
    const rest = [
      { text: "See [a](https://dify.example/files/a.png)" },
      { text: " and" },
      { kind: "image", url: "https://dify.example/files/b.png?sign=2", name: "b" },
    ];
    expect(await push(true)).toEqual([{ reasoning: "hm" }, { reasoning: "\n\nwell" }, ...rest]);
    expect(await push(false)).toEqual(rest);
  });

  test("begins again with its reasoning if the model replaces it: nothing is shown twice, or after it was taken back", async () => {
    const shown = { text: "", reasoning: "" };
    const pipe = makeAnswerPipe(
      {
        delta: (text) => {
          shown.text += text;
        },
        replace: (text, all) => {
          shown.text = text;
          if (all) shown.reasoning = "";
        },
        reasoning: (text) => {
          shown.reasoning += text;
        },
      },
      { resolveLink, showThinking: true },
    );
    const push = async (event: AnswerEvent) => {
      await pipe.push(event);
      return { ...shown };
    };
    await push(delta("<think>They ask a forbidden thing.</think>Gladly"));
    const whole = "<think>They ask a forbidden thing.</think>Gladly!";
    expect(await push({ type: "replace", text: whole })).toEqual({
      text: "Gladly!",
      reasoning: "They ask a forbidden thing.",
    });
    expect(await push({ type: "replace", text: "I cannot say." })).toEqual({
      text: "I cannot say.",
      reasoning: "",
    });
  });

  test("waits for a reader of reasoning who is slow", async () => {
    const order: string[] = [];
    const waited = Promise.withResolvers<void>();
    const pipe = makeAnswerPipe(
      { delta: () => {}, replace: () => {}, reasoning: () => waited.promise },
      { resolveLink, showThinking: true },
    );
    const pushed = Promise.resolve(pipe.push(delta("<think>hm</think>Hello."))).then(() =>
      order.push("pushed"),
    );
    order.push("drained");
    waited.resolve();
    await pushed;
    expect(order).toEqual(["drained", "pushed"]);
  });

  test("has no thought that Dify separates from the answer, unless thoughts are shown", () => {
    const events: AnswerEvent[] = [{ type: "thought", text: "hm" }, delta("Hello.")];
    expect(show(events).text()).toBe("Hello.");
    expect(show(events, true).text()).toBe("> hm\n\nHello.");
  });
});
