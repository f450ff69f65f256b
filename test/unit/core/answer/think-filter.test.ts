import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { makeThinkFilter } from "#core/answer/think-filter.ts";

/** What a user sees once all the pieces have arrived. */
const shownOf = (pieces: readonly string[], quotes = false): string => {
  const filter = makeThinkFilter({ quotes });
  const shown = pieces.reduce((before, piece) => {
    const { text, replacesAll } = filter.push(piece);
    return replacesAll ? text : before + text;
  }, "");
  return shown + filter.end();
};

const cut = (text: string, places: readonly number[]): string[] => {
  const sorted = [...new Set(places.map((place) => place % (text.length + 1)))].sort((a, b) => a - b);
  return [0, ...sorted].map((from, index) => text.slice(from, sorted[index] ?? text.length));
};

const hidden: readonly (readonly [string, string, string])[] = [
  ["a thought at the start", "<think>\nLet me see.\n</think>\n\nHello.", "Hello."],
  ["no thought at all", "Hello <b>you</b>, 1 < 2.", "Hello <b>you</b>, 1 < 2."],
  ["an empty thought", "<think>\n\n</think>\n\nHello.", "Hello."],
  ["several thoughts", "<think>a</think>One.\n<think>b</think>Two.", "One.\nTwo."],
  [
    "a thought without a space around it",
    "Let me look.<think>hm</think>\n\nIt is.",
    "Let me look.\n\nIt is.",
  ],
  ["a thought without its first tag", "I wonder.\n</think>\n\nHello.", "Hello."],
  ["a thought without its first tag, and another", "hm</think>One <think>x</think>two", "One two"],
  ["a tag within a thought", "<think>a <think> b</think>Hello.", "Hello."],
  ["one last tag too many", "<think>a</think>Hello.</think> Bye.", "Hello. Bye."],
  ["a thought that never ends", "<think>I am cut o", ""],
  ["an answer that ends in half a tag", "1 <th", "1 <th"],
  ["a tag that is mentioned", "Use the `<think>` tag.", "Use the `<think>` tag."],
  ["both tags mentioned", "`<think>` ends with `</think>`.", "`<think>` ends with `</think>`."],
  ["a tag within a line that never closes", "Write <think> first.", "Write <think> first."],
  ["a tag on a line of its own that never closes", "So:\n<think>\nand so on", "So:\n<think>\nand so on"],
  [
    "tags in a block of code",
    "Qwen writes:\n\n```\n<think>\nreasoning\n</think>\n```\n\nand then its answer.",
    "Qwen writes:\n\n```\n<think>\nreasoning\n</think>\n```\n\nand then its answer.",
  ],
  [
    "a last tag alone in a block of code",
    "See:\n~~~xml\n</think>\n~~~\nDone.",
    "See:\n~~~xml\n</think>\n~~~\nDone.",
  ],
  ["a thought after a block of code", "```\nx\n```\n<think>a</think>Hello.", "```\nx\n```\nHello."],
  ["a text that looks like a tag", "<thinker> and <thin", "<thinker> and <thin"],
  ["tags in upper case", "<THINK>hm</THINK>Hello.", "Hello."],
  ["blanks in tags", "<think >hm</think >Hello.", "Hello."],
  ["blanks before the name", "< think>hm</ think>Hello.", "Hello."],
  ["an attribute", '<think type="x">hm</think>Hello.', "Hello."],
  ["<thinking>", "<thinking>hm</thinking>Hello.", "Hello."],
  ["<thought>", "<thought>hm</thought>Hello.", "Hello."],
  ["<reasoning>", "<reasoning>hm</reasoning>\n\nHello.", "Hello."],
  ["a tag of another name within a thought", "<thinking>see </think> hm</thinking>Hello.", "Hello."],
  ["another name's closing alone", "I wonder.</thinking>Hello.", "Hello."],
  [
    "details of Dify 0.15",
    '<details style="color:gray;" open> <summary> Thinking... </summary>\nhm\n</details>\n\nHello.',
    "Hello.",
  ],
  ["details, written shorter", "<details open><summary>Thinking…</summary>hm</details>Hello.", "Hello."],
  [
    "details that are part of the answer",
    "<details><summary>Spoiler</summary>The butler</details>",
    "<details><summary>Spoiler</summary>The butler</details>",
  ],
  [
    "details about thinking",
    "<details><summary>Thinking fast</summary>a book</details>",
    "<details><summary>Thinking fast</summary>a book</details>",
  ],
  [
    "prose about a closing mark",
    "The model closes it with </reasoning> and goes on.",
    "The model closes it with </reasoning> and goes on.",
  ],
  ["a quoted closing mark", 'It ends with "</think>", always.', 'It ends with "</think>", always.'],
  ["Kimi's marks", "◁think▷hm◁/think▷Hello.", "Hello."],
  ["a triangle", "◁ left ◁th", "◁ left ◁th"],
  ["Gemma's channel", "<|channel>thought\nhm<channel|>Hello.", "Hello."],
  [
    "gpt-oss's channels",
    "<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>Hello.<|return|>",
    "Hello.",
  ],
  [
    "gpt-oss's channels without an end",
    "<|start|>assistant<|channel|>analysis<|message|>hm<|channel|>final<|message|>Hello.",
    "Hello.",
  ],
  [
    "prose about other tags",
    "Use `<thinking>` or <reasoning> first.",
    "Use `<thinking>` or <reasoning> first.",
  ],
];

