import { describe, expect, test } from "@jest/globals";
import { send, withDify } from "./client.ts";
import { allRecordings, recordingOf } from "./recordings.ts";

describe("an app that replays a recording", () => {
  test(
    "answers a run with the recording's status, content type and bytes",
    withDify(async (dify) => {
      await Promise.all(
        allRecordings.map(async ([version, name]) => {
          const recording = recordingOf(version, name);
          const response = await fetch(`${dify.url}/chat-messages`, {
            method: "POST",
            headers: { authorization: `Bearer app-replay-${version}-${name}` },
            body: "{}",
          });
          expect([name, response.status]).toEqual([name, recording.status]);
          expect(response.headers.get("content-type")).toBe(recording.contentType);
          expect(Buffer.from(await response.arrayBuffer())).toEqual(Buffer.from(recording.body));
        }),
      );
    }),
  );

  test(
    "answers the path that was recorded too",
    withDify(async (dify) => {
      const { text } = await send(dify, "app-replay-1.12.1-get-v1-info", "GET", "/info");
      expect(JSON.parse(text)).toMatchObject({ name: "echo-chatflow", author_name: "admin" });
    }),
  );

  test(
    "can be told so by its profile, and says when there is no such recording",
    withDify(async (dify) => {
      dify.configure("app-x", { reply: { kind: "replay", recording: "1.12.1/nothing-like-it" } });
      const { status, text } = await send(dify, "app-x", "POST", "/chat-messages", {});
      expect(status).toBe(404);
      expect(text).toContain("no recording 1.12.1/nothing-like-it");
    }),
  );
});
