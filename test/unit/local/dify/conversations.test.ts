import { describe, expect, test } from "@jest/globals";
import type { VersionName } from "../../../../local/dify/apps/versions.ts";
import type { StandInDify } from "../../../../local/dify/server.ts";
import { answerIn, ask, conversationIn, eventsIn, openStream, question, send, withDify } from "./client.ts";

const unknown = "00000000-0000-4000-8000-000000000000";

const begin = async (dify: StandInDify, key: string, query = "hello"): Promise<string> =>
  conversationIn((await ask(dify, key, question(query))).text);

const goOn = (dify: StandInDify, key: string, id: string, more = {}) =>
  ask(dify, key, question("again", { conversation_id: id, ...more }));

describe("a conversation", () => {
  test(
    "remembers what was said before",
    withDify(async (dify) => {
      const inputs = { bot_name: "Helpdesk" };
      const first = await ask(dify, "app-x", question("hello", { inputs }));
      expect(answerIn(first.text)).toBe("Hello u1, this is Helpdesk! You said: hello");
      const second = await goOn(dify, "app-x", conversationIn(first.text), { inputs });
      expect(conversationIn(second.text)).toBe(conversationIn(first.text));
      expect(answerIn(second.text)).toBe(
        "Hello u1, this is Helpdesk! You said: again (turn 2 of this conversation; before that you said: hello)",
      );
    }),
  );

  test.each<[VersionName, readonly number[]]>([
    ["0.15.3", [0, 1]],
    ["1.12.1", [1, 2]],
  ])("counts its turns in %s as %j", (version, counts) =>
    withDify(async (dify) => {
      dify.configure("app-x", { version });
      const first = await ask(dify, "app-x", question("hello"));
      const second = await goOn(dify, "app-x", conversationIn(first.text));
      expect([first, second].map(({ text }) => eventsIn(text)[0]?.data)).toEqual(
        counts.map((count) =>
          expect.objectContaining({ inputs: expect.objectContaining({ "sys.dialogue_count": count }) }),
        ),
      );
    })(),
  );

  test(
    "keeps the first inputs in 0.15.3 and takes the new ones in 1.12.1",
    withDify(async (dify) => {
      for (const [version, name] of [
        ["0.15.3", "Bob"],
        ["1.12.1", "Eve"],
      ] as const) {
        dify.configure("app-x", { version });
        const first = await ask(dify, "app-x", question("hello", { inputs: { bot_name: "Bob" } }));
        const second = await goOn(dify, "app-x", conversationIn(first.text), { inputs: { bot_name: "Eve" } });
        expect(answerIn(second.text)).toContain(`this is ${name}!`);
      }
    }),
  );

  test(
    "is nobody else's, neither user's nor app's",
    withDify(async (dify) => {
      const id = await begin(dify, "app-x");
      expect((await goOn(dify, "app-x", id, { user: "u2" })).status).toBe(404);
      expect((await goOn(dify, "app-y", id)).status).toBe(404);
      expect((await goOn(dify, "app-x", id)).status).toBe(200);
    }),
  );

  test(
    "is gone once it is deleted",
    withDify(async (dify) => {
      for (const [version, status, body] of [
        ["0.15.3", 200, '{\n    "result": "success"\n}\n'],
        ["1.12.1", 204, ""],
      ] as const) {
        dify.configure("app-x", { version });
        const id = await begin(dify, "app-x");
        const deleted = await send(dify, "app-x", "DELETE", `/conversations/${id}`, { user: "u1" });
        expect([deleted.status, deleted.text]).toEqual([status, body]);
        expect(JSON.parse((await goOn(dify, "app-x", id)).text).code).toBe("not_found");
      }
    }),
  );

  test(
    "is listed with its messages, oldest first in a page",
    withDify(async (dify) => {
      const id = await begin(dify, "app-x");
      await goOn(dify, "app-x", id);
      const list = JSON.parse((await send(dify, "app-x", "GET", "/conversations?user=u1")).text);
      expect(list).toMatchObject({ limit: 20, has_more: false, data: [{ id, name: "hello" }] });
      const all = JSON.parse(
        (await send(dify, "app-x", "GET", `/messages?user=u1&conversation_id=${id}`)).text,
      );
      expect(all.data.map(({ query }: { query: string }) => query)).toEqual(["hello", "again"]);
      expect(all.data[1].parent_message_id).toBe(all.data[0].id);
      const path = `/messages?user=u1&conversation_id=${id}&first_id=${all.data[1].id}&limit=1`;
      expect(JSON.parse((await send(dify, "app-x", "GET", path)).text)).toMatchObject({
        has_more: false,
        data: [{ query: "hello" }],
      });
    }),
  );
});

