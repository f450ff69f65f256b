import { beforeAll, describe, expect, test } from "@jest/globals";
import { sentences } from "#core/answer/sentences.ts";
import type { JsonValue } from "../../local/dify/json.ts";
import type { ProfileInput } from "../../local/dify/profile.ts";
import { type DifySimulator, startDifySimulator } from "../../local/dify/server.ts";
import type { ImMessage } from "../../local/im/messages.ts";
import { type ImSimulator, startImSimulator } from "../../local/im/server.ts";
import { closeAfterAll } from "../support/close-after.ts";
import { cutAfter, pictureUrl, thinking } from "../support/dify-scripts.ts";
import { eventually } from "../support/eventually.ts";
import { type RunningBridge, startBridge } from "../support/local-run.ts";
import { callApi, localApp, textMessage } from "../support/signed-call.ts";

let dify: DifySimulator;
let im: ImSimulator;
let bridge: RunningBridge;

beforeAll(async () => {
  dify = closeAfterAll(await startDifySimulator({ paceMs: 10 }));
  im = closeAfterAll(await startImSimulator({ appKey: localApp.appKey, appSecret: localApp.secret }));
  bridge = await startBridge({ RONGCLOUD_API_URL: im.url });
}, 60_000);

const streamPath = "/v3/message/private/publish_stream.json";
const story = { kind: "text", text: "Once upon a time there was a bot that told long stories." } as const;

/** A bot with a Dify app of its own, for one test. */
const withBot =
  (
    userId: string,
    { profile = {}, ...integration }: { profile?: ProfileInput; type?: string; options?: object },
    test: (bot: { readonly apiKey: string; readonly userId: string }) => Promise<void>,
  ) =>
  async (): Promise<void> => {
    const apiKey = `app-${userId}`;
    dify.configure(apiKey, profile);
    const auth = { apiKey };
    const integrations = [{ type: "dify_chatflow", callbackUrl: dify.url, auth, ...integration }];
    const bot = { userId, name: "Helpdesk", type: "faq", profileUrl: "https://example.com/bot.png" };
    const created = await callApi(bridge.url, "/v3/bot/create.json", { ...bot, integrations });
    expect(created).toMatchObject({ status: 200, body: { code: 200 } });
    try {
      await test({ apiKey, userId });
    } finally {
      await callApi(bridge.url, "/v3/bot/delete.json", { userId });
    }
  };

const say = (toUserId: string, content: string) =>
  callApi(bridge.url, "/message/private/publish.json", textMessage("u7", toUserId, content));
const send = (toUserId: string, objectName: string, content: object) =>
  callApi(
    bridge.url,
    "/message/private/publish.json",
    new URLSearchParams({ fromUserId: "u7", toUserId, objectName, content: JSON.stringify(content) }),
  );

const messagesOf = (botId: string): ImMessage[] =>
  im.messages().filter(({ fromUserId }) => fromUserId === botId);

const answerOf = (botId: string, nth = 0): Promise<ImMessage> =>
  eventually(() => {
    const message = messagesOf(botId).filter(({ complete }) => complete)[nth];
    if (!message) throw new Error(`no answer ${nth} of ${botId}\n${bridge.stderr()}`);
    return message;
  });

const askedOf = (apiKey: string): (JsonValue | undefined)[] =>
  dify.requests.filter(({ key, method }) => key === apiKey && method === "POST").map(({ body }) => body);

test(
  "a user who waits is told so before the answer, once, if the integration says so",
  withBot(
    "bot-busy",
    {
      options: { busyNoticeSeconds: 1 },
      profile: {
        script: [{ do: "wait", ms: 2_500 }, { do: "begin" }, { do: "say" }, { do: "finish" }],
        reply: story,
      },
    },
    async ({ userId }) => {
      await say(userId, "hello");
      expect((await answerOf(userId, 1)).text).toBe(story.text);
      expect(messagesOf(userId).map(({ text }) => text)).toEqual([sentences.busy, story.text]);
    },
  ),
);

test(
  "a question whose stream is cut while its run is queued is answered, and asked once",
  withBot(
    "bot-queued",
    {
      profile: {
        version: "1.16.1",
        reply: story,
        script: [
          { do: "wait", ms: 300, pings: false },
          { do: "cut" },
          { do: "wait", ms: 1_500, pings: false },
          { do: "begin" },
          { do: "say" },
          { do: "finish" },
        ],
      },
    },
    async ({ userId, apiKey }) => {
      await say(userId, "hello");
      expect((await answerOf(userId)).text).toBe(story.text);
      expect(askedOf(apiKey)).toHaveLength(1);
    },
  ),
);

