import { beforeAll } from "@jest/globals";
import { closeAfterAll } from "../close-after.ts";
import { type ChatRuntime, startChatRuntime } from "./start-chat-runtime.ts";

/** One for the tests of a file. */
export const chatRuntime = (): (() => ChatRuntime) => {
  let runtime: ChatRuntime;
  beforeAll(async () => {
    runtime = closeAfterAll(await startChatRuntime());
  });
  return () => runtime;
};
