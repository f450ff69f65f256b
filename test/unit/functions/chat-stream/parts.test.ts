import { describe, expect, test } from "@jest/globals";
import { type Ask, type Call, setUpChat } from "./chat-calls.ts";

/** A model that thinks aloud in two ways, and draws. */
const thinks = (): Ask => async (_question, listener) => {
  await listener({ type: "thought", text: "Let me " });
  await listener({ type: "thought", text: "see." });
  await listener({ type: "delta", text: "Yes.<think>Or no?</think> " });
  await listener({ type: "delta", text: "Here." });
  await listener({
    type: "file",
    file: { kind: "image", url: "https://a.example/cat.png", name: "cat.png" },
  });
  return { status: "answered" };
};

const shows = { showThinking: true };
const both = { content: "hello", parts: ["reasoning", "file"] };
const keyed = { "Idempotency-Key": "k1" };

const ask = async ({ options = shows, ...given }: Call & { readonly options?: object }) => {
  const set = setUpChat(thinks, options);
  const reply = set.chat(given);
  await set.clock.advance(0);
  await reply.done;
  return { ...set, reply, seen: reply.events().map(({ id, event, data }) => [id, event, JSON.parse(data)]) };
};

const whole = async (given: Call & { readonly options?: object }) => {
  const { reply } = await ask({ ...given, headers: { Accept: "application/json" } });
  return JSON.parse(reply.text());
};

const end = ["1.end", "end", { stopped: false, usage: null, sources: [] }];

describe("a client that takes reasoning and files on their own", () => {
  test("gets them as events, in order, each with a position", async () => {
    expect((await ask({ body: both })).seen).toEqual([
      ["1.0.0", "start", { turn: "id-1", conversation: null }],
      ["1.0.0.6.0", "reasoning", { content: "Let me" }],
      ["1.0.0.11.0", "reasoning", { content: " see." }],
      ["1.0.0.19.0", "reasoning", { content: "\n\nOr no?" }],
      ["1.0.5.19.0", "delta", { content: "Yes. " }],
      ["1.0.10.19.0", "delta", { content: "Here." }],
      ["1.0.10.19.1", "file", { type: "image", url: "https://a.example/cat.png", name: "cat.png" }],
      end,
    ]);
  });

  test("gets no reasoning that the integration does not show", async () => {
    const { seen, reply } = await ask({ body: both, options: {} });
    expect(seen.map(([, event]) => event)).toEqual(["start", "delta", "delta", "file", "end"]);
    expect(reply.text()).not.toMatch(/Let me|Or no/);
  });

  test("gets them beside the text of a whole answer", async () => {
    expect(await whole({ body: both })).toMatchObject({
      content: "Yes. Here.",
      reasoning: "Let me see.\n\nOr no?",
      files: [{ type: "image", url: "https://a.example/cat.png", name: "cat.png" }],
    });
    expect(await whole({ body: both, options: {} })).toMatchObject({ reasoning: null });
  });

  test("drops the reasoning of an answer that the model takes back, now, in a replay and in a whole answer", async () => {
    const takesBack = (): Ask => async (_question, listener) => {
      await listener({ type: "delta", text: "<think>Wrong.</think>Yes." });
      await listener({ type: "replace", text: "<think>Right.</think>No." });
      return { status: "answered" };
    };
    const { chat, clock } = setUpChat(takesBack, shows);
    const live = chat({ body: both, headers: keyed });
    await clock.advance(0);
    await live.done;
    const replayed = chat({ body: both, headers: keyed });
    const json = chat({ body: both, headers: { ...keyed, Accept: "application/json" } });
    await clock.advance(1_000);
    for (const { events } of [live, replayed])
      expect(events().map(({ id, event, data }) => [id, event, JSON.parse(data)])).toEqual([
        ["1.0.0", "start", expect.anything()],
        ["1.0.0.6.0", "reasoning", { content: "Wrong." }],
        ["1.0.4.6.0", "delta", { content: "Yes." }],
        ["1.1.3.6.0", "replace", { content: "No.", all: true }],
        ["1.1.3.12.0", "reasoning", { content: "Right." }],
        end,
      ]);
    expect(JSON.parse(json.text())).toMatchObject({ content: "No.", reasoning: "Right." });
  });

  test("may take only one of them", async () => {
    const onlyFiles = await whole({ body: { content: "hello", parts: ["file"] } });
    expect(onlyFiles).toMatchObject({
      content: expect.stringMatching(/^> Let me see\.\n\nYes\./),
      files: [{}],
    });
    expect(onlyFiles).not.toHaveProperty("reasoning");
  });

  test.each([
    [{ parts: ["thoughts"] }, 'parts[0]: must be one of reasoning, file, got "thoughts"'],
    [{ parts: ["file", "file", "file"] }, "parts: at most 2 entries, got 3"],
    [{ parts: "file" }, 'parts: must be an array, got "file"'],
  ])("must name them: %j", async (more, errorMessage) => {
    const { reply } = await ask({ body: { content: "hello", ...more } });
    expect(reply.status()).toBe(400);
    expect(JSON.parse(reply.text())).toMatchObject({ errorMessage });
  });
});

test("any other client gets reasoning as a quote and files as links, as before", async () => {
  const reply = await whole({ body: { content: "hello" } });
  expect(reply.content).toBe(
    "> Let me see.\n\nYes.\n\n> Or no?\n\nHere.\n\n![cat.png](https://a.example/cat.png)",
  );
  expect(reply).not.toHaveProperty("reasoning");
  expect(reply).not.toHaveProperty("files");
});

describe("a stored answer with reasoning and files", () => {
  test("is replayed as it was sent, to the same question, however its parts are ordered", async () => {
    const { chat, clock, seen } = await ask({ body: both, headers: keyed });
    const again = chat({ body: { ...both, parts: ["file", "reasoning"] }, headers: keyed });
    await clock.advance(1_000);
    const replayed = again.events().map(({ event, data }) => [event, JSON.parse(data)]);
    expect(replayed).toContainEqual(["reasoning", { content: "Let me see.\n\nOr no?" }]);
    expect(replayed.at(-2)).toEqual(["file", seen.at(-2)?.[2]]);

    const whole = chat({ body: both, headers: { ...keyed, Accept: "application/json" } });
    await clock.advance(1_000);
    expect(JSON.parse(whole.text())).toMatchObject({ content: "Yes. Here.", files: [{ name: "cat.png" }] });
  });

  test("goes on in the middle of its reasoning, and has the rest once", async () => {
    const { events, seen, clock } = await ask({ body: both, headers: keyed });
    const resumed = events(seen[0]?.[2].turn, { headers: { "Last-Event-ID": "1.0.0.8.0" } });
    await clock.advance(1_000);
    await resumed.done;
    expect(resumed.events().map(({ id, event, data }) => [id, event, JSON.parse(data)])).toEqual([
      ["1.0.0.19.0", "reasoning", { content: "ee.\n\nOr no?" }],
      ["1.0.10.19.0", "delta", { content: "Yes. Here." }],
      ["1.0.10.19.1", "file", { type: "image", url: "https://a.example/cat.png", name: "cat.png" }],
      end,
    ]);
  });

  test("is of another question if the client takes other parts", async () => {
    const { chat, clock } = await ask({ body: both, headers: keyed });
    for (const parts of [["file"], []]) {
      const other = chat({ body: { ...both, parts }, headers: keyed });
      await clock.advance(0);
      expect(other.status()).toBe(409);
    }
  });
});
