import { describe, expect, test } from "@jest/globals";
import type { ProfileInput } from "../../../../local/dify/apps/profile.ts";
import { type VersionName, versionNames } from "../../../../local/dify/apps/versions.ts";
import { ask, eventNames, eventsIn, openStream, question, withDify } from "./client.ts";

const lastTwo = (names: readonly unknown[]) => names.slice(-2).join(" ");

/** The events after the last piece of text, which is what versions differ in. */
const endOf = async (version: VersionName, profile: ProfileInput): Promise<string> => {
  let end = "";
  await withDify(
    async (dify) => {
      dify.configure("app-x", { version, ...profile });
      end = lastTwo(eventNames((await ask(dify, "app-x", question("hi"))).text));
    },
    { idleMs: 30 },
  )();
  return end;
};

describe("a chatflow that has answered", () => {
  test.each<[VersionName, string]>([
    ["0.15.3", "workflow_finished message_end"],
    ["1.12.1", "workflow_finished message_end"],
    ["1.13.0", "node_finished workflow_finished"],
    ["1.13.1", "message_end workflow_finished"],
    ["1.14.2", "message_end workflow_finished"],
    ["1.16.0", "message_end workflow_finished"],
    ["1.17.1", "message_end workflow_finished"],
  ])("ends in %s with %s", async (version, end) => {
    expect(await endOf(version, {})).toBe(end);
  });
});

describe("a chatflow whose model fails", () => {
  test.each<[VersionName, string]>([
    ["0.15.3", "workflow_finished error"],
    ["1.12.1", "workflow_finished error"],
    ["1.13.0", "node_finished workflow_finished"],
    ["1.16.0", "node_finished workflow_finished"],
  ])("ends in %s with %s", async (version, end) => {
    expect(await endOf(version, { behaviour: { kind: "model_error" } })).toBe(end);
  });
});

describe("a chatflow whose output is moderated", () => {
  test.each<[VersionName, string]>([
    ["1.12.1", "message_replace message_end"],
    ["1.13.0", "message_replace workflow_finished"],
    ["1.14.2", "message_end workflow_finished"],
  ])("ends in %s with %s", async (version, end) => {
    expect(await endOf(version, { behaviour: { kind: "moderated" } })).toBe(end);
  });

  test(
    "keeps what it had said in the run's outputs",
    withDify(async (dify) => {
      dify.configure("app-x", {
        reply: { kind: "text", text: "secret" },
        behaviour: { kind: "moderated", text: "No." },
      });
      const events = eventsIn((await ask(dify, "app-x", question("hi"))).text);
      expect(events).toContainEqual(
        expect.objectContaining({ event: "message_replace", answer: "No.", reason: "output_moderation" }),
      );
      expect(events).toContainEqual(
        expect.objectContaining({
          event: "workflow_finished",
          data: expect.objectContaining({ outputs: { answer: "secret", files: [] } }),
        }),
      );
    }),
  );
});

describe("a chatflow that an annotation answers", () => {
  test.each<[VersionName, readonly string[]]>([
    ["1.12.1", ["message", "message_end"]],
    ["1.14.2", ["message", "message_end"]],
    ["1.17.1", ["message", "message_end", "error"]],
  ])("shows no workflow in %s", async (version, expected) => {
    await withDify(
      async (dify) => {
        dify.configure("app-x", { version, behaviour: { kind: "annotation" } });
        expect(eventNames((await ask(dify, "app-x", question("hi"))).text)).toEqual(expected);
      },
      { idleMs: 30 },
    )();
  });

  test(
    "stays open in 1.14.2, with pings",
    withDify(
      async (dify) => {
        dify.configure("app-x", { version: "1.14.2", behaviour: { kind: "annotation" } });
        const stream = await openStream(dify, "app-x", "/chat-messages", question("hi"));
        const text = await stream.until((soFar) => soFar.endsWith("event: ping\n\n".repeat(3)));
        expect(eventNames(text)).toEqual(["message", "message_end"]);
        stream.leave();
      },
      { pingMs: 10 },
    ),
  );
});

describe("a chat app", () => {
  test(
    "sends an annotation character by character",
    withDify(async (dify) => {
      dify.configure("app-x", { mode: "chat", behaviour: { kind: "annotation", text: "Yes" } });
      const names = eventNames((await ask(dify, "app-x", question("hi"))).text);
      expect(names).toEqual(["message", "message", "message", "message_end"]);
    }),
  );

  test("says in 0.15.3 that the input moderation replaced the message, and later no more", async () => {
    const profile: ProfileInput = { mode: "chat", behaviour: { kind: "moderated", stage: "input" } };
    expect(await endOf("0.15.3", profile)).toBe("message_replace message_end");
    expect(await endOf("1.12.1", profile)).toBe("message message_end");
  });

  test("replaces what the output moderation does not like before it ends", async () => {
    const profile: ProfileInput = { mode: "chat", behaviour: { kind: "moderated" } };
    expect(await endOf("1.12.1", profile)).toBe("message_replace message_end");
  });
});

describe("a New Agent", () => {
  test(
    "repeats the whole answer in one message before it ends",
    withDify(async (dify) => {
      dify.configure("app-x", {
        mode: "agent",
        version: "1.16.0",
        reply: { kind: "text", text: "good day" },
      });
      const events = eventsIn((await ask(dify, "app-x", question("hi", { response_mode: undefined }))).text);
      expect(lastTwo(events.map(({ event }) => event))).toBe("message message_end");
      expect(events.at(-2)).toMatchObject({ answer: "good day" });
    }),
  );
});

describe("a stream", () => {
  test.each(versionNames)("begins in %s with a ping from 1.13 on, if it is a chatflow's", (version) =>
    withDify(async (dify) => {
      dify.configure("app-flow", { version });
      dify.configure("app-chat", { version, mode: "chat" });
      const [flow, chat] = await Promise.all(
        ["app-flow", "app-chat"].map((key) => ask(dify, key, question("hi"))),
      );
      expect(flow?.text.startsWith("event: ping\n\n")).toBe(version !== "0.15.3" && version !== "1.12.1");
      expect(chat?.text.startsWith("data: ")).toBe(true);
    })(),
  );
});
