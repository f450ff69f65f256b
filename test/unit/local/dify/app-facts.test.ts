import { describe, expect, test } from "@jest/globals";
import type { ProfileInput } from "../../../../local/dify/apps/profile.ts";
import { ask, question, send, withDify } from "./client.ts";
import { bodyText, recordingOf } from "./recordings.ts";

const nick = { type: "text-input", variable: "nick", max_length: 8 } as const;

const echo: ProfileInput = {
  name: "echo-chatflow",
  openingStatement: "Hi {{#nick#}}",
  form: [
    nick,
    { type: "number", variable: "level" },
    { type: "select", variable: "lang", options: ["en", "zh"] },
  ],
};

describe("what an app tells of itself", () => {
  test.each<[string, "0.15.3" | "1.12.1", ProfileInput]>([
    ["get-v1-info-chat", "0.15.3", { name: "chat", mode: "chat" }],
    ["get-v1-info", "1.12.1", echo],
    ["get-v1-parameters-chat", "0.15.3", { mode: "chat", form: [nick] }],
    ["get-v1-parameters-echo-chatflow", "0.15.3", echo],
    ["get-v1-parameters", "1.12.1", echo],
  ])("is what %s of Dify %s has", (name, version, profile) =>
    withDify(async (dify) => {
      const recording = recordingOf(version, name);
      dify.configure("app-x", { ...profile, version });
      const { status, text } = await send(dify, "app-x", "GET", recording.path.replace("/v1", ""));
      expect(status).toBe(recording.status);
      expect(JSON.parse(text)).toEqual(JSON.parse(bodyText(recording)));
    })(),
  );

  test(
    "is the right page for every other path",
    withDify(async (dify) => {
      expect((await send(dify, "app-x", "GET", "/meta")).text).toBe('{\n    "tool_icons": {}\n}\n');
      const wrongMethod = await send(dify, "app-x", "GET", "/chat-messages");
      expect([wrongMethod.status, JSON.parse(wrongMethod.text).code]).toEqual([405, "method_not_allowed"]);
    }),
  );
});

describe("a switch over HTTP", () => {
  const put = async (origin: string, key: string, body: string) => {
    const response = await fetch(new URL(`/_standin/apps/${key}`, origin), { method: "PUT", body });
    return { status: response.status, text: await response.text() };
  };

  test(
    "makes an app what it says, and can be read back",
    withDify(async (dify) => {
      const { status } = await put(
        dify.url,
        "app-x",
        '{"mode":"chat","reply":{"kind":"text","text":"Yes."}}',
      );
      expect(status).toBe(200);
      const read = await fetch(new URL("/_standin/apps/app-x", dify.url));
      expect(JSON.parse(await read.text())).toMatchObject({ mode: "chat", version: "1.12.1" });
      expect((await ask(dify, "app-x", question("hi"))).text).toContain('"answer":"Yes."');
    }),
  );

  test(
    "says what is wrong with it",
    withDify(async (dify) => {
      const wrong = await put(dify.url, "app-x", '{"mode":"caht","behaviour":{"kind":"silent","tiems":1}}');
      expect(wrong.status).toBe(400);
      expect(JSON.parse(wrong.text).message).toMatch(/mode: .*caht.*; behaviour\.tiems: /);
      expect((await put(dify.url, "app-x", "{")).status).toBe(400);
      expect((await put(dify.url, "x", "{}")).status).toBe(400);
      expect(() => dify.configure("app-x", { behaviour: { kind: "paused" } })).toThrow(/1\.13/);
    }),
  );
});

describe("the stand-in", () => {
  test(
    "knows the Bearer scheme alone",
    withDify(async (dify) => {
      const response = await fetch(`${dify.url}/info`, { headers: { authorization: "Basic app-x" } });
      expect(response.status).toBe(401);
      expect(JSON.parse(await response.text()).message).toBe("Authorization scheme must be 'Bearer'");
    }),
  );

  test("keeps what it was sent", async () => {
    const seen: string[] = [];
    await withDify(
      async (dify) => {
        await ask(dify, "app-x", question("hi"));
        expect(dify.requests).toMatchObject([
          {
            key: "app-x",
            method: "POST",
            path: "/v1/chat-messages",
            headers: { authorization: "Bearer app-x" },
            body: { query: "hi", user: "u1" },
          },
        ]);
      },
      { onRequest: ({ path }) => seen.push(path) },
    )();
    expect(seen).toEqual(["/v1/chat-messages"]);
  });
});
