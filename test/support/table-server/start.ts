import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import * as v from "valibot";

const started = v.object({ endpoint: v.string() });

/** A DynamoDB in a process of its own, for a test that would otherwise take its time from the calls' time limits. */
export const startTableServer = async () => {
  const child = fork(fileURLToPath(new URL("./main.ts", import.meta.url)), { execArgv: [] });
  const [message] = await once(child, "message");
  return {
    ...v.parse(started, message),
    close: async () => {
      child.disconnect();
      await once(child, "exit");
    },
  };
};