describe("a model's thoughts", () => {
  const thoughtful: ProfileInput = { script: thinking("Who is it?"), reply: story };

  test(
    "are hidden from the user",
    withBot("bot-thinks", { profile: thoughtful }, async ({ userId }) => {
      await say(userId, "hello");
      expect((await answerOf(userId)).text).toBe(story.text);
    }),
  );

  test(
    "are quoted if the integration shows them",
    withBot(
      "bot-thinks-aloud",
      { profile: thoughtful, options: { showThinking: true } },
      async ({ userId }) => {
        await say(userId, "hello");
        expect((await answerOf(userId)).text).toBe(`> Who is it?\n\n${story.text}`);
      },
    ),
  );
});

describe("a message that is not plain text", () => {
  test(
    "but a picture reaches Dify as a file that Dify downloads",
    withBot("bot-sees", {}, async ({ userId, apiKey }) => {
      const url = "https://im.example.com/cat.jpg";
      await send(userId, "RC:ImgMsg", { content: "bm8gcHJldmlldw==", imageUri: url });
      await answerOf(userId);
      expect(askedOf(apiKey)).toEqual([
        expect.objectContaining({
          query: "[image]",
          files: [{ type: "image", transfer_method: "remote_url", url }],
        }),
      ]);
    }),
  );

  test(
    "but a reply to another quotes that message",
    withBot("bot-reads-on", {}, async ({ userId, apiKey }) => {
      await send(userId, "RC:ReferenceMsg", {
        content: "is that still so?",
        referMsgUserId: "u8",
        objName: "RC:TxtMsg",
        referMsg: { content: "the office opens\nat nine" },
      });
      await answerOf(userId);
      expect(askedOf(apiKey)).toEqual([
        expect.objectContaining({ query: "> the office opens\n> at nine\n\nis that still so?" }),
      ]);
    }),
  );
});

test(
  "a picture in an answer has a link that works from anywhere",
  withBot(
    "bot-draws",
    { profile: { reply: { kind: "deltas", deltas: ["Here:", "\n\n", `![picture](${pictureUrl})`] } } },
    async ({ userId }) => {
      await say(userId, "draw me a cat");
      const { text } = await answerOf(userId);
      const [, url = ""] = /^Here:\n\n!\[picture\]\((\S+)\)$/.exec(text) ?? [];
      expect(url).toMatch(`${new URL(dify.url).origin}/files/`);
      expect((await fetch(url)).headers.get("content-type")).toBe("image/png");
    },
  ),
);

test(
  "a workflow's picture, which is one of its outputs, follows its text as a link",
  withBot(
    "bot-workflow",
    {
      type: "dify_workflow",
      profile: {
        mode: "workflow",
        script: [
          { do: "begin" },
          { do: "say", pieces: ["Here:"] },
          {
            do: "finish",
            files: [
              {
                dify_model_identity: "__dify__file__",
                type: "image",
                filename: "picture.png",
                mime_type: "image/png",
                url: pictureUrl,
              },
            ],
          },
        ],
      },
    },
    async ({ userId }) => {
      await say(userId, "draw me a cat");
      const { text } = await answerOf(userId);
      const [, url = ""] = /^Here:\n\n!\[picture\.png\]\((\S+)\)$/.exec(text) ?? [];
      expect(url).toMatch(`${new URL(dify.url).origin}/files/`);
    },
  ),
);

test(
  "an answer that Dify replaces at its end is closed, and the replacement follows",
  withBot(
    "bot-moderated",
    {
      profile: {
        reply: story,
        paceMs: 40,
        script: [{ do: "begin" }, { do: "say" }, { do: "finish", replacement: "Let us not say that." }],
      },
    },
    async ({ userId }) => {
      await say(userId, "a story, please");
      await answerOf(userId, 1);
      const [takenBack, inItsPlace, ...more] = messagesOf(userId);
      expect(takenBack).toMatchObject({ complete: true, completeReason: 3 });
      expect(inItsPlace).toMatchObject({ text: "Let us not say that.", completeReason: 0 });
      expect(more).toEqual([]);
    },
  ),
);