describe("a conversation that Dify does not know", () => {
  test.each<[VersionName]>([["0.15.3"], ["1.12.1"], ["1.16.0"]])("is a 404 in %s", (version) =>
    withDify(async (dify) => {
      dify.configure("app-x", { version });
      const { status, text } = await goOn(dify, "app-x", unknown);
      expect([status, JSON.parse(text).code]).toEqual([404, "not_found"]);
      expect(JSON.parse(text).message).toMatch(/^Conversation Not Exists\./);
    })(),
  );

  test(
    "leaves a streaming chatflow hanging in 1.14.2, but not a blocking one or a chat app",
    withDify(
      async (dify) => {
        dify.configure("app-flow", { version: "1.14.2" });
        dify.configure("app-chat", { version: "1.14.2", mode: "chat" });
        const stream = await openStream(
          dify,
          "app-flow",
          "/chat-messages",
          question("hi", { conversation_id: unknown }),
        );
        const text = await stream.until((soFar) => soFar.length >= "event: ping\n\n".length * 3);
        expect(text).toMatch(/^(?:event: ping\n\n)+$/);
        stream.leave();
        expect((await goOn(dify, "app-flow", unknown, { response_mode: "blocking" })).status).toBe(404);
        expect((await goOn(dify, "app-chat", unknown)).status).toBe(404);
      },
      { pingMs: 10 },
    ),
  );

  test(
    "is silently a new one in 1.15.0",
    withDify(async (dify) => {
      dify.configure("app-x", { version: "1.15.0" });
      const { status, text } = await goOn(dify, "app-x", unknown);
      expect(status).toBe(200);
      expect(conversationIn(text)).not.toBe(unknown);
    }),
  );
});

describe("a message", () => {
  test(
    "takes feedback from its own user",
    withDify(async (dify) => {
      const { text } = await ask(dify, "app-x", question("hi"));
      const path = `/messages/${eventsIn(text)[0]?.message_id}/feedbacks`;
      const rate = (rating: string | null, user = "u1") =>
        send(dify, "app-x", "POST", path, { rating, user });
      expect(JSON.parse((await rate(null)).text).message).toBe(
        "rating cannot be None when feedback not exists",
      );
      expect(JSON.parse((await rate("like")).text)).toEqual({ result: "success" });
      expect((await rate(null)).status).toBe(200);
      expect(JSON.parse((await rate("like", "u2")).text).message).toMatch(/^Message Not Exists\./);
    }),
  );

  test(
    "has suggested questions where the app has some",
    withDify(async (dify) => {
      dify.configure("app-x", { suggested: ["And then?"] });
      const { text } = await ask(dify, "app-x", question("hi"));
      const path = `/messages/${eventsIn(text)[0]?.message_id}/suggested?user=u1`;
      expect(JSON.parse((await send(dify, "app-x", "GET", path)).text).data).toEqual(["And then?"]);
      dify.configure("app-x", {});
      expect(JSON.parse((await send(dify, "app-x", "GET", path)).text).message).toBe(
        "Suggested Questions Is Disabled.",
      );
    }),
  );
});