test("a bot may name the tags of its model", () => {
  const filter = makeThinkFilter({ quotes: false, tags: ["scratchpad"] });
  const answer = "<scratchpad>hm</scratchpad><think>Hello</think>";
  expect(filter.push(answer).text + filter.end()).toBe("<think>Hello</think>");
});

describe("a thought", () => {
  test.each(hidden)("is hidden: %s", (_, answer, shown) => {
    expect(shownOf([answer])).toBe(shown);
  });

  test.each(hidden)("is hidden however it is split: %s", (_, answer, shown) => {
    fc.assert(
      fc.property(fc.array(fc.nat(answer.length), { maxLength: 12 }), (places) => {
        expect(shownOf(cut(answer, places))).toBe(shown);
      }),
    );
  });

  test("means the same however any text of tags and words is split, hidden or shown", () => {
    const part = fc.constantFrom(
      "```",
      "<think>",
      "</think>",
      "<th",
      "`",
      "\n",
      "\n\n",
      " ",
      "word",
      "<",
      "> x",
      "😀",
      "<reasoning x>",
      "</reasoning>",
      "<details>",
      "<summary>Thinking</summary>",
      "</details>",
      "◁think▷",
      "◁/",
      "<|channel|>analysis<|message|>",
      "<|end|>",
    );
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 20 }).map((parts) => parts.join("")),
        fc.array(fc.nat(200), { maxLength: 20 }),
        fc.boolean(),
        (answer, places, quotes) => {
          expect(shownOf(cut(answer, places), quotes)).toBe(shownOf([answer], quotes));
        },
      ),
      { numRuns: 300 },
    );
  });

  test("holds back only the beginning of a tag", () => {
    const filter = makeThinkFilter({ quotes: false });
    expect(filter.push("Hello <").text).toBe("Hello ");
    expect(filter.push("b>you").text).toBe("<b>you");
  });

  test("is withdrawn if it was shown because its first tag is missing", () => {
    const filter = makeThinkFilter({ quotes: false });
    expect(filter.push("I wonder.")).toEqual({ text: "I wonder.", replacesAll: false });
    expect(filter.push("</think>Hello.")).toEqual({ text: "Hello.", replacesAll: true });
  });
});