test(
  "an answer that is too long for one message continues in the next, and nothing is lost",
  withBot("bot-long", {}, async ({ userId, apiKey }) => {
    const paragraph = "你好 ".repeat(100).trimEnd();
    const deltas = Array.from({ length: 400 }, (_, index) => `${index} ${paragraph}\n\n`);
    dify.configure(apiKey, { reply: { kind: "deltas", deltas }, paceMs: 0 });
    await say(userId, "everything, please");
    await eventually(() => expect(messagesOf(userId).at(-1)?.completeReason).toBe(0));
    const messages = messagesOf(userId);
    expect(messages.map(({ text }) => text).join("")).toBe(deltas.join(""));
    expect(messages.length).toBeGreaterThan(1);
    expect(messages.slice(0, -1).map(({ completeReason }) => completeReason)).toEqual(
      messages.slice(1).map(() => 4),
    );
    // Each but the last ends with a paragraph.
    expect(messages.slice(0, -1).every(({ text }) => text.endsWith("\n\n"))).toBe(true);
  }),
);

describe("an answer that waits for a person", () => {
  const refund = (given: object): ProfileInput => ({
    version: "1.14.2",
    script: [
      { do: "begin" },
      { do: "say", pieces: ["I have asked."] },
      { do: "pause", form: "May I refund\n20 euros?", ...given },
      { do: "say", pieces: [" It is on its way."] },
      { do: "finish" },
    ],
  });

  test(
    "continues with the user's choice",
    withBot(
      "bot-refunds",
      {
        profile: refund({
          form: "May I refund? {{#$output.why#}}",
          inputs: [{ output_variable_name: "why", type: "paragraph", default: null }],
        }),
      },
      async ({ userId, apiKey }) => {
        await say(userId, "my money back, please");
        expect((await answerOf(userId)).text).toMatch(/^I have asked\.\n\nMay I refund\? \[why\]/);
        await say(userId, "it was late");
        expect((await answerOf(userId, 1)).text).toMatch(/1\. Yes\n2\. No/);
        await say(userId, "yes");
        expect((await answerOf(userId, 2)).text).toBe(" It is on its way.");
        expect(askedOf(apiKey)).toEqual([
          expect.objectContaining({ query: "my money back, please" }),
          { user: "u7", action: "yes", inputs: { why: "it was late" } },
        ]);
        await say(userId, "thanks");
        await answerOf(userId, 3);
        expect(askedOf(apiKey).at(-1)).toMatchObject({ query: "thanks" });
      },
    ),
  );

  test(
    "says so if somebody else is asked, and continues when that person has answered",
    withBot("bot-waits", { profile: refund({ isDisplayed: false }) }, async ({ userId, apiKey }) => {
      await say(userId, "my money back, please");
      const { text, completeReason } = await answerOf(userId);
      expect(text).toMatch(/waiting for someone.*\n\n> May I refund\n> 20 euros\?$/s);
      expect([completeReason, messagesOf(userId).length]).toEqual([0, 1]);
      dify.fillForms(apiKey);
      expect((await answerOf(userId, 1)).text).toBe(" It is on its way.");
    }),
    30_000,
  );
});

test(
  "an error from Dify reaches the user as the team's own text, once",
  withBot(
    "bot-sorry",
    { profile: { behaviour: { kind: "http_error", status: 403 } }, options: { errorText: "Back at nine." } },
    async ({ userId, apiKey }) => {
      await say(userId, "hello?");
      expect((await answerOf(userId)).text).toBe("Back at nine.");
      expect([messagesOf(userId).length, askedOf(apiKey).length]).toEqual([1, 1]);
    },
  ),
);

test(
  "a group that shares its context has one conversation under one user, whichever member writes",
  withBot("bot-shared", { options: { context: "group" } }, async ({ userId, apiKey }) => {
    const sayInGroup = (fromUserId: string, content: string) =>
      callApi(
        bridge.url,
        "/message/group/publish.json",
        new URLSearchParams({
          fromUserId,
          toGroupId: "g1",
          objectName: "RC:TxtMsg",
          content: JSON.stringify({ content, mentionedInfo: { type: 2, userIdList: [userId] } }),
          isMentioned: "1",
        }),
      );
    await sayInGroup("u7", "I am Ann");
    await answerOf(userId);
    await sayInGroup("u8", "who was that?");
    const { text, targetId } = await answerOf(userId, 1);
    expect([targetId, text]).toEqual(["g1", expect.stringContaining("before that you said: I am Ann")]);
    expect(askedOf(apiKey)).toMatchObject([
      { user: "group:g1", inputs: { data_fromUserId: "u7" } },
      { user: "group:g1", inputs: { data_fromUserId: "u8" }, conversation_id: expect.any(String) },
    ]);
  }),
);

