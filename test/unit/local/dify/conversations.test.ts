import { describe, expect, test } from "@jest/globals";
import type { DifySimulator } from "../../../../local/dify/server.ts";
import { answerIn, ask, conversationIn, eventsIn, question, send, withDify } from "./client.ts";

const begin = async (dify: DifySimulator, key: string, query = "hello"): Promise<string> =>
  conversationIn((await ask(dify, key, question(query))).text);

const goOn = (dify: DifySimulator, key: string, id: string, more = {}) =>
  ask(dify, key, question("again", { conversation_id: id, ...more }));

describe("a conversation", () => {
  test(
    "remembers its earlier messages",
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

  test(
    "belongs to its user and its app",
    withDify(async (dify) => {
      const id = await begin(dify, "app-x");
      expect((await goOn(dify, "app-x", id, { user: "u2" })).status).toBe(404);
      expect((await goOn(dify, "app-y", id)).status).toBe(404);
      expect((await goOn(dify, "app-x", id)).status).toBe(200);
    }),
  );

  test(
    "is listed with its oldest message first, and with no more of its last messages than requested",
    withDify(async (dify) => {
      const id = await begin(dify, "app-x");
      await goOn(dify, "app-x", id);
      const path = `/messages?user=u1&conversation_id=${id}`;
      const all = JSON.parse((await send(dify, "app-x", "GET", path)).text);
      expect(all.data.map(({ query }: { query: string }) => query)).toEqual(["hello", "again"]);
      const last = JSON.parse((await send(dify, "app-x", "GET", `${path}&limit=1`)).text);
      expect(last).toMatchObject({ has_more: true, data: [{ query: "again" }] });
    }),
  );
});

describe("a message", () => {
  test(
    "accepts feedback from its own user",
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
    "has suggested questions if the app has any",
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
