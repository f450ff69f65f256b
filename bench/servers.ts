import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import * as v from "valibot";
import { type Addresses, addresses, type TurnResult, turnResult } from "./servers/script.ts";

export interface Servers extends Addresses {
  /** Resolves to the result of this user's turn once its answer has ended. */
  readonly waitForTurn: (user: string) => Promise<TurnResult>;
  readonly close: () => void;
}

/** Starts a Dify and an IM in a separate process: their cost is not measured, and one clock times both. */
export const startServers = async (): Promise<Servers> => {
  const child = fork(fileURLToPath(new URL("./servers/main.ts", import.meta.url)));
  const [first] = await once(child, "message");
  let isClosed = false;
  child.once("exit", () => {
    if (!isClosed) throw new Error("the Dify and the IM of the benchmarks have ended");
  });
  const waiting = new Map<string, (seen: TurnResult) => void>();
  child.on("message", (message) => {
    const seen = v.parse(turnResult, message);
    waiting.get(seen.user)?.(seen);
    waiting.delete(seen.user);
  });
  return {
    ...v.parse(addresses, first),
    waitForTurn: (user) => new Promise((resolve) => waiting.set(user, resolve)),
    close: () => {
      isClosed = true;
      child.disconnect();
    },
  };
};