test(
  "a user sees that the bot is typing while Dify thinks",
  // No text for a second: the thought is not shown.
  withBot(
    "bot-types",
    {
      profile: {
        script: thinking("Hm."),
        reply: { kind: "text", text: "Yes." },
        paceMs: 200,
      },
    },
    async ({ userId }) => {
      await say(userId, "slow");
      await eventually(() => expect(im.typings().some(({ fromUserId }) => fromUserId === userId)).toBe(true));
      expect(messagesOf(userId)).toEqual([]);
      await answerOf(userId);
      const typings = im.typings().filter(({ fromUserId }) => fromUserId === userId);
      expect(typings).toMatchObject([{ targetId: "u7", typingContentType: "RC:TxtMsg" }]);
    },
  ),
);

describe("an IM in trouble", () => {
  const slowStory: ProfileInput = { reply: story, paceMs: 60 };

  test(
    "that throttles in the middle of an answer gets all of it, in one message",
    withBot("bot-slowed", { profile: slowStory }, async ({ userId }) => {
      await say(userId, "a story, please");
      await eventually(() => expect(messagesOf(userId)[0]?.chunks.length).toBeGreaterThan(0));
      im.force({
        path: streamPath,
        by: { status: 429, code: 1008, headers: { "retry-after": "1" } },
        times: 2,
      });
      expect(await answerOf(userId)).toMatchObject({ text: story.text, completeReason: 0 });
      expect(messagesOf(userId)).toHaveLength(1);
    }),
  );

  test(
    "that loses the reply to a first chunk gets the whole answer in one ordinary message, and no second stream",
    withBot("bot-unheard", { profile: slowStory }, async ({ userId }) => {
      im.force({ path: streamPath, by: "lost_reply" });
      await say(userId, "a story, please");
      const answer = await answerOf(userId);
      expect(answer).toMatchObject({ objectName: "RC:TxtMsg", text: story.text });
      // The stream whose id is unknown stays as it is; the IM ends it after 30 s of silence.
      expect(messagesOf(userId)).toEqual([
        expect.objectContaining({ objectName: "RC:StreamMsg", complete: false }),
        answer,
      ]);
    }),
  );

  test(
    "that loses the reply to a later chunk gets nothing twice",
    withBot("bot-half-heard", { profile: slowStory }, async ({ userId }) => {
      await say(userId, "a story, please");
      await eventually(() => expect(messagesOf(userId)[0]?.chunks.length).toBeGreaterThan(0));
      im.force({ path: streamPath, by: "lost_reply" });
      expect(await answerOf(userId)).toMatchObject({ text: story.text, completeReason: 0 });
      expect(messagesOf(userId)).toHaveLength(1);
    }),
  );
});

describe("a Dify whose stream breaks or that cannot stream", () => {
  test(
    "has its answer delivered to the end if the run continues without the stream",
    withBot(
      "bot-recovers",
      {
        profile: {
          version: "1.14.2",
          paceMs: 60,
          script: cutAfter(
            ["Once ", "upon ", "a ", "time "],
            ["there ", "was ", "a bot ", "that told ", "long ", "stories."],
          ),
        },
      },
      async ({ userId, apiKey }) => {
        await say(userId, "a story, please");
        expect(await answerOf(userId)).toMatchObject({ text: story.text, completeReason: 0 });
        expect([messagesOf(userId).length, askedOf(apiKey).length]).toEqual([1, 1]);
      },
    ),
  );

  test(
    "has its whole answer delivered if it sends one instead of the requested stream",
    withBot(
      "bot-unasked",
      { profile: { reply: story, behaviour: { kind: "no_streaming", how: "answers_whole" } } },
      async ({ userId, apiKey }) => {
        await say(userId, "a story, please");
        expect(await answerOf(userId)).toMatchObject({ text: story.text, completeReason: 0 });
        expect(askedOf(apiKey)).toHaveLength(1);
      },
    ),
  );

  test(
    "is asked for the whole answer if it rejects streaming",
    withBot(
      "bot-whole",
      { profile: { reply: story, behaviour: { kind: "no_streaming", how: "refuses" } } },
      async ({ userId, apiKey }) => {
        await say(userId, "a story, please");
        expect((await answerOf(userId)).text).toBe(story.text);
        expect(askedOf(apiKey)).toMatchObject([
          { response_mode: "streaming" },
          { response_mode: "blocking" },
        ]);
      },
    ),
  );
});