describe("a thought that is shown", () => {
  test.each([
    [
      "is a quote before the answer",
      "<think>\nLet me see.\n\nYes.\n</think>\n\nHello.",
      "> Let me see.\n> \n> Yes.\n\nHello.",
    ],
    ["is no quote if it is empty", "<think>\n\n</think>\n\nHello.", "Hello."],
    ["is a separate block within an answer", "One.\n<think>a</think>Two.", "One.\n> a\n\nTwo."],
    ["is a quote to its end if it never ends", "<think>I am cut o", "> I am cut o"],
    ["stays as it was if its first tag is missing", "I wonder.\n</think>\n\nHello.", "I wonder.\n\n\nHello."],
  ])("%s", (_, answer, shown) => {
    expect(shownOf([answer], true)).toBe(shown);
  });

  test("is a quote too if Dify separates it from the answer, and nothing if it is not to be shown", () => {
    const shows = makeThinkFilter({ quotes: true });
    const answer = [shows.pushThought("Let me "), shows.pushThought("see."), shows.push("Hello.").text];
    expect(answer.join("")).toBe("> Let me see.\n\nHello.");
    expect(makeThinkFilter({ quotes: false }).pushThought("Let me see.")).toBe("");
  });
});

describe("a thought that is passed on apart from the text", () => {
  const separate = (pieces: readonly string[]) => {
    let thought = "";
    const filter = makeThinkFilter({
      quotes: false,
      onThought: (more) => {
        expect(more).not.toBe("");
        thought += more;
      },
    });
    const text = pieces.reduce((before, piece) => {
      const { text, replacesAll } = filter.push(piece);
      return replacesAll ? text : before + text;
    }, "");
    return { text: text + filter.end(), thought };
  };

  test.each([
    ["is trimmed", "<think>\nLet me see.\n\nYes.\n</think>\n\nHello.", "Let me see.\n\nYes."],
    [
      "is a paragraph of its own",
      "<think>a</think>One.\n<think>b</think><think>c</think>Two.",
      "a\n\nb\n\nc",
    ],
    ["is nothing if it is empty", "<think>\n\n</think>\n\nHello.", ""],
    ["has all of one that never ends", "<think>I am cut o", "I am cut o"],
    [
      "has the text before a closing mark without an opening one",
      "I wonder.\n</think>\n\nHello.",
      "I wonder.",
    ],
    ["has no code that shows the marks", "```\n<think>a</think>\n```\n", ""],
  ])("%s", (_, answer, thought) => {
    expect(separate([answer]).thought).toBe(thought);
    expect(separate([...answer]).thought).toBe(thought);
  });

  test.each(hidden)("leaves the text that hides it: %s", (_, answer, shown) => {
    fc.assert(
      fc.property(fc.array(fc.nat(answer.length), { maxLength: 12 }), (places) => {
        expect(separate(cut(answer, places))).toEqual({ ...separate([answer]), text: shown });
      }),
    );
  });

  test("is passed on if the model separates it, too, before the text that follows", () => {
    const order: string[] = [];
    const filter = makeThinkFilter({ quotes: false, onThought: (more) => void order.push(more) });
    order.push(filter.pushThought("Let me "), filter.pushThought("see."), filter.push("Hello.").text);
    order.push(filter.pushThought("More."));
    expect(order).toEqual(["Let me", " see.", "", "", "Hello.", "\n\nMore.", ""]);
  });
});

test("white space before the first word is kept up to a limit, in linear time", () => {
  const filter = makeThinkFilter({ quotes: false });
  const shown = Array.from({ length: 100_000 }, () => filter.push(" ").text);
  expect(shown.join("")).toBe("");
  expect(filter.push("word").text).toBe(`${" ".repeat(1_024)}word`);
});

test("hidden text is kept up to a limit, and then counts as reasoning", () => {
  const filter = makeThinkFilter({ quotes: false });
  const shown = [filter.push("answer <think>").text];
  for (let n = 0; n < 3 && !filter.isFull; n += 1) shown.push(filter.push("x".repeat(600_000)).text);
  expect(filter.isFull).toBe(true);
  shown.push(filter.push("</think>more").text, filter.end());
  expect(shown.join("")).toBe("answer more");
});
