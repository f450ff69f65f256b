import { describe, expect, test } from "@jest/globals";
import { asObject, parseJson } from "../../../../local/dify/json.ts";
import type { ProfileInput } from "../../../../local/dify/profile.ts";
import { versionNames } from "../../../../local/dify/versions.ts";
import { recording } from "../../../support/recordings.ts";
import { ask, eventsIn, question, send, withAnyDify, withDify } from "./client.ts";

const nickMissing: ProfileInput["script"] = [{ do: "reject", message: "nick is required in input form" }];
const cited: ProfileInput["script"] = [
  { do: "begin" },
  { do: "say" },
  { do: "finish", metadata: { retriever_resources: [{ position: 1, dataset_name: "Handbook" }] } },
];

const json = (text: string) => asObject(parseJson(text));

describe("an error", () => {
  test.each<[name: string, profile: ProfileInput, key?: string]>([
    ["0.15.3/cf-unknown-conv", { version: "0.15.3" }],
    ["0.15.3/err-required", { version: "0.15.3", script: nickMissing }],
    ["0.15.3/agent-block", { version: "0.15.3", mode: "agent-chat" }],
    ["1.12.1/cf-unknown-conv", { version: "1.12.1" }],
    ["1.12.1/err-required", { version: "1.12.1", script: nickMissing }],
    ["1.16.1/cf-unknown-conv", { version: "1.16.1" }],
    ["1.16.1/chat-unknown-conv", { version: "1.16.1", mode: "chat" }],
    ["1.16.1/messages-unknown-conv", { version: "1.16.1" }],
    ["1.16.1/cf-required-missing-block", { version: "1.16.1", script: nickMissing }],
    ["1.16.1/wrong-mode-chat-on-wf", { mode: "workflow" }],
    ["1.16.1/wrong-mode-comp-on-cf", {}],
    ["1.16.1/wrong-mode-wf-on-chat", { mode: "chat" }],
    ["1.16.1/cf-wrongkey", {}, "wrong"],
    ["1.16.1/chat-nouser", { mode: "chat" }],
    ["1.16.1/chat-emptyquery", { mode: "chat" }],
    ["1.16.1/chat-longuser", { mode: "chat" }],
    ["1.16.1/agent-block", { mode: "agent-chat" }],
    ["1.16.1/fb-otheruser", {}],
    ["1.16.1/N16-conversations-last_id-unknown", {}],
    ["1.16.1/N19-conversations-workflow", { mode: "workflow" }],
    ["1.16.1/N43-delete-again", {}],
  ])(
    "is that of %s",
    withAnyDify(async (dify, name, profile, key = "app-x") => {
      dify.configure("app-x", profile);
      const { method, path, requestBody, status, contentType, body } = recording(name);
      const response = await fetch(new URL(path, dify.url), {
        method,
        headers: { authorization: `Bearer ${key}` },
        ...(method === "GET" ? {} : { body: requestBody }),
      });
      expect([response.status, response.headers.get("content-type")]).toEqual([status, contentType]);
      const [simulated, recorded] = [json(await response.text()), json(body.toString("utf8"))];
      expect([simulated.code, simulated.status]).toEqual([recorded.code, recorded.status]);
      // Flask appends text that only it knows.
      expect(recorded.message).toMatch(String(simulated.message));
    }),
  );
});

describe("a reply", () => {
  const keysIn = (text: string, path: string) => {
    const found = path === "" ? json(text) : asObject(Object.values(json(text)[path] ?? {})[0]);
    return Object.keys(found).sort();
  };

  test.each<[name: string, profile: ProfileInput]>([
    ["0.15.3/chat-block", { version: "0.15.3", mode: "chat" }],
    ["0.15.3/cf-pure-block", { version: "0.15.3" }],
    ["0.15.3/wf-block", { version: "0.15.3", mode: "workflow" }],
    ["1.12.1/comp-block", { version: "1.12.1", mode: "completion" }],
    ["1.14.2/cf-block", { version: "1.14.2" }],
    ["1.14.2/wf-block", { version: "1.14.2", mode: "workflow" }],
    ["1.16.1/chat-block", { version: "1.16.1", mode: "chat" }],
    ["1.16.1/cf-block", { version: "1.16.1" }],
    ["1.16.1/comp-block", { version: "1.16.1", mode: "completion" }],
    ["1.16.1/wf-block", { version: "1.16.1", mode: "workflow" }],
  ])(
    "in one piece has the keys of %s",
    withAnyDify(async (dify, name, profile) => {
      dify.configure("app-x", profile);
      const { path, requestBody, status, body } = recording(name);
      const { conversation_id: _unknown, ...request } = json(requestBody);
      const reply = await send(dify, "app-x", "POST", path.replace("/v1", ""), request);
      expect(reply.status).toBe(status);
      expect(keysIn(reply.text, "")).toEqual(keysIn(body.toString("utf8"), ""));
      const data = (text: string) => Object.keys(asObject(json(text).data)).sort();
      const withoutNumber = data(reply.text).filter((key) => key !== "sequence_number");
      expect(withoutNumber).toEqual(data(body.toString("utf8")));
    }),
  );

  test.each(versionNames)(
    "of GET /messages has the keys that %s gives a message",
    withAnyDify(async (dify, version) => {
      dify.configure("app-x", { version, script: cited });
      const { text } = await ask(dify, "app-x", question("hello"));
      const [first] = eventsIn(text);
      const path = `/messages?user=u1&conversation_id=${first?.conversation_id}`;
      const reply = await send(dify, "app-x", "GET", path);
      expect(keysIn(reply.text, "data")).toEqual(
        keysIn(recording(`${version}/messages`).body.toString("utf8"), "data"),
      );
      expect(Object.values(json(reply.text).data ?? {})[0]).toMatchObject({
        id: first?.message_id,
        query: "hello",
        answer: expect.stringContaining("You said: hello"),
        retriever_resources: [{ position: 1, dataset_name: "Handbook" }],
      });
    }),
  );

  test(
    "about the app has the keys of a recorded one",
    withDify(async (dify) => {
      dify.configure("app-x", { mode: "workflow" });
      const { text } = await send(dify, "app-x", "GET", "/info");
      expect(keysIn(text, "")).toEqual(keysIn(recording("1.16.1/info-cf").body.toString("utf8"), ""));
      expect(json(text).mode).toBe("workflow");
    }),
  );

  test(
    "on an unknown path is a page, and an error for a message without suggestions",
    withDify(async (dify) => {
      const unknown = await send(dify, "app-x", "GET", "/nothing");
      expect([unknown.status, unknown.headers.get("content-type")]).toEqual([
        404,
        "text/html; charset=utf-8",
      ]);
      const [event] = eventsIn((await ask(dify, "app-x", question("hi"))).text);
      const off = await send(dify, "app-x", "GET", `/messages/${event?.message_id}/suggested?user=u1`);
      expect(json(off.text)).toEqual(json(recording("1.16.1/suggested-off").body.toString("utf8")));
    }),
  );
});
