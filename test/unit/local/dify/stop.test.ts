import { describe, expect, test } from "@jest/globals";
import type { ProfileInput } from "../../../../local/dify/profile.ts";
import type { DifySimulator } from "../../../../local/dify/server.ts";
import type { TestClock } from "../../../support/test-clock.ts";
import {
  answerIn,
  eventNames,
  eventsIn,
  never,
  openStream,
  paceMs,
  question,
  send,
  taskIn,
  withClock,
} from "./client.ts";

const long = Array.from({ length: 40 }, (_, index) => `${index} `);

/** Stops a run after its first piece of text, and reads to the end. */
const stopEarly = async (
  dify: DifySimulator,
  clock: TestClock,
  profile: ProfileInput,
  user = "u1",
): Promise<string> => {
  dify.configure("app-x", { reply: { kind: "deltas", deltas: long }, ...profile });
  const path = profile.mode === "workflow" ? "/workflows/run" : "/chat-messages";
  const stop = profile.mode === "workflow" ? "/workflows/tasks" : path;
  const stream = await openStream(dify, "app-x", path, question("hi"));
  const first = await stream.until((text) => text.includes("0 "));
  const { text } = await send(dify, "app-x", "POST", `${stop}/${taskIn(first)}/stop`, { user });
  expect(JSON.parse(text)).toEqual({ result: "success" });
  await clock.advance(long.length * paceMs);
  return stream.until(never);
};

const everything = long.join("");

describe("a stop by the user who asked", () => {
  test(
    "ends a chat app's answer with message_end",
    withClock(async (dify, clock) => {
      const text = await stopEarly(dify, clock, { mode: "chat" });
      expect(eventNames(text).at(-1)).toBe("message_end");
      expect(answerIn(text).length).toBeLessThan(everything.length);
    }),
  );

  test(
    "ends a chatflow's run as stopped, with message_end until 1.12",
    withClock(async (dify, clock) => {
      const old = eventsIn(await stopEarly(dify, clock, { version: "1.12.1" })).slice(-2);
      expect(old).toMatchObject([
        { event: "workflow_finished", data: { status: "stopped" } },
        { event: "message_end" },
      ]);
      const late = eventsIn(await stopEarly(dify, clock, { version: "1.16.1" })).at(-1);
      expect(late).toMatchObject({ event: "workflow_finished", data: { status: "stopped" } });
    }),
  );

  test(
    "ends a workflow's run as stopped",
    withClock(async (dify, clock) => {
      const last = eventsIn(await stopEarly(dify, clock, { mode: "workflow" })).at(-1);
      expect(last).toMatchObject({ event: "workflow_finished", data: { status: "stopped" } });
    }),
  );

  test(
    "changes nothing if the app does not obey",
    withClock(async (dify, clock) => {
      const text = await stopEarly(dify, clock, { behaviour: { kind: "stop_disobeyed" } });
      expect(answerIn(text)).toBe(everything);
    }),
  );
});

describe("a stop by another user", () => {
  test(
    "changes nothing for a chat app",
    withClock(async (dify, clock) => {
      expect(answerIn(await stopEarly(dify, clock, { mode: "chat" }, "u2"))).toBe(everything);
    }),
  );

  test(
    "changes nothing for a chatflow of 0.15.3",
    withClock(async (dify, clock) => {
      expect(answerIn(await stopEarly(dify, clock, { version: "0.15.3" }, "u2"))).toBe(everything);
    }),
  );

  test(
    "makes a chatflow of 1.12.1 and 1.14.2 fail when its node has ended",
    withClock(async (dify, clock) => {
      const aborted = { status: "failed", error: "Aborted: User requested stop" };
      const old = await stopEarly(dify, clock, { version: "1.12.1" }, "u2");
      expect(answerIn(old)).toBe(everything);
      expect(eventsIn(old).slice(-2)).toMatchObject([
        { event: "workflow_finished", data: aborted },
        { event: "error", code: "invalid_param" },
      ]);
      const late = eventsIn(await stopEarly(dify, clock, { version: "1.14.2" }, "u2")).at(-1);
      expect(late).toMatchObject({ event: "workflow_finished", data: aborted });
    }),
  );

  test(
    "stops a chatflow of 1.16.1 at once",
    withClock(async (dify, clock) => {
      const text = await stopEarly(dify, clock, { version: "1.16.1" }, "u2");
      expect(answerIn(text).length).toBeLessThan(everything.length);
      expect(eventsIn(text).at(-1)).toMatchObject({
        event: "workflow_finished",
        data: { status: "stopped" },
      });
    }),
  );

  test(
    "changes nothing for another app's run",
    withClock(async (dify, clock) => {
      dify.configure("app-x", { mode: "chat", reply: { kind: "deltas", deltas: long } });
      const stream = await openStream(dify, "app-x", "/chat-messages", question("hi"));
      const first = await stream.until((text) => text.includes("0 "));
      await send(dify, "app-y", "POST", `/chat-messages/${taskIn(first)}/stop`, { user: "u1" });
      await clock.advance(long.length * paceMs);
      expect(answerIn(await stream.until(never))).toBe(everything);
    }),
  );
});
