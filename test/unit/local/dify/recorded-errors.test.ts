import { describe, expect, test } from "@jest/globals";
import type { ProfileInput } from "../../../../local/dify/apps/profile.ts";
import { withDify } from "./client.ts";
import { allRecordings, bodyText, recordingOf } from "./recordings.ts";

const nick = { type: "text-input", variable: "nick", max_length: 8 } as const;

/** The app that each mistake was made with. */
const profiles: Readonly<Record<string, ProfileInput>> = {
  "err-required": { form: [{ ...nick, required: true }] },
  "err-maxlen": { form: [nick] },
  "err-notchat": { mode: "workflow" },
  "agent-block": { mode: "agent-chat" },
  "chat-block-FAIL401": { mode: "chat", behaviour: { kind: "model_error" } },
  "cf-block-FAIL401": { behaviour: { kind: "model_error" } },
};

const authorizations: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "err-nokey": {},
  "err-badkey": { authorization: "Bearer wrong" },
};

const names = /^err-|^agent-block$|^cf-(?:bad|unknown)-conv$|^cf-wrong-user$|-block-FAIL401$|^stop-unknown$/;

describe("the stand-in's refusal", () => {
  test.each(allRecordings.filter(([, name]) => names.test(name)))(
    "is byte for byte that of Dify %s in %s",
    (version, name) =>
      withDify(async (dify) => {
        const recording = recordingOf(version, name);
        dify.configure("app-x", {
          ...profiles[name],
          version: version === "0.15.3" ? "0.15.3" : "1.12.1",
        });
        const broken = name === "err-badjson" ? "{broken" : recording.requestBody;
        const response = await fetch(new URL(recording.path, dify.url), {
          method: recording.method,
          headers: authorizations[name] ?? { authorization: "Bearer app-x" },
          ...(recording.method === "POST" ? { body: broken } : {}),
        });
        expect(response.status).toBe(recording.status);
        expect(response.headers.get("content-type")).toBe(recording.contentType);
        expect(await response.text()).toBe(bodyText(recording));
        expect(response.headers.get("www-authenticate")).toBe(
          recording.status === 401 ? 'Bearer realm="api"' : null,
        );
      })(),
  );
});
